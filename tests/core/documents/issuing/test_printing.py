"""Documents that actions issue: of the record as the steps leave it, rendered outside of the transaction, all of it or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from core import records
from core.access.actor import Actor, system_actor
from core.access.login import load_actor
from core.access.narrowing import Narrowing
from core.automation import Documents, Ran
from core.documents.issuing.issue import OPTIMISTIC
from core.documents.issuing.printing import Unmade, attempt, finish
from core.documents.keeping.checking import check_documents
from core.errors import KubikError
from core.query.history import history
from core.records.statements import load
from core.storage.patience import NobodyWaits, Waiting
from core.storage.workspace import Transaction, Workspace
from tests.core.documents.issuing.pretended import MARK, NINA, Pretended
from tests.core.documents.issuing.test_issue import consecutive, issued, numbers

FRESH = {"stage": "lead", "name": "Поставка 1", "lost_reason": None, "owner": MARK, "version": 1}


def run(
    workspace: Workspace, action: str, deal: int = 1, user: int = MARK,
    *, less: Narrowing | None = None, waiting: Waiting | None = None,
) -> Ran:  # fmt: skip
    def whole(tx: Transaction, documents: Documents) -> Ran:
        actor: Actor = replace(load_actor(tx, user), narrowing=less)
        return records.run_action(tx, actor, "deal", deal, action, {}, documents=documents)

    try:
        return attempt(workspace, whole)
    except Unmade as unmade:
        return finish(workspace, whole, unmade.drafts, waiting)


def deal_now(workspace: Workspace, id: int = 1) -> dict[str, object]:
    with workspace.read() as tx:
        entity = tx.model.entities["deal"]
        stored = load(tx, entity, [id])[id]
        told = {name: stored[entity.by_name[name].uid] for name in ("stage", "name", "lost_reason", "owner")}
        stage = entity.by_name["stage"].choice(told["stage"])
        return {**told, "stage": stage.name if stage else None, "version": stored["version"]}


def said(workspace: Workspace, document: int) -> str:
    """What a document was made from."""
    with workspace.read() as tx:
        table = tx.tables.own.document
        return str(tx.connection.execute(sa.select(table.c.data).where(table.c.id == document)).scalar())


def test_an_action_issues_what_its_steps_leave_and_keeps_no_writer_waiting(
    workspace: Workspace, pretended: Pretended
) -> None:
    def somebody_writes(_: object) -> None:  # a write within another one would be a fault
        workspace.write(lambda tx: records.update(tx, system_actor(), "deal", 4, {"lost_reason": "x"}))

    pretended.before = somebody_writes
    ran = run(workspace, "bill")
    (made,) = ran.issued
    assert (made.number, made.record, made.by) == (consecutive(1)[0], 1, MARK)
    assert pretended.calls == 1 and numbers(workspace) == consecutive(1)
    assert deal_now(workspace)["stage"] == "offer"
    assert "Поставка 1!" in said(workspace, made.id)
    assert "88" not in said(workspace, made.id)  # the margin, which the steps set and Mark does not see
    with workspace.read() as tx:
        told = history(tx, load_actor(tx, MARK), "deal", 1).items[0]
    assert (told["kind"], told["action"], told["document"]["number"]) == ("issued", "bill", made.number)
    assert list(check_documents(workspace, whole=True)) == []


def test_of_a_record_that_the_action_makes_and_several_at_once_each_is_rendered_once(
    workspace: Workspace, pretended: Pretended
) -> None:
    ran = run(workspace, "bill_next")
    invoice, letter = ran.issued
    assert invoice.record == ran.made[0].id and letter.record == 1
    assert "Поставка 1+" in said(workspace, invoice.id) and "Стойка" in said(workspace, invoice.id)
    assert (
        pretended.calls == 2
    )  # though the ids of the new records are others than in the run that was taken back
    assert issued(workspace).number == consecutive(2)[-1]


def test_a_document_that_the_person_may_not_issue_undoes_all_before_it_is_rendered(
    workspace: Workspace, pretended: Pretended
) -> None:
    def refusal(action: str, less: Narrowing | None = None) -> tuple[str, str]:
        with pytest.raises(KubikError) as refused:
            run(workspace, action, less=less)
        return refused.value.code, refused.value.detail.text

    not_theirs = ("KBK4002", "“{action}” issues a document that you may not issue")
    assert refusal("act_now") == ("KBK3017", "“{document}” is made at the stages: {stages}")
    assert refusal("hand_over") == not_theirs  # out of their sight by then
    assert refusal("stamp", Narrowing(denied=frozenset({"print"}))) == not_theirs
    with pytest.raises(KubikError) as many:  # where nothing is issued, as of many records at once
        workspace.write(lambda tx: records.run_action(tx, load_actor(tx, MARK), "deal", 1, "bill", {}))
    assert many.value.code == "KBK3017"
    assert deal_now(workspace) == FRESH
    assert numbers(workspace) == [] and pretended.calls == 0


def test_a_template_that_fails_or_a_person_who_leaves_undoes_all(
    workspace: Workspace, pretended: Pretended
) -> None:
    pretended.fails = lambda call: True
    with pytest.raises(KubikError) as failed:
        run(workspace, "bill")
    assert failed.value.detail.text.startswith("Nothing was done")
    pretended.fails = lambda call: False
    waiting = Waiting(lambda: None)
    pretended.before = lambda draft: setattr(waiting, "left", True)
    with pytest.raises(NobodyWaits):
        run(workspace, "bill", waiting=waiting)
    assert deal_now(workspace) == FRESH and numbers(workspace) == []
    assert run(workspace, "bill", waiting=Waiting(lambda: None)).issued[0].number == consecutive(1)[0]


def test_what_is_overtaken_each_time_is_rendered_within_its_transaction_and_undone_there_too(
    workspace: Workspace, pretended: Pretended
) -> None:
    def overtake(draft: object) -> None:
        if pretended.calls % (OPTIMISTIC + 1):  # what the template reads changes while it is rendered
            name = f"ООО «Ель {pretended.calls}»"
            workspace.write(lambda tx: records.update(tx, system_actor(), "company", 1, {"name": name}))

    pretended.before = overtake
    pretended.fails = lambda call: call == OPTIMISTIC + 1
    with pytest.raises(KubikError):
        run(workspace, "bill")
    assert deal_now(workspace) == FRESH and numbers(workspace) == []
    (made,) = run(workspace, "bill").issued
    assert pretended.calls == 2 * (OPTIMISTIC + 1)
    assert f"Ель {2 * OPTIMISTIC + 1}" in said(workspace, made.id)


def test_fifty_at_once_by_button_and_by_action_with_failures_leave_no_gap_and_no_number_twice(
    workspace: Workspace, pretended: Pretended
) -> None:
    pretended.fails = lambda call: call % 7 == 3

    def one(number: int) -> str | None:
        record, user = (4, NINA) if number % 5 == 0 else (1 + number % 3, MARK)
        if number % 11 == 4:
            record = 4 if user == MARK else 1  # somebody else's: refused
        if number % 6 == 1:  # what was rendered is out of date meanwhile
            text = f"changed by {number}"
            workspace.write(
                lambda tx: records.update(tx, system_actor(), "deal", record, {"lost_reason": text})
            )
        try:
            if number % 2:
                return issued(workspace, record, user).number
            return run(workspace, "stamp" if number % 8 else "act_now", record, user).issued[0].number
        except KubikError as error:
            assert error.code in ("KBK9000", "KBK2006", "KBK3017"), error
            return None

    with ThreadPoolExecutor(50) as pool:
        given = [number for number in pool.map(one, range(50)) if number is not None]
    assert 20 < len(given) < 50
    assert sorted(given) == numbers(workspace) == consecutive(len(given))
    pretended.fails = lambda call: False
    assert run(workspace, "stamp").issued[0].number == consecutive(len(given) + 1)[-1]
    assert list(check_documents(workspace, whole=True)) == []
