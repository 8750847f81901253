"""Benchmarks: each prints its figures and their ratio to hand-written SQL measured in the same run."""
