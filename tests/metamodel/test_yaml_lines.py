"""The line of a place in a YAML text."""

import pytest

from metamodel.yaml_lines import line_of

TEXT = """\
name: deal
fields:
  - {name: name, type: text}
  - name: company
    type: link
    to: compny
layout:
  - rows: [[name],
           [company, owner]]
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("name", 1), ("fields", 2), ("fields[0]", 3), ("fields[0].type", 3), ("fields[1]", 4),
        ("fields[1].to", 6), ("layout[0].rows[1][1]", 9),
        ("fields[0].label", 3), ("fields[7].to", 2), ("title", 1),
    ],
)  # fmt: skip
def test_a_place_has_the_line_of_its_key_or_of_what_is_around_it(place: str, line: int) -> None:
    assert line_of(TEXT, place) == line


def test_what_cannot_be_read_has_no_lines() -> None:
    assert line_of("a: [", "a") is None
    assert line_of("", "a") is None
