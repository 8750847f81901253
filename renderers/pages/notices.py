"""What is told on the next page: saved, deleted with its undo, restored; carried by a short-lived cookie."""

from __future__ import annotations

import re
from dataclasses import dataclass

from litestar.datastructures import Cookie

from core.i18n import Texts
from core.web.context import Visitor
from core.web.render import cookie
from metamodel.messages import Message, message

COOKIE = "kubik_notice"
SECONDS = 30
_FORM = re.compile(
    r"(saved|alike|restored|deleted|done|moved|taken_back|issued):([a-z][a-z0-9_]{0,47}):([0-9]{1,18})"
)
_WORDS: dict[str, Message] = {
    "saved": message("Saved"),
    "alike": message("Saved. Perhaps such a record was there already"),
    "restored": message("Restored from the bin"),
    "deleted": message("Moved to the bin"),
    "done": message("Done"),
    "moved": message("Moved to another stage"),
    "taken_back": message("The move is taken back"),
}

_BACK = {"deleted": "restore", "moved": "move/undo"}
"""Behind the address of the record: what takes a deed back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A toast that comes with a page; ``undo`` is the address that takes the deed back."""

    text: str
    undo: str | None = None
    record: str | None = None
    """The address of the record that something was done with."""
    links: tuple[tuple[str, str], ...] = ()
    """Labels and addresses of files that came of it."""


def leave_notice(who: Visitor, deed: str, entity: str, record: int) -> Cookie:
    """The cookie that makes the next page tell of a deed with a record; of ``issued`` it is the id of a document."""
    return cookie(who, COOKIE, f"{deed}:{entity}:{record}", SECONDS)


def forget_notice(who: Visitor) -> Cookie:
    """The cookie that ends the notice once it was shown."""
    return cookie(who, COOKIE, "", 0)


def read_notice(written: str | None, texts: Texts) -> Notice | None:
    """The notice of a cookie, None for whatever else stands there."""
    found = _FORM.fullmatch(written or "")
    if found is None or found.group(1) not in _WORDS:
        return None
    deed, entity, record = found.groups()
    undo = f"/e/{entity}/{record}/{_BACK[deed]}" if deed in _BACK else None
    done = f"/e/{entity}/{record}" if deed in ("done", "alike", "moved") and record != "0" else None
    return Notice(text=texts.render(_WORDS[deed]), undo=undo, record=done)


def issued_id(written: str | None) -> int | None:
    """The document that the notice of a cookie tells of."""
    found = _FORM.fullmatch(written or "")
    return int(found.group(3)) if found is not None and found.group(1) == "issued" else None
