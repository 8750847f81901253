"""Python's search for garbage, held while very much is made at once that is none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_search() -> Iterator[None]:
    """Inside no garbage is looked for, in any thread: for a second's work that makes tens of thousands of things which hold
    no cycles, and would be looked through again and again. Whoever ends first lets the search go on for all."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
