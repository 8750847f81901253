"""Rows written column by column come to the very same as rows written one by one: records, journal, search, refusals."""

from __future__ import annotations

import pickle
import random
from itertools import islice
from typing import Any

import pytest
import sqlalchemy as sa

from core.records import api
from core.records.columnar import numbering, write_new
from core.records.importing import chunks
from core.records.importing.beside.child import Numbers, make_piece
from core.records.importing.drafts import Parser
from core.records.importing.importer import make_task, run_task
from core.records.importing.reading import read_table
from core.records.importing.recipe import Fill, Recipe, Target
from core.records.importing.task import Options
from core.storage.workspace import Transaction
from tests import factories
from tests.core.records.conftest import Office

CHANGES: dict[str, str | None] = {
    "roles/manager.yaml": factories.SAMPLE["roles/manager.yaml"].rstrip()
    + """
          - {entity: deal, actions: [import], check: "owner = me AND (amount IS NULL OR amount < 900)"}
          - {entity: company, actions: [import], fields: all}
    """,
    "entities/note.yaml": """
        name: note
        label: Note
        fields:
          - {name: name, type: text, required: true, unique: true}
          - {name: kind, type: choice, choices: [{name: a}, {name: b}]}
          - {name: kinds, type: choices, choices: [{name: x}, {name: y}]}
          - {name: people, type: users}
          - {name: at, type: datetime}
          - {name: rate, type: percent}
          - {name: mail, type: email}
          - {name: long, type: long_text}
          - {name: size, type: integer, min: 0, default: "7"}
    """,
}


@pytest.fixture
def changes() -> dict[str, str | None]:
    return CHANGES


def lines_of(entity: str, seed: int, owner: str) -> str:
    """A file of rows, some of which are at fault."""
    chance = random.Random(seed)

    def one(*values: str) -> str:
        return chance.choice(values)

    rows = []
    for n in range(160):
        if entity == "deal":
            rows.append([
                one(f"Deal {n}", f"Deal {n}", f"Deal {n}", f"ДЕЛО {n // 30}", ""), one("", "Acme", "acme", "7707083893", "Nobody" if n % 9 else "Beta"),
                one("", "5", "100.50", "-1" if n % 7 == 0 else "8", "1000" if n % 12 == 0 else "7", "x" if n % 11 == 0 else "3"), one("lead", "offer", "", "won", "lost"),
                one("", "site", "Звонок"), one("2026-01-02", ""), one("2026-05-01", "2025-01-01" if n % 10 == 0 else ""),
                one("", owner, "igor" if n % 40 == 0 else ""), one("", "lost it"),
            ])  # fmt: skip
        else:
            rows.append([
                one(f"Note {n}", f"Ё{n}", f"Note {n // 50}"), one("a", "b", "", "c" if n % 20 == 0 else "a"), one("x", "y, x", ""),
                one("", "marina, igor", "marina"), one("", "2026-01-02 10:00"), one("5%", "", "0.2"), one("", "a@b.ru", "nope" if n % 25 == 0 else ""),
                one("", "long " * 80), one("", "1", "-1" if n % 30 == 0 else "2"),
            ])  # fmt: skip
    header = {
        "deal": "name,company,amount,stage,source,opened_on,closes_on,owner,lost_reason",
        "note": "name,kind,kinds,people,at,rate,mail,long,size",
    }[entity]
    return "\n".join([header, *(",".join(f'"{v}"' for v in row) for row in rows)])


def outcome(office: Office, entity: str, seed: int, by: str, *, incomplete: bool) -> dict[str, Any]:
    """What an import comes to: everything that stands in the database then, ids counted from the first; taken back."""
    table = read_table(lines_of(entity, seed, by if by == "marina" else "igor"))
    fills = tuple(Fill(column=name, field=name) for name in table.header)
    recipe = Recipe(targets=(Target(entity=entity, fields=fills),), language="ru", incomplete=incomplete)
    with office.workspace.read() as tx:
        last = tx.connection.execute(sa.select(sa.func.max(tx.tables.own.journal.c.seq))).scalar() or 0
    task = make_task(office.workspace, office.people[by], table, Options(), recipe=recipe)
    report = run_task(task, 160, None)
    found: dict[str, Any] = {
        "counts": (report.created, report.refused, report.incomplete),
        "faults": [(e.line, e.column, e.code, str(e.message)) for e in report.errors],
    }
    office.workspace.write(lambda tx: found.update(_taken(tx, entity, last)))
    return found


def _taken(tx: Transaction, entity: str, last: int) -> dict[str, Any]:
    uid = tx.model.entities[entity].uid
    place, own = tx.tables[uid], tx.tables.own
    ids = sorted(tx.connection.execute(sa.select(place.table.c.id)).scalars())
    rank = {record: at for at, record in enumerate(ids)}  # ids may have gaps where a try was rolled back
    searched = tx.searched.get(uid)
    tables = {"rows": place.table, **{t.name: t for t in place.lists.values()}}
    if searched is not None:
        tables["search"] = searched.table
    found: dict[str, Any] = {}
    for name, table in tables.items():
        key = table.c[0].name
        moments = ("created_at", "updated_at")
        rows = tx.connection.execute(sa.select(table).order_by(*table.primary_key)).mappings().all()
        stage = [c.name for c in table.columns if isinstance(c.type, type(place.table.c.created_at.type))]
        found[name] = [
            {
                k: (rank[v] if k == key else None if k in (*moments, *stage) and v else v)
                for k, v in row.items()
            }
            for row in rows
        ]
    journal, hand, origin = own.journal, own.hand, own.origin
    written = tx.connection.execute(
        sa.select(journal).where(journal.c.seq > last, journal.c.entity == uid).order_by(journal.c.record)
    )
    since = tx.model.entities[entity].stages
    found["journal"] = [
        (
            rank[r.record],
            r.kind,
            r.by,
            r.version,
            r.job,
            {k: v for k, v in (r.diff or {}).items() if since is None or k != since.since},
        )
        for r in written
    ]
    for table in (hand, origin):
        some = sa.select(table).where(table.c.entity == uid).order_by(table.c.record)
        kept = tx.connection.execute(some).mappings().all()
        found[table.name] = [{**row, "record": rank[row["record"]]} for row in kept]
        tx.connection.execute(table.delete().where(table.c.entity == uid))
    tx.connection.execute(own.number.delete())
    for name, table in tables.items():
        tx.connection.execute(table.delete())
        del name
    tx.connection.execute(journal.update().where(journal.c.entity == uid).values(entity="gone"))
    return found


def as_pieces(reader: Any, size: int) -> Any:
    """Chunks as a second process would send them; the numbers that it foresees are right as long as one is under way."""
    lines = list(islice(reader._rows, size))
    numbers = vars(reader).setdefault("numbers", Numbers(0))
    piece = make_piece(reader._task, Parser(reader._task.context, reader._task.hints), lines, numbers)
    return reader._of_piece(pickle.loads(pickle.dumps(piece)))  # noqa: S301


@pytest.mark.parametrize(
    ("entity", "by", "incomplete"),
    [("deal", "root", False), ("deal", "marina", False), ("deal", "root", True), ("note", "root", False)],
)
def test_both_ways_come_to_the_same(
    office: Office, monkeypatch: pytest.MonkeyPatch, entity: str, by: str, incomplete: bool
) -> None:
    office.create("company", {"name": "Acme", "inn": "7707083893"})
    office.create("company", {"name": "Beta"})
    written: list[int] = []

    def noted(*given: Any) -> Any:
        saved = write_new(*given)
        written.append(len(saved.ids))
        return saved

    for seed in (1, 2):
        monkeypatch.setattr(api, "write_new", noted)
        columnar = outcome(office, entity, seed, by, incomplete=incomplete)
        with monkeypatch.context() as without:
            without.setattr(api, "fits", lambda *_: False)
            without.setattr(api, "fits_columns", lambda *_: False)
            general = outcome(office, entity, seed, by, incomplete=incomplete)
        with monkeypatch.context() as beside:
            beside.setattr(chunks.Chunks, "_read", as_pieces)
            pieces = outcome(office, entity, seed, by, incomplete=incomplete)
        assert general["counts"][0] > 15
        for part, expected in general.items():
            assert columnar[part] == expected, part
            assert pieces[part] == expected, part
    assert sum(written) > 30


def test_what_was_made_of_a_number_that_somebody_else_took_is_not_searched(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks.Chunks, "_read", as_pieces)
    monkeypatch.setattr(numbering, "_last", lambda *_: 500)
    table = read_table("name,opened_on\n" + "".join(f"Deal {n},2026-05-01\n" for n in range(60)))
    recipe = Recipe(
        targets=(Target(entity="deal", fields=tuple(Fill(column=n, field=n) for n in table.header)),)
    )
    run_task(make_task(office.workspace, office.people["root"], table, Options(), recipe=recipe), 60, None)
    with office.workspace.read() as tx:
        uid = tx.model.entities["deal"].uid
        number = tx.tables[uid].columns[tx.model.entities["deal"].by_name["number"].uid].value
        given = list(tx.connection.execute(sa.select(number).order_by(number)).scalars())
        rows = tx.connection.execute(sa.select(tx.searched[uid].table).order_by(sa.text("1"))).all()
    assert given == [f"Д-2026-{n:05}" for n in range(1, 61)]
    assert [f" 2026{n:05} " in str(row) for n, row in enumerate(rows, 1)] == [True] * 60
