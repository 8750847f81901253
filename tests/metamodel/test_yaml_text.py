"""YAML 1.2 as definitions use it: the core schema, the limits, writing that reads back the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metamodel.errors import ProblemsFound
from metamodel.yaml_text import DEEPEST, depth_within, read_yaml, write_yaml

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
DATA = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), inner, max_size=5)
    ),
    max_leaves=30,
)


@pytest.mark.parametrize(("written", "value"), [
    ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("true", True), ("False", False),
    ("2026-11-21", "2026-11-21"), ("12:30:45", "12:30:45"), ("1:30", "1:30"), ("0o17", 15), ("017", 17), ("0x1F", 31),
    ("1_000", "1_000"), ("~", None), ("null", None), ("", None), ("1.5", 1.5), ("1e3", 1000.0), (".inf", ".inf"),
    ("1e999", "1e999"), ("'12'", "12"), ("=", "="), ("<<", "<<"), ("-7", -7), ("+7", 7), ("9" * 50, "9" * 50),
])  # fmt: skip
def test_a_scalar_is_what_the_core_schema_says(written: str, value: Any) -> None:
    read = read_yaml(f"key: {written}", "f.yaml")["key"]
    assert read == value
    assert type(read) is type(value)


def test_a_merge_key_is_a_key_like_any_other() -> None:
    assert read_yaml("{<<: {a: 1}, b: 2}", "f.yaml") == {"<<": {"a": 1}, "b": 2}


@pytest.mark.parametrize(("text", "place", "words"), [
    ("a: 1\nb: 2\na: 3", "line 3, column 1", "stands twice"),
    ("a: &x 1\nb: *x", "line 1, column 4", "anchors"),
    ("a: !!python/object:os.system x", "line 1, column 4", "tags"),
    ("a: [1, 2", "line 2", "not YAML"),
    ("a: 1\n---\nb: 2", "line 2, column 1", "one definition a file"),
    ("? [a]\n: 1", "line 1, column 3", "a key must be a text"),
    ("a: \t- 1\n\tb: 2", "line 1", "not YAML"),
    ("a:\n\t- b", "line 2, column 1", "a tab stands here"),
    ("label: Client: main", "line 1, column 14", "a colon"),
    ("a: {x: 1\nb: 2", "line 2", "the bracket of line 1"),
    ('a: "x\nb: 2', "line 2", "the quote of line 1"),
    ("a: @x", "line 1, column 4", "begins with “@”"),
    ("a: 1\nb: \x07", "line 2, column 4", "U+0007"),
    ("[" * 70 + "]" * 70, f"line 1, column {DEEPEST + 1}", "deeper than 64"),
    ("a: \x01", "line 1, column 4", "U+0001"),
    ("a: x\0y", "", "NUL"),
])  # fmt: skip
def test_what_is_refused_says_where_and_why(text: str, place: str, words: str) -> None:
    with pytest.raises(ProblemsFound) as found:
        read_yaml(text, "entities/deal.yaml")
    problem = found.value.problems[0]
    assert problem.file == "entities/deal.yaml"
    assert problem.code == "KBK1001"
    assert problem.pointer.startswith(place)
    assert words in str(problem.message)


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    lines = ["a: &a [x, x]"] + [
        f"{b}: &{b} [*{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    with pytest.raises(ProblemsFound, match="anchors"):
        read_yaml("\n".join(lines), "f.yaml")


def test_a_very_deep_or_large_text_is_refused_without_falling_over() -> None:
    for text in ("[" * 100_000, "{a: " * 50_000, "x" * 2_000_001, "- " * 100_000):
        with pytest.raises(ProblemsFound):
            read_yaml(text, "f.yaml")


@given(DATA)
def test_what_is_written_reads_back_the_same_and_writes_the_same_again(data: Any) -> None:
    text = write_yaml({"key": data})
    read = read_yaml(text, "f.yaml")
    assert read == {"key": data}
    assert write_yaml(read) == text


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "12",
        "1.5",
        "null",
        "~",
        "",
        " x ",
        "a: b",
        "#x",
        "'",
        "- a",
        "a\nb\n",
        "\n",
        "Ёлка",
        "{x}",
        "true",
        "0x1",
        "a\tb",
        "\u2028",
        "{seq:05}",
        "@a",
        "%",
        "|",
        "&a",
        "*a",
        "!t",
    ],
)
def test_a_text_stays_a_text(text: str) -> None:
    assert read_yaml(write_yaml({"a": [text], "b": text}), "f.yaml") == {"a": [text], "b": text}


def test_depth_is_counted_without_recursion() -> None:
    value: Any = 1
    for _ in range(63):
        value = [value]
    assert depth_within(value)
    for _ in range(100_000):
        value = {"a": value}
    assert not depth_within(value)
