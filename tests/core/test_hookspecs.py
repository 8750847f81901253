"""Hooks are documented, and used by something."""

from __future__ import annotations

from pathlib import Path

from core import hookspecs
from core.plugin_manager import make_plugin_manager

ROOT = Path(__file__).parents[2]
HOOKS = [name for name in vars(hookspecs) if name.startswith("kubik_")]


def test_every_hook_is_documented() -> None:
    page = (ROOT / "docs" / "integrators" / "hooks.md").read_text("utf-8")
    assert [name for name in HOOKS if f"`{name}()`" not in page] == []
    assert all(getattr(hookspecs, name).__doc__ for name in HOOKS)


def test_every_hook_is_used() -> None:
    manager = make_plugin_manager(entry_points=False)
    assert [name for name in HOOKS if not getattr(manager.hook, name).get_hookimpls()] == []
