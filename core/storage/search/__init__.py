"""The search index: a row of normalised words for each record, and the trigrams by which its parts are found."""
