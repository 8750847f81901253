"""Actions on the records that were chosen in a list: what they ask, what they would do, what came of them."""
