"""Built-in plugins, which use the public hooks only."""
