"""What makes a server ready sooner: everything is imported once, before it forks, and no garbage is sought meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collecting() -> Iterator[None]:
    """No garbage is looked for inside: what is imported stays anyhow, and looking was a fifth of the time.

    At the end all of it is set aside for good: later collections pass it over, and pages shared with a parent
    process stay shared.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def import_everything() -> None:
    """Import what serving needs, the modules of plugins too, which import more when their hooks are called."""
    import core.web.serving  # noqa: F401
    from core.plugin_manager import collect, make_plugin_manager

    plugins = make_plugin_manager()
    for hook in ("kubik_operations", "kubik_routers"):
        for _ in collect(plugins, hook):
            pass
