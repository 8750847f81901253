"""Writers at once: a check over child rows holds, numbers have no gaps, circles never close, a unique value is one's."""

import threading
from decimal import Decimal
from typing import Any

import pytest

from core import records
from core.errors import KubikError

BUDGET = {
    "entities/budget.yaml": """
        name: budget
        title: "{name}"
        fields:
          - {name: name, type: text, required: true}
          - {name: limit, type: integer}
          - {name: spent, type: rollup, formula: "SUM(lines.sum)"}
          - {name: lines, type: children, of: budget_line, through: budget}
        constraints:
          - {check: "spent <= limit", message: {ru: Лимит превышен, en: Over the limit}}
    """,
    "entities/budget_line.yaml": """
        name: budget_line
        title: "{sum}"
        fields:
          - {name: budget, type: link, to: budget, required: true}
          - {name: sum, type: integer, required: true}
    """,
}


def at_once(*calls):
    """Run the calls in threads that start together; what each returned or raised."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(place, call):
        barrier.wait()
        try:
            results[place] = call()
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return results


@pytest.mark.parametrize("changes", [BUDGET])
def test_two_writers_cannot_break_a_check_over_child_rows(office, changes):
    for _ in range(5):
        budget = office.create("budget", {"name": "A", "limit": 100}).id
        line = {"budget": budget, "sum": 60}
        results = at_once(*[lambda line=line: office.create("budget_line", line) for _ in range(2)])
        refused = [r for r in results if isinstance(r, KubikError)]
        assert [r.code for r in refused] == ["KBK3006"]
        assert [r["sum"] for r in office.rows("budget_line").values() if r["budget"] == budget] == [60]


@pytest.mark.parametrize("changes", [BUDGET])
def test_a_limit_lowered_while_a_row_is_added_is_kept(office, changes):
    for _ in range(3):
        budget = office.create("budget", {"name": "A", "limit": 100}).id
        line = {"budget": budget, "sum": 60}
        results = at_once(
            lambda line=line: office.create("budget_line", line),
            lambda budget=budget: office.update("budget", budget, {"limit": 50}),
        )
        assert [r.code for r in results if isinstance(r, KubikError)] == ["KBK3006"]


def test_numbers_taken_at_once_have_no_gaps(office):
    def make(worker):
        def run():
            for n in range(5):
                values: dict[str, Any] = {"name": f"{worker} {n}", "opened_on": "2026-01-01"}
                if n == 2:
                    values["amount"] = -1
                try:
                    office.create("deal", values)
                except KubikError as error:
                    assert error.code == "KBK3006"

        return run

    assert at_once(*[make(worker) for worker in range(4)]) == [None] * 4
    numbers = sorted(row["number"] for row in office.rows("deal").values())
    assert numbers == [f"Д-2026-{n:05}" for n in range(1, 17)]


def test_a_unique_value_goes_to_one_of_two(office):
    for n in range(5):
        values = {"name": "A", "inn": f"{n:010}"}
        results = at_once(*[lambda values=values: office.create("company", values) for _ in range(2)])
        (error,) = [r for r in results if isinstance(r, Exception)]
        assert isinstance(error, KubikError) and error.code == "KBK3007", error
        assert [p.pointer for p in error.errors] == ["/inn"]


def test_two_moves_never_close_a_circle(office):
    for _ in range(3):
        a = office.create("department", {"name": "a"}).id
        b = office.create("department", {"name": "b"}).id
        results = at_once(
            lambda a=a, b=b: office.update("department", a, {"parent": b}),
            lambda a=a, b=b: office.update("department", b, {"parent": a}),
        )
        assert len([r for r in results if isinstance(r, KubikError)]) == 1
        assert {office.stored("department", a)["parent"], office.stored("department", b)["parent"]} & {None}


def test_a_link_and_the_deletion_of_its_target_exclude_each_other(office):
    for _ in range(3):
        company = office.create("company", {"name": "A"}).id
        results = at_once(
            lambda company=company: office.create("deal", {"name": "D", "company": company}),
            lambda company=company: office.delete("company", company),
        )
        assert [r.code for r in results if isinstance(r, KubikError)] in (["KBK3005"], ["KBK3008"])
        linked = [r for r in office.rows("deal").values() if r["company"] == company]
        assert bool(linked) == (office.stored("company", company)["deleted_at"] is None)


def test_two_saves_of_one_version_are_one_save(office):
    company = office.create("company", {"name": "A"}).id
    results = at_once(
        *[
            lambda name=name: office.update("company", company, {"name": name}, if_version=1)
            for name in ("B", "C", "D")
        ]
    )
    assert sorted(r.code for r in results if isinstance(r, KubikError)) == ["KBK3009", "KBK3009"]
    assert office.stored("company", company)["version"] == 2


def test_two_administrators_cannot_disable_each_other(office):
    office.hire("second", "administrator")
    root, second = office.people["root"].user, office.people["second"].user
    results = at_once(
        lambda: office.update("user", second, {"active": False}, by="root"),
        lambda: office.update("user", root, {"active": False}, by="second"),
    )
    assert [r.code for r in results if isinstance(r, KubikError)] == ["KBK3014"]


def test_child_rows_added_at_once_are_all_summed_up(office):
    product = office.create("product", {"code": "x", "name": "X", "price": 10}).id
    deal = office.create("deal", {"name": "A"}).id

    def add():
        for _ in range(4):
            office.create("deal_item", {"deal": deal, "product": product})

    assert at_once(add, add, add) == [None] * 3
    row = office.stored("deal", deal)
    assert row["amount"] == Decimal(120)
    assert row["version"] == 13
    positions = sorted(r["position"] for r in office.rows("deal_item").values())
    assert positions == list(range(1, 13))


def test_the_transaction_given_is_the_only_one_used(office):
    """What is raised after a write takes it back whole, its journal and numbers too."""

    def failing(tx):
        records.create(tx, office.people["root"], "deal", {"name": "A", "opened_on": "2026-01-01"})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        office.workspace.write(failing)
    saved = office.create("deal", {"name": "B", "opened_on": "2026-01-01"})
    assert office.stored("deal", saved.id)["number"] == "Д-2026-00001"
    assert len(office.rows("deal")) == 1
