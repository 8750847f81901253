"""The engine: storage, rights, history, queries, records and the server that runs a model."""
