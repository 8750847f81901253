"""Commands of the shell: whoever may run them holds the database itself, so they act as the system.

What they must not do is act as somebody else by a name given, or show keys; those that could are claimed one by one.
"""

from __future__ import annotations

from tests.doors.doors import claims
from tests.doors.visit import Visit


@claims(
    "kubik demo", "kubik init", "kubik serve", "kubik worker", "kubik check", "kubik plan", "kubik apply", "kubik undo",
    "kubik solution install", "kubik solution export", "kubik solution list", "kubik solution remove", "kubik solution remove-demo", "kubik solution part", "kubik user handover", "kubik user list", "kubik import", "kubik take-back", "kubik export",
    "kubik bench", "kubik search rebuild", "kubik user add", "kubik user disable", "kubik user password", "kubik token create",
    "kubik personal erase", "kubik personal extract", "kubik personal seen", "kubik token list", "kubik token revoke", "kubik user reset-factor",
)  # fmt: skip
def operators(visit: Visit) -> None:
    """They ask nobody's rights: docs/administrators/commands.md says so of all of them."""
