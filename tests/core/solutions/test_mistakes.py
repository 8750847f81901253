"""What an administrator mistakes in a folder: told with its file, place and line, and with a way out."""

from __future__ import annotations

import pytest

from core.errors import KubikError
from core.solutions.packages import plan_source
from core.solutions.source import source_of
from core.storage.workspace import Workspace
from metamodel.errors import Problem
from tests.core.solutions.samples import SHOP, SYSTEM, add


def edited(file: str, old: str, new: str) -> dict[str, bytes]:
    text = SHOP[file]
    assert old in text
    return {name: each.encode() for name, each in {**SHOP, file: text.replace(old, new, 1)}.items()}


def fault_of(workspace: Workspace, files: dict[str, bytes]) -> Problem:
    with pytest.raises(KubikError) as found:
        plan_source(workspace, SYSTEM, source_of(files))
    return found.value.errors[0]


GOOD = "entities/good.yaml"


@pytest.mark.parametrize(("file", "old", "new", "line", "words"), [
    (GOOD, "type: money", "type: mony", 9, "did you mean “money”"),
    (GOOD, "to: good", "to: goood", 11, "did you mean “good”"),
    (GOOD, '"price * 2"', '"prise * 2"', 10, "did you mean “price”"),
    (GOOD, '"price * 2"', '"price == 2"', 10, "“==” is written “=” here"),
    (GOOD, '"price * 2"', '"цена * 2"', 10, "are Latin"),
    (GOOD, "code, type: text", "code, type: text, default: xyzzy", 7, "a text stands in quotes: 'xyzzy'"),
    (GOOD, "required: true", 'required: "true"', 6, 'not "true"'),
    ("roles/seller.yaml", "stages: [fresh", "stages: [fresch", 4, "did you mean “fresh”"),
])  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_a_way_out(
    workspace: Workspace, file: str, old: str, new: str, line: int, words: str
) -> None:
    fault = fault_of(workspace, edited(file, old, new))
    assert (fault.file, fault.line) == (file, line)
    assert words in str(fault.message)


def test_a_data_file_of_no_entity_is_refused_before_anything_is_applied(workspace: Workspace) -> None:
    files = {name: text.encode() for name, text in SHOP.items()} | {"data/godo.csv": b"name\nx\n"}
    fault = fault_of(workspace, files)
    assert fault.file == "data/godo.csv" and "did you mean “good”" in str(fault.message)


def test_what_looks_like_a_rename_is_told(workspace: Workspace) -> None:
    add(workspace, name="a", note="n")
    changed = source_of(edited(GOOD, "{name: note,", "{name: remark,"))
    [gone] = [c for c in plan_source(workspace, SYSTEM, changed).changes if c.target == "good.note"]
    assert gone.loss is not None and "now called remark, write “renamed_from: note”" in str(gone.effect)
    renamed = source_of(edited(GOOD, "{name: note,", "{name: remark, renamed_from: note,"))
    assert not plan_source(workspace, SYSTEM, renamed).losses


def test_values_that_repeat_are_shown_where_they_forbid_a_rule(workspace: Workspace) -> None:
    for code in ("Ёж", "еж", "other"):
        add(workspace, name="a", code=code)
    changed = source_of(edited(GOOD, "code, type: text", "code, type: text, unique: true"))
    [rule] = [c for c in plan_source(workspace, SYSTEM, changed).changes if c.forbids]
    assert "2 records have equal values of code (Ёж)" in str(rule.forbids)
