"""Import of files into records: reading, fitting columns to fields, writing in resumable chunks, a report."""
