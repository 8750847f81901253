"""Uids: derived once, kept through renames, never taken twice."""

from __future__ import annotations

from metamodel.definitions import Document
from metamodel.identity import identify, uids_of
from metamodel.parse import parse_document, parse_files
from tests import factories


def solution(entity: str) -> Document:
    return parse_files({"solution.yaml": "name: s", "entities/a.yaml": entity})


A = """
name: a
fields:
  - {name: x, type: text}
  - {name: y, type: choice, choices: [{name: one}, {name: two}]}
stages: {field: stage, pipelines: [{name: p, stages: [{name: s1}, {name: s2}]}]}
constraints: [{unique: [x]}, {check: "x <> 'a'"}]
"""


def test_everything_gets_a_uid_and_the_same_files_always_the_same() -> None:
    first, second = identify(solution(A)), identify(solution(A))
    assert first == second
    assert len(uids_of(first)) == 1 + 1 + 2 + 2 + 1 + 1 + 2 + 2
    assert identify(first) == first


def test_uids_stay_when_a_definition_is_read_again_without_them() -> None:
    before = identify(solution(A))
    after = identify(solution(A.replace("type: text", "type: integer")), before)
    assert uids_of(after) == uids_of(before)


def test_a_renamed_thing_keeps_its_uid_and_remembers_its_names() -> None:
    before = identify(solution(A))
    text = (
        A.replace("{name: x,", "{name: z, renamed_from: x,").replace("{name: one}", "{name: uno, renamed_from: [eins, one]}")
        .replace("unique: [x]", "unique: [z]").replace("{name: s1}", "{name: s0, renamed_from: s1}").replace("field: stage", "field: phase")
    )  # fmt: skip
    after = identify(solution(text), before)
    old, new = before.entities[0], after.entities[0]
    assert new.fields[0].uid == old.fields[0].uid
    assert new.fields[0].renamed_from == ("x",)
    assert new.fields[1].choices[0].uid == old.fields[1].choices[0].uid
    assert new.fields[1].choices[0].renamed_from == ("eins", "one")
    assert new.stages is not None
    assert old.stages is not None
    assert new.stages.uid == old.stages.uid
    assert new.stages.renamed_from == ("stage",)
    assert new.stages.pipelines[0].stages[0].uid == old.stages.pipelines[0].stages[0].uid
    # the names are remembered even when the next file no longer tells them, and a name given back is not one of them
    again = identify(solution(A.replace("{name: x,", "{name: w, renamed_from: z,")), after)
    assert again.entities[0].fields[0].renamed_from == ("x", "z")
    back = identify(solution(A.replace("{name: x,", "{name: x, renamed_from: w,")), again)
    assert back.entities[0].fields[0].uid == old.fields[0].uid
    assert set(back.entities[0].fields[0].renamed_from) == {"z", "w"}


def test_a_renamed_entity_keeps_the_uids_of_its_fields() -> None:
    before = identify(solution(A))
    after = identify(solution(A.replace("name: a\n", "name: b\nrenamed_from: a\n")), before)
    assert uids_of(after) == uids_of(before)


def test_a_new_field_under_an_old_name_is_another_field() -> None:
    before = identify(solution(A))
    text = A.replace(
        "- {name: x, type: text}", "- {name: z, type: text, renamed_from: x}\n  - {name: x, type: integer}"
    )
    after = identify(solution(text), before)
    assert after.entities[0].fields[0].uid == before.entities[0].fields[0].uid
    assert after.entities[0].fields[1].uid not in uids_of(before)


def test_a_uid_that_was_ever_taken_is_not_given_again() -> None:
    first = identify(solution(A))
    second = identify(solution(A), taken=uids_of(first))
    assert not uids_of(first) & uids_of(second)


def test_a_written_uid_stays_and_moves_the_name() -> None:
    before = identify(solution(A))
    uid = before.entities[0].fields[0].uid
    after = identify(
        solution(
            A.replace("{name: x,", f"{{name: renamed, uid: {uid},").replace(
                "unique: [x]", "unique: [renamed]"
            )
        ),
        before,
    )
    assert after.entities[0].fields[0].uid == uid
    assert after.entities[0].fields[0].renamed_from == ("x",)


def test_the_whole_sample_has_no_uid_twice() -> None:
    document = factories.document()
    text = str(document.to_json())
    assert all(text.count(f"'{uid}'") == 1 for uid in uids_of(document))
    assert identify(parse_document(document.to_json())) == document
