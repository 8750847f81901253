"""Somebody who goes through doors: every answer they get is kept, and searched for marks of what is hidden from them."""

from __future__ import annotations

import base64
import binascii
import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlencode

from core.web.api import make_call
from core.web.exchange import Call
from metamodel.model import Entity
from tests.doors.yard import CONTEXT, Cell, Marks
from tests.oracle.evaluator import Row
from tests.oracle.rights import Rights
from tests.sites import PASSWORD, Site

T = TypeVar("T")

TEXT = re.compile(r"(?<![0-9A-Za-z])q\d{4}z(?![0-9A-Za-z])")
NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:73\d{4}37|58\d{6})(?![0-9A-Za-z])")
GROUPS = re.compile(r"(?<=\d)(?:&nbsp;|&#160;|\\u00a0|[\s\u00a0\u202f,'])(?=\d{3}(?!\d))")
DAYS = re.compile(r"(21\d\d)-(\d\d)-(\d\d)|(\d\d)\.(\d\d)\.(21\d\d)|(\d{1,2})/(\d{1,2})/(21\d\d)")
SPOKEN = re.compile(r"(?:([A-Z][a-z]{2})[a-z]* (\d{1,2}), |(\d{1,2}) ([A-Z][a-z]{2})[a-z]* )(21\d\d)")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
OPAQUE = re.compile(r"[A-Za-z0-9_-]{24,}")
SECRET = "s3cret"


def marks_in(text: str, marks: Marks) -> set[Cell]:
    """The cells whose marks stand in a text, however numbers and dates are written; cursors are opened, too."""
    found = {marks.cells[m] for m in TEXT.findall(text) if m in marks.cells}
    plain = GROUPS.sub("", text)
    found |= {marks.cells[m] for m in NUMBER.findall(plain) if m in marks.cells}
    found |= {marks.dates[day] for day in _days(text) if day in marks.dates}
    for token in OPAQUE.findall(text):
        inside = _opened(token)
        found |= {marks.cells[m] for m in TEXT.findall(inside) if m in marks.cells}
    return found


def _days(text: str) -> Iterable[date]:
    numbers = [tuple(int(x) if x else 0 for x in found) for found in DAYS.findall(text)]
    numbers = [(y or y2 or y3, m or m2 or m3, d or d2 or d3) for y, m, d, d2, m2, y2, m3, d3, y3 in numbers]
    for month, day, day2, month2, year in SPOKEN.findall(text):
        if (month or month2) in MONTHS:
            numbers.append((int(year), MONTHS.index(month or month2) + 1, int(day or day2)))
    for year, month, day in numbers:
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield date(year, month, min(day, 28 if month == 2 else 30 if month in (4, 6, 9, 11) else 31))


def _opened(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """An answer, with what was asked; marks that the question itself named are no news."""

    asked: str
    status: int
    text: str
    headers: Mapping[str, str]
    json: Any

    def told(self, marks: Marks) -> set[Cell]:
        """The cells that the answer gave away."""
        whole = self.text + "\n" + "\n".join(f"{k}: {v}" for k, v in self.headers.items())
        return marks_in(whole, marks) - marks_in(self.asked, marks)


@dataclass
class Visit:
    """A person before the doors of a site, and the oracle that judges what they may learn."""

    site: Site
    who: str
    rights: Rights
    marks: Marks
    revealing: bool = False
    """Whether the door that is tried gives secrets away by right."""
    asking: str = ""
    """What was sent in a form with files, told back in answers."""
    leaving: bool = False
    """Whether the door that is tried tells which records left the person's sight."""
    chance: random.Random = field(default_factory=random.Random)
    """What chooses which fields and rows are tried when there are many."""
    known: dict[Cell, bool] = field(default_factory=dict)
    content: bytes = b""
    """The last answer as it came, for who looks into files."""

    # --- asking

    def api(self, method: str, path: str, body: Any = None, **more: Any) -> Answered:
        """A call of the API with the person's token."""
        sent = {} if body is None else {"json": body}
        headers = {"authorization": f"Bearer {self.site.tokens[self.who]}", **more.pop("headers", {})}
        answer = self.site.client.request(method, path, headers=headers, **sent, **more)
        return self._keep(f"{method} {path}", body, answer)

    def page(self, path: str, *, fragment: bool = False) -> Answered:
        """A page, or as scripts ask for it a fragment."""
        headers = {"cookie": self.cookies, **({"hx-request": "true"} if fragment else {})}
        return self._keep(
            f"GET {path}", None, self.site.client.get(path, headers=headers, follow_redirects=False)
        )

    def form(self, path: str, pairs: Iterable[tuple[str, str]], *, fragment: bool = False) -> Answered:
        """A form of a page, with the token of the session."""
        sent = list(pairs)
        headers = {
            "cookie": self.cookies,
            "content-type": "application/x-www-form-urlencoded",
            **({"hx-request": "true"} if fragment else {}),
        }
        content = urlencode([("_csrf_token", self.csrf), *sent]).encode()
        answer = self.site.client.post(path, content=content, headers=headers, follow_redirects=False)
        return self._keep(f"POST {path}", sent, answer)

    def call(self, method: str, path: str) -> Call:
        """A call of the API as its functions get it."""
        token = f"Bearer {self.site.tokens[self.who]}".encode()
        path, _, query = path.partition("?")
        scope: Any = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query.encode(),
            "headers": [(b"authorization", token)], "client": ("127.0.0.1", 1), "scheme": "http",
        }  # fmt: skip
        return make_call(self.site.application.site, scope, "a-request", "127.0.0.1")

    @cached_property
    def csrf(self) -> str:
        """The protection token of the session's forms."""
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.page("/drafts").text)
        assert found is not None, "there is no page to take a token from"
        return found[1]

    @cached_property
    def cookies(self) -> str:
        """A session of the person, begun as a browser does."""
        client = self.site.client
        page = client.get("/sign-in")
        visitor = page.headers["set-cookie"].partition(";")[0]
        token = re.search(r'name="csrf-token" content="([^"]+)"', page.text)
        assert token is not None
        values = {"login": self.who, "password": PASSWORD, "_csrf_token": token[1]}
        answer = client.post("/sign-in", data=values, headers={"cookie": visitor}, follow_redirects=False)
        client.cookies.clear()
        assert answer.status_code == 303, answer.text[:300]
        kept = [line.partition(";")[0] for line in answer.headers.get_list("set-cookie")]
        return "; ".join([visitor, *kept])

    def _keep(self, asked: str, body: Any, answer: Any) -> Answered:
        self.site.client.cookies.clear()
        self.content = answer.content
        kind = answer.headers.get("content-type", "")
        binary = ("image/", "application/pdf", "application/vnd.openxmlformats")
        text = answer.text if not kind.startswith(binary) else ""
        found = Answered(
            asked=f"{asked} {body!r} {self.asking}",
            status=answer.status_code,
            text=text,
            headers=dict(answer.headers),
            json=answer.json() if "json" in kind and text else None,
        )
        self.check(found)
        return found

    # --- judging

    def check(self, answer: Answered) -> None:
        """Nothing that is hidden stands in the answer, and the server did not break."""
        assert answer.status < 500, (answer.asked, answer.text[:2000])
        leaked = {cell for cell in answer.told(self.marks) if not self.may(cell)}
        if self.leaving:
            leaked = {cell for cell in leaked if cell[2] != "id"}
        assert not leaked, f"{self.who}: {answer.asked} -> {answer.status} gave away " + "; ".join(
            self.named(c) for c in sorted(leaked)
        )
        if not self.revealing:
            assert SECRET not in answer.text, answer.asked

    def may(self, cell: Cell) -> bool:
        """Whether the person may know what stands in a cell."""
        if cell not in self.known:
            self.known[cell] = self._may(cell)
        return self.known[cell]

    def _may(self, cell: Cell) -> bool:
        uid, id, field_uid = cell
        entity = self.rights.model.entity_by_uid[uid]
        row = next((r for r in self.rights.world.rows[uid] if r["id"] == id), None)
        if row is None:
            return False
        if entity.name == "user" and id == self.rights.person.me:
            return True  # of themselves everybody knows
        if entity.name == "file":
            return self.holds_file(id)
        if field_uid == "id":
            return self.rights.sees(entity, row)
        return self.rights.reads(entity, row, entity.by_uid[field_uid])

    def holds_file(self, file: int) -> bool:
        """Whether some cell that holds the file may be read."""
        for entity in self.rights.model.entities.values():
            for each in entity.fields:
                if each.type.name not in ("file", "image", "files") and not (
                    each.target and self.rights.model.entity_by_uid[each.target].name == "file"
                ):
                    continue
                for row in self.rights.world.rows[entity.uid]:
                    value = row.get(each.uid)
                    held = value if isinstance(value, tuple) else (value,)
                    if file in held and self.rights.reads(entity, row, each):
                        return True
        return False

    def named(self, cell: Cell) -> str:
        """A cell in words."""
        entity = self.rights.model.entity_by_uid[cell[0]]
        return f"{entity.name}:{cell[1]}.{cell[2] if cell[2] == 'id' else entity.by_uid[cell[2]].name}"

    def shows(self, answer: Answered, cells: Iterable[Cell]) -> None:
        """The answer told all of these cells."""
        missing = set(cells) - answer.told(self.marks) - marks_in(answer.asked, self.marks)
        assert not missing, f"{self.who}: {answer.asked} -> {answer.status} did not show " + "; ".join(
            self.named(c) for c in sorted(missing)
        )

    # --- what there is

    def rows(self, name: str) -> list[Row]:
        """All live rows of an entity."""
        entity = self.rights.model.entities[name]
        return [r for r in self.rights.world.rows[entity.uid] if r["deleted_at"] is None]

    def entity(self, name: str) -> Entity:
        return self.rights.model.entities[name]

    def some(self, items: Iterable[T], many: int) -> list[T]:
        """Some of them, by chance."""
        every = list(items)
        return every if len(every) <= many else self.chance.sample(every, many)

    def seen(self, name: str) -> list[Row]:
        """The live rows that the person sees."""
        return [r for r in self.rows(name) if self.rights.sees(self.entity(name), r)]

    def marked(self, name: str, row: Row, *fields: str) -> set[Cell]:
        """Of these fields of a row, the cells that hold a mark and may be read."""
        entity = self.entity(name)
        cells = {
            (entity.uid, row["id"], entity.by_name[f].uid) for f in fields if row.get(entity.by_name[f].uid)
        }
        known = set(self.marks.cells.values()) | set(self.marks.dates.values())
        return {c for c in cells & known if self.may(c)}


__all__ = ["CONTEXT", "Answered", "Visit", "marks_in"]
