"""What stands in a form, and what of it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import KubikError
from renderers.forms.filled import (
    MAX_ROWS,
    Filled,
    FilledRow,
    Lists,
    differing,
    every_holder,
    moved,
    read_json,
    read_sent,
    write_json,
)

LISTS: Lists = {"items": {}}
names = st.sampled_from(["name", "amount", "company", "notes"])
texts = st.text(st.characters(codec="utf-8"), max_size=12)
rows = st.lists(
    st.builds(FilledRow, id=st.none() | st.integers(1, 99), values=st.dictionaries(names, texts, min_size=1)),
    max_size=4,
    unique_by=lambda row: row.id or id(row),
)
contents = st.builds(
    Filled, values=st.dictionaries(names, texts), rows=st.fixed_dictionaries({"items": rows})
)


@given(contents)
def test_content_survives_its_hidden_field(filled: Filled) -> None:
    assert read_json(write_json(filled)) == filled


@given(st.text())
def test_a_forged_hidden_field_is_an_empty_form(written: str) -> None:
    assert isinstance(read_json(written), Filled)


@given(contents)
def test_an_untouched_form_writes_nothing(filled: Filled) -> None:
    assert differing(filled, filled, LISTS) == {}


@given(contents, contents)
def test_only_what_differs_is_written(now: Filled, was: Filled) -> None:
    values = differing(now, was, LISTS)
    for name in now.values:
        assert (name in values) == (now.values[name] != was.values.get(name, ""))
    if "items" in values:
        assert len(values["items"]) == len(now.rows["items"])  # type: ignore[arg-type]


def bare(filled: Filled) -> Filled:
    """The content without the names that its rows were sent under."""
    for holder, _ in every_holder(filled):
        if isinstance(holder, FilledRow):
            holder.place = ""
    return filled


def test_pointers_become_fields_and_rows_in_their_order() -> None:
    sent = read_sent(
        [
            ("_version", "3"), ("/name", "a\r\nb"), ("/items", ""), ("/items/7/id", "5"), ("/items/7/quantity", "2"),
            ("/items/2/quantity", "1"), ("/items/9/quantity", ""), ("/active", "false"), ("/active", "true"),
            ("/<script>", "x"), ("/items/x/quantity", "9"),
        ]
    )  # fmt: skip
    assert sent.version == 3
    assert sent.filled.values == {"name": "a\nb", "active": "true"}
    assert bare(sent.filled).rows == {
        "items": [FilledRow(id=5, values={"quantity": "2"}), FilledRow(values={"quantity": "1"})]
    }, "blank rows are left out"


def test_a_list_without_rows_is_an_empty_list_not_an_unknown_one() -> None:
    was = Filled(rows={"items": [FilledRow(id=5, values={"quantity": "2"})]})
    sent = read_sent([("/items", "")])
    assert differing(sent.filled, was, LISTS) == {"items": []}


def test_a_link_left_alone_keeps_its_id_one_emptied_loses_it_one_typed_is_looked_up() -> None:
    alone = read_sent([("/company", "7"), ("/company~was", "Ромашка"), ("/company~text", "Ромашка")]).filled
    assert (alone.values["company"], alone.typed) == ("7", {})
    emptied = read_sent([("/company", "7"), ("/company~was", "Ромашка"), ("/company~text", " ")]).filled
    assert (emptied.values["company"], emptied.typed) == ("", {})
    typed = read_sent([("/company", "7"), ("/company~was", "Ромашка"), ("/company~text", "Роза")]).filled
    assert typed.typed == {"company": "Роза"}


def test_of_a_stored_row_only_what_changed_is_written() -> None:
    was = Filled(rows={"items": [FilledRow(id=5, values={"quantity": "2", "price": "10"})]})
    now = Filled(
        rows={
            "items": [
                FilledRow(id=5, values={"quantity": "3", "price": "10"}),
                FilledRow(values={"quantity": "1", "price": ""}),
            ]
        }
    )
    assert differing(now, was, LISTS) == {"items": [{"id": 5, "quantity": "3"}, {"quantity": "1"}]}


def test_buttons_of_rows_work_without_scripts() -> None:
    sent = read_sent([(f"/items/{n}/quantity", str(n)) for n in range(3)])
    quantities = lambda s: [row.values.get("quantity") for row in s.filled.rows["items"]]  # noqa: E731
    assert quantities(moved(sent, "_down", "/items/0")) == ["1", "0", "2"]
    assert quantities(moved(sent, "_up", "/items/2")) == ["0", "2", "1"]
    assert quantities(moved(sent, "_up", "/items/0")) == ["0", "1", "2"]
    assert quantities(moved(sent, "_remove", "/items/1")) == ["0", "2"]
    assert quantities(moved(sent, "_add", "/items")) == ["0", "1", "2", None]
    assert quantities(moved(sent, "_remove", "/items/99")) == ["0", "1", "2"]


NESTED: Lists = {"items": {"parts": {"marks": {}}}}


def test_rows_of_rows_are_read_changed_and_moved_to_any_depth() -> None:
    sent = read_sent(
        [
            ("/items/", ""), ("/items/4/id", "7"), ("/items/4/name", "Box"), ("/items/4/parts/", ""),
            ("/items/4/parts/9/name", "Lid"), ("/items/4/parts/9/marks/0/name", "m"), ("/items/4/parts/2/name", ""),
            ("/items/4/parts/2/marks/0/name", ""), ("/items/5/name", ""), ("/items/5/parts/0/name", "Foot"),
        ]
    )  # fmt: skip
    lid = FilledRow(values={"name": "Lid"}, rows={"marks": [FilledRow(values={"name": "m"})]})
    foot = FilledRow(values={"name": "Foot"})
    box, other = bare(sent.filled).rows["items"]
    assert (box.id, box.rows) == (7, {"parts": [lid]}), "blank rows are left out from the innermost"
    assert other.rows == {"parts": [foot]}, "a row with nothing but rows of its own is there"
    was = Filled(rows={"items": [FilledRow(id=7, values={"name": "Box"}, rows={"parts": [FilledRow(id=3)]})]})
    assert differing(sent.filled, was, NESTED) == {
        "items": [
            {"id": 7, "parts": [{"name": "Lid", "marks": [{"name": "m"}]}]},
            {"parts": [{"name": "Foot"}]},
        ]
    }
    assert moved(sent, "_add", "/items/1/parts").filled.rows["items"][1].rows["parts"] == [foot, FilledRow()]
    assert moved(sent, "_remove", "/items/0/parts/0").filled.rows["items"][0].rows == {"parts": []}
    assert moved(sent, "_up", "/items/7/parts/0") == sent, "no such row"


def test_a_list_that_was_not_sent_is_left_alone_one_sent_empty_is_emptied() -> None:
    inner = FilledRow(id=1, rows={"parts": [FilledRow(id=2, values={"name": "a"})]})
    was = Filled(rows={"items": [inner]})
    assert differing(read_sent([("/name", "n")]).filled, was, NESTED) == {"name": "n"}
    assert differing(read_sent([("/items/", "")]).filled, was, NESTED) == {"items": []}
    kept = read_sent([("/items/", ""), ("/items/0/id", "1")]).filled
    assert differing(kept, was, NESTED) == {}
    emptied = read_sent([("/items/", ""), ("/items/0/id", "1"), ("/items/0/parts/", "")]).filled
    assert differing(emptied, was, NESTED) == {"items": [{"id": 1, "parts": []}]}


def test_several_values_of_a_field_are_lines_of_one_text() -> None:
    sent = read_sent(
        [
            ("/tags[]", ""), ("/tags[]", "a"), ("/tags[]", "b"), ("/marks[]", ""), ("/people[]", "7"),
            ("/people[]~was", "Anna"), ("/people[]", "9"), ("/people[]~was", "Ivan"), ("/people[]~text", " "),
        ]
    )  # fmt: skip
    assert sent.filled.values == {"tags": "a\nb", "marks": "", "people": "7\n9"}
    assert (sent.filled.titles, sent.filled.typed) == ({"people": "Anna\nIvan"}, {})


def test_a_form_holds_a_limited_number_of_rows_and_no_endless_depth() -> None:
    with pytest.raises(KubikError):
        read_sent([(f"/items/{n // 2}/parts/{n}/name", "x") for n in range(MAX_ROWS)])
    assert read_sent([("/a/0" * 5000 + "/b", "x")]).filled == Filled()
    assert read_json('{"rows":{"a":[' * 5000) == Filled()
