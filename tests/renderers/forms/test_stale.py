"""Merging two changes of one record."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from renderers.forms.filled import Filled, FilledRow
from renderers.forms.stale import choose, merge

NAMES = ("name", "amount", "notes")
values = st.fixed_dictionaries({name: st.sampled_from(["", "a", "b", "c"]) for name in NAMES})
lists = st.dictionaries(st.integers(1, 5), values).map(
    lambda d: [FilledRow(id=i, values=v) for i, v in d.items()]
)
contents = st.builds(Filled, values=values, rows=lists.map(lambda rows: {"items": rows}))


@given(contents, contents, contents)
def test_each_field_is_whose_change_it_is(was: Filled, mine: Filled, theirs: Filled) -> None:
    merged = merge(was, mine, theirs)
    clashes = {d.pointer for d in merged.conflicts}
    for name in NAMES:
        before, own, other = was.values[name], mine.values[name], theirs.values[name]
        found = merged.filled.values[name]
        assert found == (other if own == before else own)
        assert (f"/{name}" in clashes) == (own != before and other != before and own != other)


@given(contents, contents)
def test_where_only_one_changed_that_one_stands(was: Filled, changed: Filled) -> None:
    mine = merge(was, changed, was)
    theirs = merge(was, was, changed)
    assert mine.conflicts == theirs.conflicts == []
    assert mine.filled.values == theirs.filled.values == changed.values
    for merged in (mine, theirs):
        assert {r.id: r.values for r in merged.filled.rows["items"]} == {
            r.id: r.values for r in changed.rows["items"]
        }


@given(contents, contents, contents)
def test_nothing_typed_into_a_row_is_lost(was: Filled, mine: Filled, theirs: Filled) -> None:
    before = {row.id: row for row in was.rows["items"]}
    merged = merge(was, mine, theirs).filled.rows["items"]
    for row in mine.rows["items"]:
        stored = before.get(row.id)
        typed = {n: v for n, v in row.values.items() if stored is None or v != stored.values[n]}
        if typed:
            assert any(all(m.values.get(n) == v for n, v in typed.items()) for m in merged)


@given(contents, contents, contents)
def test_choosing_theirs_everywhere_gives_their_fields(was: Filled, mine: Filled, theirs: Filled) -> None:
    merged = merge(was, mine, theirs)
    asked = {f"_choose:{d.pointer}": "theirs" for d in merged.conflicts if d.pointer.count("/") == 1}
    chosen = choose(merged.filled, theirs, asked)
    for name in NAMES:
        if mine.values[name] != was.values[name] and theirs.values[name] == was.values[name]:
            assert chosen.values[name] == mine.values[name], "what did not clash stays merged"
        else:
            assert chosen.values[name] == theirs.values[name]


def test_a_row_they_removed_and_i_changed_stays_as_a_new_one() -> None:
    was = Filled(rows={"items": [FilledRow(id=1, values={"q": "1", "p": "5"})]})
    mine = Filled(rows={"items": [FilledRow(id=1, values={"q": "2", "p": "5"})]})
    kept = merge(was, mine, Filled(rows={"items": []}))
    assert kept.filled.rows["items"] == [FilledRow(values={"q": "2", "p": "5"})]
    assert [d.whole_row for d in kept.differences] == [True]


def test_forged_choices_are_harmless() -> None:
    filled, theirs = Filled(values={"name": "a"}, rows={"items": []}), Filled(values={"name": "b"})
    asked = {
        "_choose:": "theirs",
        "_choose:/items/9/q": "theirs",
        "_choose:/items/x/q": "theirs",
        "_choose:name": "theirs",
    }
    assert choose(filled, theirs, asked).values["name"] == "a"


def test_rows_of_rows_are_merged_field_by_field_and_chosen_by_their_ids() -> None:
    def content(lid: str, foot: str, *more: FilledRow) -> Filled:
        parts = [FilledRow(id=3, values={"n": lid}), FilledRow(id=4, values={"n": foot}), *more]
        return Filled(rows={"items": [FilledRow(id=1, values={"n": "box"}, rows={"parts": parts})]})

    was, mine = content("a", "b"), content("mine", "b", FilledRow(values={"n": "new"}))
    theirs = content("theirs", "c")
    theirs.rows["items"].insert(0, FilledRow(id=9, values={"n": "first"}))
    merged = merge(was, mine, theirs)
    (box, added) = merged.filled.rows["items"]
    assert [(r.id, r.values["n"]) for r in box.rows["parts"]] == [(3, "mine"), (4, "c"), (None, "new")]
    assert added.id == 9
    assert [d.pointer for d in merged.conflicts] == ["/items/0/parts/0/n"]
    chosen = choose(merged.filled, theirs, {"_choose:/items/0/parts/0/n": "theirs"})
    assert chosen.rows["items"][0].rows["parts"][0].values["n"] == "theirs"


def test_a_row_they_removed_is_gone_unless_i_changed_something_below_it() -> None:
    def content(name: str) -> Filled:
        parts = [FilledRow(id=3, values={"n": name})]
        return Filled(rows={"items": [FilledRow(id=1, values={"sum": "1"}, rows={"parts": parts})]})

    assert merge(content("a"), content("a"), Filled(rows={"items": []})).filled.rows["items"] == []
    (kept,) = merge(content("a"), content("b"), Filled(rows={"items": []})).filled.rows["items"]
    assert kept == FilledRow(values={"sum": "1"}, rows={"parts": [FilledRow(values={"n": "b"})]})
