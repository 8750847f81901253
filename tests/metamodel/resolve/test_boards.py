"""Boards: what groups them, what is added up over their columns; renames, breaks and uses follow."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from core.solutions.renames import follow_renames
from core.solutions.settle import settle
from core.solutions.targets import read_document, with_posted
from core.solutions.uses import all_uses
from metamodel.errors import ProblemsFound
from metamodel.model import Model, View
from metamodel.resolve import resolve
from tests import factories

BOARD = """
    name: deal_board
    entity: deal
    kind: board
    columns: [name, company, amount]
    totals: [amount, expected]
    folded: [won]
    hidden: [lost]
"""
PLACE = "views/deal_board.yaml"
OLD = factories.model({PLACE: BOARD})
DEAL = OLD.entities["deal"]


def board(text: str = BOARD) -> View:
    return factories.model({PLACE: text}).views["deal_board"]


def uids(*names: str) -> tuple[str, ...]:
    return tuple(DEAL.by_name[name].uid for name in names)


def stages(*names: str) -> frozenset[str]:
    return frozenset(c.uid for c in DEAL.by_name["stage"].choices if c.name in names)


def changed(change: Any) -> dict[str, Any]:
    document = copy.deepcopy(dict(OLD.document))
    change({item["name"]: item for kind in ("entities", "views") for item in document[kind]})
    return document


def after(change: Any) -> tuple[Model, set[tuple[str, str]]]:
    """The model once fields or stages are gone, and what broke."""
    _, now, breaks = settle(OLD.document, with_posted(read_document(OLD.document), changed(change)), 2, {})
    return now, {(b.kind, b.target) for b in breaks}


def test_a_board_is_grouped_by_the_stage_and_folds_what_has_ended_unless_it_says_otherwise() -> None:
    plain = board("{name: deal_board, entity: deal, kind: board, columns: [name]}")
    assert (plain.group_by, plain.folded, plain.hidden) == (
        *uids("stage"),
        stages("won", "lost"),
        frozenset(),
    )
    said = board()
    assert (said.totals, said.folded, said.hidden) == (
        uids("amount", "expected"),
        stages("won"),
        stages("lost"),
    )
    by_owner = board("{name: deal_board, entity: deal, kind: board, group_by: owner, columns: [name]}")
    assert (by_owner.group_by, by_owner.folded) == (*uids("owner"), frozenset())


@pytest.mark.parametrize(
    ("text", "pointer", "code"),
    [
        ("entity: company, kind: board", "kind", "KBK1005"),
        ("entity: deal, kind: board, group_by: nope", "group_by", "KBK1002"),
        ("entity: deal, kind: board, group_by: amount", "group_by", "KBK1005"),
        ("entity: deal, kind: board, group_by: created_by", "group_by", "KBK1005"),
        ("entity: deal, kind: board, group_by: last_result", "group_by", "KBK1005"),
        ("entity: deal, kind: board, totals: [amount, nope]", "totals[1]", "KBK1002"),
        ("entity: deal, kind: board, totals: [probability]", "totals[0]", "KBK1005"),
        ("entity: deal, kind: board, totals: [name]", "totals[0]", "KBK1005"),
        ("entity: deal, kind: board, folded: [wonn]", "folded[0]", "KBK1002"),
        ("entity: deal, kind: board, group_by: owner, hidden: [won]", "hidden", "KBK1005"),
        ("entity: deal, group_by: stage", "group_by", "KBK1005"),
    ],
)
def test_each_fault_of_a_board_is_told_at_its_place(text: str, pointer: str, code: str) -> None:
    with pytest.raises(ProblemsFound) as found:
        board(f"{{name: deal_board, columns: [name], {text}}}")
    assert [(p.pointer, p.code) for p in found.value.problems] == [(pointer, code)]


def test_renames_are_followed() -> None:
    def rename(by: Any) -> None:
        next(f for f in by["deal"]["fields"] if f["name"] == "amount").update(name="price")
        by["deal"]["stages"]["pipelines"][0]["stages"][3]["name"] = "refused"

    wanted = with_posted(read_document(OLD.document), changed(rename))
    now = resolve(follow_renames(OLD, wanted), 2)
    written = next(v for v in now.document["views"] if v["name"] == "deal_board")
    assert (written["totals"], written["hidden"]) == (["price", "expected"], ["refused"])
    assert now.views["deal_board"].totals == uids("amount", "expected")


def test_what_goes_away_leaves_the_board_or_takes_it_along() -> None:
    def drop(by: Any) -> None:
        by["deal"]["fields"] = [f for f in by["deal"]["fields"] if f["name"] != "amount"]

    now, broken = after(drop)
    assert ("view", "deal_board") in broken and now.views["deal_board"].totals == ()

    def ungroup(by: Any) -> None:
        by["deal_board"] |= {"group_by": "owner", "folded": [], "hidden": []}
        by["deal"]["fields"] = [f for f in by["deal"]["fields"] if f["name"] != "owner"]

    now, broken = after(ungroup)
    assert ("view", "deal_board") in broken and "deal_board" not in now.views


def test_the_field_its_totals_and_named_stages_are_uses() -> None:
    found = {u.pointer.rsplit("/", 2)[-1]: u.refers for u in all_uses(OLD) if u.target == "deal_board"}
    assert frozenset(uids("stage")) in found.values() and stages("lost") in found.values()
    again = resolve(read_document(OLD.document), 2)
    assert again.views["deal_board"] == OLD.views["deal_board"]
