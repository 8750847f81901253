"""Templates of documents for who configures: the calls of the API and the screens."""
