"""Where data lives: one SQLite file or one PostgreSQL schema, its tables, its transactions."""
