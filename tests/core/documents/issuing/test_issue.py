"""Issuing: numbers without gaps whatever fails beside, one document a key, nothing kept of what was refused."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from core import records
from core.access.actor import system_actor
from core.access.login import load_actor
from core.access.narrowing import Narrowing
from core.documents.issuing.issue import OPTIMISTIC, issue
from core.documents.issuing.order import Beside, Order
from core.documents.keeping.checking import check_documents
from core.errors import KubikError
from core.query.feed import Asked, feed
from core.query.history import history
from core.query.issued import Issued, documents, documents_of
from core.query.read import visible_ids
from core.records.erasing.act import Findings, write_act
from core.records.erasing.documents import empty_documents
from core.records.erasing.targets import Targets
from core.records.sweeping import sweep_files
from core.storage.workspace import Transaction, Workspace
from tests.core.documents.issuing.pretended import ADMIN, HELEN, INVOICE, MARK, NINA, Pretended
from tests.sites import settings, today

REAL = Order(type="invoice", formats=("docx",))


def issued(
    workspace: Workspace, record: int = 1, user: int = MARK, order: Order = INVOICE, **more: object
) -> Issued:
    return issue(workspace, lambda tx: load_actor(tx, user), order, record, **more)  # type: ignore[arg-type]


def numbers(workspace: Workspace) -> list[str]:
    """The numbers of all invoices in the order in which they were given."""
    with workspace.read() as tx:
        table = tx.tables.own.document
        return list(tx.connection.execute(sa.select(table.c.number).order_by(table.c.id)).scalars())


def consecutive(count: int) -> list[str]:
    return [f"С-{today().year}-{n:04}" for n in range(1, count + 1)]


def test_a_killed_server_loses_no_number_that_was_told_and_leaves_no_gap(place: tuple[str, Path]) -> None:
    url, home = place
    command = [sys.executable, "-m", "tests.core.documents.issuing.pretended", str(home), url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline().strip() for _ in range(15)]
        process.kill()
        told += [line.strip() for line in process.stdout if line.endswith("\n")]
    workspace = Workspace.open(settings(url, home))
    stored = numbers(workspace)
    assert stored == consecutive(len(stored))
    assert set(told) <= set(stored)
    assert issue(workspace, lambda tx: load_actor(tx, 1), REAL, 1).number == consecutive(len(stored) + 1)[-1]
    assert list(check_documents(workspace, whole=True)) == []
    workspace.close()


def test_a_document_that_is_overtaken_each_time_is_made_within_its_turn(
    workspace: Workspace, pretended: Pretended
) -> None:
    def overtake(draft: object) -> None:
        if pretended.calls <= OPTIMISTIC:  # the record changes between reading and keeping
            text = f"{pretended.calls}"
            workspace.write(lambda tx: records.update(tx, system_actor(), "deal", 1, {"lost_reason": text}))

    pretended.before = overtake
    assert issued(workspace).number == consecutive(1)[0]
    assert pretended.calls == OPTIMISTIC + 1


def test_what_is_erased_while_a_document_is_rendered_is_not_kept_in_it(
    workspace: Workspace, pretended: Pretended
) -> None:
    def erase(tx: Transaction) -> None:
        company = tx.model.entities["company"]
        records.update(tx, system_actor(), "company", 1, {"name": "—"})
        write_act(tx, Targets(entity=company, id=1, cells={}), Findings(), "asked for", None)

    pretended.before = lambda draft: workspace.write(erase) if pretended.calls == 1 else None
    made = issued(workspace)
    with workspace.read() as tx:
        kept = str(tx.connection.execute(sa.select(tx.tables.own.document.c.data)).scalar_one())
    assert "Ёлка" not in kept and "Ёлка" not in made.name
    assert (pretended.calls, made.number) == (2, consecutive(1)[0])


def test_numbers_begin_again_with_the_year_of_the_date_and_other_documents_have_none(
    workspace: Workspace, pretended: Pretended
) -> None:
    def on(day: date) -> str | None:
        return issued(workspace, order=replace(INVOICE, date=day)).number

    assert [on(date(2025, 12, 31)), on(date(2026, 1, 1)), on(date(2025, 1, 1)), on(date(2026, 6, 1))] == [
        "С-2025-0001", "С-2026-0001", "С-2025-0002", "С-2026-0002",
    ]  # fmt: skip
    letter = issued(workspace, order=Order(type="letter", formats=("pdf",)))
    assert letter.number is None
    assert "Поставка 1" in letter.name


def test_a_key_gives_the_same_document_again_also_to_two_at_once(
    workspace: Workspace, pretended: Pretended
) -> None:
    def keyed(_: int) -> int:
        def known(tx: Transaction, actor: object) -> int | None:
            look = records.first_answer if tx.writing else records.known_answer
            answer = look(tx, load_actor(tx, MARK), "key", "request")
            return None if answer is None else int(answer.body)

        def kept(tx: Transaction, actor: object, made: Issued) -> None:
            answer = records.Answer(status=200, headers={}, body=str(made.id))
            records.keep_answer(tx, load_actor(tx, MARK), "key", answer)

        return issued(workspace, beside=Beside(known=known, kept=kept)).id

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(keyed, range(6))) == {1}
    assert numbers(workspace) == consecutive(1)


@pytest.mark.parametrize("change", ["owner", "deleted"])
def test_rights_lost_while_it_is_rendered_refuse_it(
    workspace: Workspace, pretended: Pretended, change: str
) -> None:
    def away(tx: Transaction) -> None:
        if change == "owner":
            records.update(tx, system_actor(), "deal", 1, {"owner": NINA})
        else:
            records.delete(tx, system_actor(), "deal", 1)

    pretended.before = lambda draft: workspace.write(away)
    with pytest.raises(KubikError) as refused:
        issued(workspace)
    assert refused.value.code == "KBK2006"
    assert numbers(workspace) == []


def seen(workspace: Workspace, user: int) -> list[int]:
    """The documents of the first deal that somebody may open; its history tells the same, as far as it is seen."""
    with workspace.read() as tx:
        actor, deal = load_actor(tx, user), tx.model.entities["deal"]
        listed = [each.id for each in documents_of(tx, actor, deal.uid, 1)]
        if visible_ids(tx, actor, deal, (1,)):
            items = history(tx, actor, "deal", 1).items
            assert [i["document"]["id"] for i in items if i["kind"] == "issued"] == listed
        told = feed(tx, actor, Asked(kind="issued")).items
        assert {i["document"]["id"] for i in told} <= set(listed)
        return listed


def test_a_kept_document_is_its_authors_and_theirs_who_read_every_cell_it_was_made_from(
    workspace: Workspace, pretended: Pretended
) -> None:
    issued(workspace)  # by Mark, who does not see the margin
    issued(workspace, user=ADMIN)  # with the margin
    assert [seen(workspace, who) for who in (ADMIN, HELEN, MARK, NINA)] == [[2, 1], [2, 1], [1], []]
    workspace.write(lambda tx: records.update(tx, system_actor(), "deal", 1, {"owner": NINA}))
    assert [seen(workspace, who) for who in (ADMIN, HELEN, MARK, NINA)] == [[2, 1], [], [1], [1]]
    workspace.write(lambda tx: records.delete(tx, system_actor(), "deal", 1))
    assert [seen(workspace, who) for who in (ADMIN, HELEN, MARK, NINA)] == [[], [], [], []]


def test_a_card_asks_once_about_documents_however_many_are_not_for_its_reader(
    workspace: Workspace, pretended: Pretended
) -> None:
    def asked() -> int:
        said: list[str] = []
        with workspace.read() as tx:
            helen, deal = load_actor(tx, HELEN), tx.model.entities["deal"]
            sa.event.listen(tx.connection, "before_cursor_execute", lambda *each: said.append(each[2]))
            assert documents_of(tx, helen, deal.uid, 1, limit=1) == []
        return len(said)

    issued(workspace, user=ADMIN)  # with the margin, which the reader may not see by now
    workspace.write(lambda tx: records.update(tx, system_actor(), "deal", 1, {"owner": NINA}))
    once = asked()
    for _ in range(3):
        issued(workspace, user=ADMIN)
    assert asked() == once


def test_a_token_for_some_entities_opens_no_document_made_of_others(
    workspace: Workspace, pretended: Pretended
) -> None:
    made = issued(workspace)  # of the deal and its company
    with workspace.read() as tx:
        deal, company = (tx.model.entities[name].uid for name in ("deal", "company"))
        mark = load_actor(tx, MARK)

        def opens(*entities: str) -> bool:
            known = frozenset(each.entity for each in made.made_of) - {deal, company}
            narrow = replace(mark, narrowing=Narrowing(entities=known | frozenset(entities)))
            return made.id in documents(tx, narrow, [made.id])

        assert company in {each.entity for each in made.made_of}
        assert opens(deal, company) and not opens(deal) and not opens(company)


def test_erasing_what_a_document_was_made_from_takes_its_files_and_leaves_its_number(
    workspace: Workspace, pretended: Pretended
) -> None:
    made = issued(workspace)
    hash = made.files[0].hash
    with workspace.read() as tx:
        company = tx.model.entities["company"]
        targets = Targets(
            entity=company, id=1, cells={(company.uid, 1): frozenset((company.by_name["inn"].uid,))}
        )
    count, hashes, rest = workspace.write(lambda tx: empty_documents(tx, targets, 0))
    assert (count, hashes, rest) == (1, [hash], None)
    sweep_files(workspace)
    with workspace.read() as tx:
        left = documents_of(tx, load_actor(tx, MARK), made.entity, 1)[0]
    assert (left.number, left.files, left.made_of) == (made.number, (), ())
    assert "Ёлка" not in left.name and left.erased is not None
    assert list(check_documents(workspace)) == []
