"""The kinds of widgets: each module here with ``KINDS`` is one or some of them; plugins register theirs.

A new kind is a module with a `WidgetKind` and a template ``renderers/templates/widgets/<name>.html``.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from renderers.forms.widgets.base import WidgetKind, register

for _found in pkgutil.iter_modules(__path__):
    for _kind in getattr(import_module(f"{__name__}.{_found.name}"), "KINDS", ()):
        register(_kind)

__all__ = ["WidgetKind", "register"]
