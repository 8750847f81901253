"""Solutions: packages of definitions that are installed, planned, applied, exported and taken back."""
