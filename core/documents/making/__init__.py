"""The side of documents that runs in a process apart: templates, values, files. It imports nothing of the engine."""
