"""What the program finds in a file by itself, each guess to be shown and corrected: `found.recognise`, `rows.table_of`."""
