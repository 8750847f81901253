"""A small model with every way of showing a value, and a world in which each stored cell is told by its own mark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core import records
from core.access.actor import system_actor
from core.access.login import set_password
from core.access.passwords import hash_password
from core.access.tokens import create_token
from core.storage.install import install_model
from core.storage.templates import keep_template, sha256_of
from core.storage.workspace import Transaction, Workspace
from metamodel.fields.base import Context
from metamodel.identity import identify
from metamodel.model import Model
from metamodel.parse import parse_files
from metamodel.resolve import resolve
from tests import factories
from tests.sites import PASSWORD, settings
from tests.word import word

SHEET = word(
    "{{ name }} {{ hint }} {{ amount }} {{ due }} {{ kind }} {{ shout }} {{ labels }} {{ last_word }} {{ doc.number }}",
    "{{ org }} {{ org.name }} {{ org.note }} {{ org.phone }} {{ org.worth }} {{ owner }} {{ owner.email }} {{ org_note }}",
    "{% for p in parts %}{{ p.label }} {{ p.price }} {{ p.maker.note }} {% endfor %}",
    "{% for t in tasks %}{{ t.subject }} {{ t.answer }} {{ t.held_on }} {% endfor %}{% for o in peers %}{{ o.name }} {% endfor %}{% for w in watchers %}{{ w.login }} {% endfor %}",
)
"""The template of a document that reads whatever a work holds and leads to."""

YARD: Mapping[str, str] = {
    "solution.yaml": "name: yard\nlabel: Yard\n",
    "entities/org.yaml": """
        name: org
        duplicates: [[code], [name]]
        fields:
          - {name: name, type: text, required: true}
          - {name: code, type: text, unique: true}
          - {name: boss, type: user, inverse: bossed, on_delete: clear}
          - {name: note, type: long_text}
          - {name: worth, type: money, currency: RUB}
          - {name: phone, type: text, personal: true}
          - {name: big, type: boolean, default: "false"}
    """,
    "entities/work.yaml": """
        name: work
        title: "{name} {hint}"
        fields:
          - {name: name, type: text, required: true}
          - {name: org, type: link, to: org, inverse: works, on_delete: restrict}
          - {name: owner, type: user, default: me, on_delete: clear}
          - {name: amount, type: money, currency: RUB}
          - {name: due, type: date}
          - {name: hint, type: text}
          - {name: kind, type: choice, choices: [{name: plain, label: Plain}, {name: rush, label: Rush}]}
          - {name: parts, type: children, of: part, through: work}
          - {name: peers, type: links, to: org, inverse: peering, on_delete: clear}
          - {name: watchers, type: users, inverse: watched, on_delete: clear}
          - {name: scan, type: file}
          - {name: safe, type: secret}
          - {name: org_note, type: lookup, path: org.note}
          - {name: shout, type: formula, formula: "hint || '!'"}
          - {name: twice, type: formula, formula: "amount * 2"}
          - {name: labels, type: rollup, formula: "JOIN(parts.label)"}
          - {name: spent, type: rollup, formula: "SUM(parts.price)"}
          - {name: last_word, type: rollup, formula: "LAST(tasks.answer BY held_on)"}
        stages:
          field: stage
          pipelines:
            - name: main
              stages:
                - {name: fresh, label: Fresh}
                - {name: going, label: Going, norm: P3D}
                - {name: done, kind: won, required: [hint]}
        timeline: [self, tasks, remarks]
    """,
    "entities/part.yaml": """
        name: part
        title: "{label}"
        fields:
          - {name: work, type: link, to: work, required: true}
          - {name: label, type: text, required: true}
          - {name: price, type: money, currency: RUB}
          - {name: maker, type: link, to: org, inverse: made, on_delete: clear}
    """,
    "entities/task.yaml": """
        name: task
        title: "{subject}"
        fields:
          - {name: subject, type: text, required: true}
          - {name: work, type: link, to: work, inverse: tasks, on_delete: clear}
          - {name: owner, type: user, default: me, on_delete: clear}
          - {name: held_on, type: date}
          - {name: answer, type: long_text}
    """,
    "entities/remark.yaml": """
        name: remark
        title: "{text}"
        fields:
          - {name: text, type: text, required: true}
          - {name: about, type: link_any, to: [work, org], inverse: remarks, rights: of parent, required: true}
          - {name: whisper, type: text}
    """,
    "entities/vault.yaml": """
        name: vault
        fields: [{name: name, type: text}, {name: work, type: link, to: work, inverse: vaults}]
    """,
    "actions/hand.yaml": """
        name: hand
        entity: work
        where: [card, row]
        inputs:
          - {name: org, type: link, to: org, default: org}
          - {name: word, type: text, default: hint}
        steps:
          - {do: set, values: {kind: "'rush'"}}
          - {name: made, do: create, entity: vault, values: {name: hint, work: record}, as: system}
    """,
    "actions/sweep.yaml": """
        name: sweep
        entity: work
        where: [list]
        inputs: [{name: org, type: link, to: org}]
        steps: [{name: made, do: create, entity: vault, values: {name: input.org.name}, as: system}]
    """,
    "documents/sheet.yaml": f"""
        name: sheet
        entity: work
        language: en
        number: {{format: "S-{{seq}}"}}
        file_name: "{{number}} {{name}} {{org}}"
        templates: [{{file: sheet.docx, sha256: {sha256_of(SHEET)}}}]
    """,
    "views/all_works.yaml": """
        name: all_works
        entity: work
        columns: [name, org, org.note, hint, amount, shout, labels, stage, owner]
        sort: [-amount, name]
    """,
    "views/work_board.yaml": """
        name: work_board
        entity: work
        kind: board
        columns: [name, org, hint, amount, owner]
        totals: [amount]
    """,
    "views/task_calendar.yaml": "{name: task_calendar, entity: task, kind: calendar, from: held_on, columns: [subject, work, owner]}",
    "views/department_tree.yaml": "{name: department_tree, entity: department, kind: tree, columns: [name, head]}",
    "menu.yaml": "items: [{entity: work}, {entity: org}, {entity: task}, {entity: vault}]\n",
    "roles/one.yaml": "name: one\nparent: two\ngrants: []\n",
    "roles/two.yaml": "name: two\ngrants: []\n",
    "roles/three.yaml": "name: three\nparent: two\ngrants: []\n",
}  # fmt: skip

ROLES = ("one", "two", "three")
PEOPLE: Mapping[str, tuple[str, ...]] = {
    "root": ("administrator",),
    "anna": ("one",),
    "boris": ("one", "two"),
    "clara": ("three",),
}
MAIN = ("work", "part", "org", "task", "remark", "comment", "attachment", "user", "department")
SYSTEM = system_actor()
CONTEXT = Context(medium="json", language="en")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"

Cell = tuple[str, int, str]
"""The uid of an entity, the id of a record, the uid of a field; ``id`` for the record itself."""


@dataclass
class Marks:
    """Which cell each mark stands for. Texts are ``q····z``, numbers ``73····37``, dates lie in the 22nd century."""

    cells: dict[str, Cell] = field(default_factory=dict)
    dates: dict[date, Cell] = field(default_factory=dict)

    def text(self) -> str:
        return f"q{len(self.cells):04}z"

    def number(self) -> str:
        return f"73{len(self.cells):04}37"

    def day(self) -> date:
        return date(2131, 1, 1) + timedelta(days=len(self.dates))

    def note(self, entity: str, record: int, uid: str, value: Any) -> None:
        if isinstance(value, date):
            self.dates[value] = (entity, record, uid)
        else:
            self.cells[str(value).removesuffix("@x.ru")] = (entity, record, uid)


def yard_model(changes: Mapping[str, str] | None = None) -> Model:
    """The resolved model of the yard, some of its files changed, with the system's definitions."""
    files = parse_files({**YARD, **(changes or {})})
    return resolve(identify(factories.together(factories.system_document(), files)), 1)


@dataclass
class Filler:
    """Writes marked records as the system, and remembers what each mark is of."""

    tx: Transaction
    marks: Marks

    def add(self, name: str, **values: Any) -> int:
        """A record: fields given as they are, all other texts, amounts and dates with marks of their own."""
        entity = self.tx.model.entities[name]
        made: dict[str, tuple[str, Any]] = {}
        for each in entity.fields:
            if each.system or not each.writable or each.name in values or not each.stored:
                continue
            made[each.name] = (each.uid, self.value(name, each.name, each.type.name))
        sent = {n: v for n, (_, v) in made.items() if v is not None} | {
            n: v for n, v in values.items() if v is not None
        }
        id = records.create(self.tx, SYSTEM, name, sent, context=CONTEXT).id
        for uid, value in made.values():
            if value is not None:
                self.marks.note(entity.uid, id, uid, date.fromisoformat(value) if "-" in value else value)
        self.marks.note(entity.uid, id, "id", str(id))
        return id

    def value(self, entity: str, name: str, kind: str) -> Any:
        """A mark that is not used yet; the place is taken at once."""
        if kind in ("text", "long_text", "email", "secret") and (entity, name) != ("user", "time_zone"):
            found = self.marks.text()
            found, key = (f"{found}@x.ru", found) if name == "email" else (found, found)
            self.marks.cells[key] = ("", 0, "")
            return found
        if kind == "money":
            found = self.marks.number()
            self.marks.cells[found] = ("", 0, "")
            return found
        if kind == "date":
            day = self.marks.day()
            self.marks.dates[day] = ("", 0, "")
            return day.isoformat()
        return None

    def change(self, name: str, id: int, field_name: str) -> None:
        """Another mark in a cell; the old one stays as what history tells."""
        entity = self.tx.model.entities[name]
        value = self.value(name, field_name, entity.by_name[field_name].type.name)
        records.update(self.tx, SYSTEM, name, id, {field_name: value}, context=CONTEXT)
        self.marks.note(
            entity.uid,
            id,
            entity.by_name[field_name].uid,
            date.fromisoformat(value) if "-" in value else value,
        )


def spread_ids(tx: Transaction) -> None:
    """Ids of eight digits, another thousand for each entity, so that a record's id is a mark as well."""
    for index, entity in enumerate(tx.model.entities.values()):
        table = tx.tables[entity.uid].table
        first = 58_000_000 + index * 10_000
        if tx.dialect == "sqlite":
            known = tx.connection.execute(
                sa.text("UPDATE sqlite_sequence SET seq = :seq WHERE name = :name"),
                {"name": table.name, "seq": first},
            )
            if not known.rowcount:
                tx.connection.execute(
                    sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"),
                    {"name": table.name, "seq": first},
                )
        else:
            quoted = tx.connection.dialect.identifier_preparer.format_table(table)
            tx.connection.execute(sa.text(f"ALTER TABLE {quoted} ALTER COLUMN id RESTART WITH {first + 1}"))


def fill(tx: Transaction) -> Marks:
    """People in departments, organizations, works with parts, tasks, remarks, comments and files; some in the bin."""
    spread_ids(tx)
    marks = Marks()
    add, change = Filler(tx, marks).add, Filler(tx, marks).change
    top = add("department", parent=None, head=None)
    left, right = (add("department", parent=top, head=None) for _ in range(2))
    people = [
        add("user", login=login, department=place, language="en", time_zone=None, active=True,
            roles=[{"role": {"by": {"name": role}}} for role in PEOPLE.get(login, ())])
        for login, place in (("root", None), ("anna", left), ("boris", top), ("clara", right), ("dora", left))
    ]  # fmt: skip
    root, anna, boris, clara, dora = people
    orgs = [
        add("org", boss=boss, big=big)
        for boss, big in ((anna, True), (clara, False), (None, True), (dora, False))
    ]
    works: list[int] = []
    for n in range(7):
        parts = [{"label": marks_text(marks), "price": marks_number(marks)} for _ in range((1, 2, 0)[n % 3])]
        works.append(
            add("work", owner=(anna, boris, clara, dora, None)[n % 5], org=(*orgs, None)[n % 5], parts=parts, safe="s3cret",
                kind=("plain", "rush", None)[n % 3], stage=("fresh", "going", "done")[n % 3],
                peers=orgs[: n % 3], watchers=people[n % 4 : n % 4 + n % 3], scan=None)
        )  # fmt: skip
    note_parts(tx, marks)
    for n, part in enumerate(live(tx, "part")):
        records.update(tx, SYSTEM, "part", part["id"], {"maker": orgs[n % 3]}, context=CONTEXT)
    for n in range(6):
        add("task", owner=(anna, clara, None)[n % 3], work=(*works[:4], None)[n % 5])
    for n in range(6):
        about = {"entity": "work", "id": works[n]} if n % 2 else {"entity": "org", "id": orgs[n // 2]}
        add("remark", about=about)
        add("comment", about=about, mentions=None)
    for work in works[:4]:
        change("work", work, "hint")
        change("work", work, "amount")
    change("org", orgs[0], "note")
    vault = add("vault", work=works[0])
    gone = add("task", owner=anna, work=None)
    records.delete(tx, SYSTEM, "task", gone)
    records.delete(tx, SYSTEM, "work", works[6])
    assert root and vault
    return marks


def marks_text(marks: Marks) -> str:
    return str(Filler(None, marks).value("", "", "text"))  # type: ignore[arg-type]


def marks_number(marks: Marks) -> str:
    return str(Filler(None, marks).value("", "", "money"))  # type: ignore[arg-type]


def note_parts(tx: Transaction, marks: Marks) -> None:
    """Child rows were written with their parents: which row got which mark is read back."""
    part = tx.model.entities["part"]
    for row in live(tx, "part"):
        marks.note(part.uid, row["id"], part.by_name["label"].uid, row[part.by_name["label"].uid])
        price = Decimal(row[part.by_name["price"].uid])
        marks.note(part.uid, row["id"], part.by_name["price"].uid, str(int(price)))
        marks.note(part.uid, row["id"], "id", str(row["id"]))


def live(tx: Transaction, name: str) -> list[dict[str, Any]]:
    """Stored rows of an entity that are not in the bin, by uid of the field."""
    place = tx.tables[tx.model.entities[name].uid]
    select = sa.select(*(c.value for c in place.columns.values())).where(place.table.c.deleted_at.is_(None))
    return [
        dict(zip(place.columns, row, strict=True)) for row in tx.connection.execute(select.order_by("id"))
    ]


def install_yard(
    url: str, home: Path, changes: Mapping[str, str] | None = None
) -> tuple[dict[str, str], Marks]:
    """The yard's installation: API tokens by login, and its marks."""
    workspace = Workspace.create(settings(url, home))
    try:
        install_model(workspace, yard_model(changes))
        workspace.write(records.sync_roles)
        workspace.write(lambda tx: keep_template(tx, SHEET))
        marks = workspace.write(fill)
        hashed = hash_password(PASSWORD)

        def keys(tx: Transaction) -> dict[str, str]:
            user = tx.model.entities["user"]
            found = {}
            for row in live(tx, "user"):
                set_password(tx, row["id"], hashed)
                found[row[user.by_name["login"].uid]] = create_token(tx, row["id"], "test")
            return found

        return workspace.write(keys), marks
    finally:
        workspace.close()
