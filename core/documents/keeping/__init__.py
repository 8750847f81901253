"""Documents that were issued: their rows and files, kept for as long as their numbers count."""
