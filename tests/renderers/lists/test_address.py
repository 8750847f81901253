"""The state of a list in its address."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from renderers.lists.address import MAX_VALUES, Address, read_address

names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(
    lambda t: t.strip() == t
)
addresses = st.builds(
    Address,
    entity=names,
    view=st.none() | names,
    search=st.just("") | texts,
    sort=st.none() | st.lists(names, max_size=3, unique=True).map(tuple),
    filter=st.none() | st.just("") | texts,
    columns=st.none() | st.lists(names, max_size=3, unique=True).map(tuple),
    group=st.none() | st.lists(names, max_size=2, unique=True).map(tuple),
    chosen=st.dictionaries(
        names, st.lists(names, min_size=1, max_size=3, unique=True).map(tuple), max_size=3
    ),
    bin=st.booleans(),
)


@given(addresses)
def test_what_is_written_into_an_address_is_read_from_it(address: Address) -> None:
    found = urlsplit(address.href())
    assert read_address(address.entity, parse_qsl(found.query, keep_blank_values=True)) == address
    assert found.path == f"/e/{address.entity}"


@given(addresses, names, names)
def test_switching_a_value_twice_changes_nothing(address: Address, name: str, value: str) -> None:
    if value not in address.chosen.get(name, ()):
        assert address.switching(name, value).switching(name, value) == address
    assert value in address.choosing(name, [value]).chosen[name]


@given(addresses)
def test_dropping_the_filters_leaves_view_and_order(address: Address) -> None:
    bare = address.unfiltered()
    assert not bare.narrowed
    assert (bare.view, bare.sort, bare.bin) == (address.view, address.sort, address.bin)


def test_another_order_or_filter_starts_at_the_first_page() -> None:
    address = Address(entity="deal", cursor="abc")
    assert address.sorted_by("name").cursor is None
    assert address.choosing("stage", ["won"]).cursor is None
    assert "cursor" not in address.href()


def test_absurd_addresses_are_cut() -> None:
    pairs = [("f.stage", f"v{n}") for n in range(1000)] + [
        ("q", "x" * 10_000),
        ("sort", "y" * 10_000),
        ("?", ""),
    ]
    address = read_address("deal", pairs)
    assert len(address.chosen["stage"]) == MAX_VALUES
    assert len(address.search) == 200
    assert sum(map(len, address.sort or ())) <= 2000
