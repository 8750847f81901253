"""The journal of changes: its writer, and the positions of its readers."""
