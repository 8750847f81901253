"""Background work: a table in the same database, claimed with a lease, gone on with after a crash."""
