"""Every hook is documented, used by something that is registered, and called by the core; nothing registers another."""

from __future__ import annotations

import re
from pathlib import Path

from core import hookspecs
from core.plugin_manager import make_plugin_manager

ROOT = Path(__file__).parents[2]
HOOKS = [name for name in vars(hookspecs) if name.startswith("kubik_")]


def test_every_hook_says_what_it_is_and_stands_in_the_documentation() -> None:
    page = (ROOT / "docs" / "integrators" / "hooks.md").read_text("utf-8")
    assert HOOKS
    assert [name for name in HOOKS if f"`{name}" not in page] == []
    assert [name for name in HOOKS if not (getattr(hookspecs, name).__doc__ or "").strip()] == []
    assert set(re.findall(r"`(kubik_\w+)\(", page)) <= set(HOOKS)


def test_every_hook_is_used_and_called() -> None:
    manager = make_plugin_manager(entry_points=False)
    assert [name for name in HOOKS if not getattr(manager.hook, name).get_hookimpls()] == []
    manager.check_pending()
    core = "\n".join(
        path.read_text("utf-8") for path in (ROOT / "core").rglob("*.py") if path.name != "hookspecs.py"
    )
    assert [name for name in HOOKS if name not in core] == []
