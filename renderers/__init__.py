"""What people and programs see: forms, lists, pages and the HTTP API, found by core by name."""
