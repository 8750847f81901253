"""The changes between two models: each of its kind, at its place, nothing for what only reads otherwise."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from metamodel.diff import Change, diff
from metamodel.identity import identify
from metamodel.model import Model
from metamodel.parse import parse_files
from metamodel.resolve import resolve
from tests import factories

BEFORE = factories.document()
OLD = resolve(BEFORE, 1)


def changed(*replacements: tuple[str, str, str], **files: str | None) -> tuple[Change, ...]:
    """The changes from the sample to the sample with texts replaced in its files, uids kept."""
    changes: dict[str, str | None] = {name.replace("__", "/") + ".yaml": text for name, text in files.items()}
    for path, old, new in replacements:
        text = changes.get(path) or factories.SAMPLE[path]
        assert old in text
        changes[path] = put(text, old, new)
    return diff(OLD, after(changes))


def put(text: str, old: str, new: str) -> str:
    """The text with ``old`` replaced, or its whole line left out."""
    return text.replace(old, new) if new else "\n".join(line for line in text.split("\n") if old not in line)


def after(changes: Mapping[str, str | None]) -> Model:
    document = factories.together(factories.system_document(), parse_files(factories.files(changes)))
    return resolve(identify(document, BEFORE), 2)


def brief(changes: tuple[Change, ...]) -> list[tuple[str, str, str, str | None]]:
    return [(c.kind, c.effect, c.target, c.aspect) for c in changes]


DEAL, COMPANY, ACTIVITY = "entities/deal.yaml", "entities/company.yaml", "entities/activity.yaml"


def test_a_model_does_not_differ_from_itself() -> None:
    assert diff(OLD, OLD) == ()
    assert diff(OLD, resolve(BEFORE, 7)) == ()
    assert changed() == ()


def test_everything_is_new_where_nothing_was() -> None:
    found = diff(None, OLD)
    assert {(c.kind, c.effect) for c in found} == {
        (k, "added") for k in ("solution", "entity", "role", "view", "menu")
    }
    assert len(found) == sum(map(len, (OLD.solutions, OLD.entities, OLD.roles, OLD.views, OLD.menus)))


def test_a_field_is_added_and_the_roles_that_receive_it_are_named() -> None:
    found = changed((DEAL, "- {name: margin,", "- {name: extra, type: text}\n          - {name: margin,"))
    assert ("field", "added", "deal.extra", None) in brief(found)
    change = next(c for c in found if c.target == "deal.extra")
    assert change.roles == ("head", "manager")
    assert not any(c.kind == "role" for c in found)


def test_a_renamed_field_is_renamed_and_nothing_else_changes() -> None:
    found = changed(
        (DEAL, "name: name, type: text,", "name: subject, renamed_from: name, type: text,"),
        (DEAL, '"{number} {name}"', '"{number} {subject}"'),
        (DEAL, "[company, name]", "[company, subject]"),
        ("views/open_deals.yaml", "[number, name,", "[number, subject,"),
        ("views/open_deals.yaml", "[-amount, name]", "[-amount, subject]"),
    )
    assert [b for b in brief(found) if b[0] != "constraint"] == [("field", "renamed", "deal.subject", None)]


def test_expressions_with_a_new_name_in_them_mean_the_same() -> None:
    found = changed(
        (
            DEAL,
            "name: probability, type: percent",
            "name: chance, renamed_from: probability, label: Probability, type: percent",
        ),
        (DEAL, "amount * probability", "amount * chance"),
        ("roles/manager.yaml", "[margin, probability]", "[margin, chance]"),
    )
    assert brief(found) == [("field", "renamed", "deal.chance", None)]


def test_a_change_of_type_says_whether_values_are_copied() -> None:
    found = changed(
        (DEAL, "{name: closes_on, type: date}", "{name: closes_on, type: datetime}"),
        (COMPANY, "{name: city, type: text}", "{name: city, type: long_text}"),
        ("entities/product.yaml", "weight, type: decimal, scale: 3", "weight, type: decimal, scale: 5"),
        (
            ACTIVITY,
            "{name: deal, type: link, to: deal, inverse: activities, on_delete: clear}",
            "{name: deal, type: link, to: product, inverse: activities, on_delete: clear}",
        ),
        (DEAL, "LAST(activities.result BY held_at WHERE status = 'done')", "COUNT(items)"),
        (ACTIVITY, "copy: deal.company, ", ""),
    )
    shown = {
        c.target: (c.effect, c.aspect, c.copies)
        for c in found
        if c.effect == "retyped" or c.aspect in ("target", "computed")
    }
    assert shown == {
        "deal.closes_on": ("retyped", None, True), "company.city": ("retyped", None, False), "product.weight": ("retyped", None, True),
        "activity.deal": ("changed", "target", True), "deal.last_result": ("changed", "computed", False),
    }  # fmt: skip


def test_a_link_that_becomes_one_to_any_record_is_one_change() -> None:
    link = "{name: deal, type: link, to: deal, inverse: activities, on_delete: clear}"
    found = changed(
        (ACTIVITY, link, "{name: deal, type: link_any, to: [deal, product], inverse: activities}"),
        (ACTIVITY, "copy: deal.company, ", ""),
    )
    told = [(c.effect, c.aspect) for c in found if c.target == "activity.deal" and c.aspect != "on_delete"]
    assert told == [("retyped", None)]


def test_rules_choices_stages_and_constraints_are_told_one_by_one() -> None:
    found = changed(
        (
            DEAL,
            "{name: closes_on, type: date}",
            "{name: closes_on, type: date, required: true, unique: true, default: today()}",
        ),
        (
            DEAL,
            "{name: call, label: {ru: Звонок, en: Call}}",
            "{name: ring, renamed_from: call, label: Ring}, {name: mail}",
        ),
        (DEAL, "- {name: won, kind: won}", "- {name: won, kind: won, color: green}"),
        (DEAL, "- {name: lead, label: {ru: Обращение, en: Lead}}", ""),
        (DEAL, '- {check: "closes_on >= opened_on"}', ""),
        ("roles/manager.yaml", "stages: [lead, offer]", "stages: [offer]"),
    )
    assert set(brief(found)) >= {
        ("field", "changed", "deal.closes_on", "required"), ("field", "changed", "deal.closes_on", "unique"),
        ("field", "changed", "deal.closes_on", "default"), ("choice", "renamed", "deal.source.ring", None),
        ("choice", "changed", "deal.source.ring", None), ("choice", "added", "deal.source.mail", None),
        ("stage", "changed", "deal.stage.won", None), ("stage", "removed", "deal.stage.lead", None),
        ("role", "changed", "manager", "grants"),
    }  # fmt: skip
    assert [b[1] for b in brief(found) if b[0] == "constraint"] == ["removed"]


def test_entities_roles_views_and_menus_come_and_go() -> None:
    found = changed(
        ("menu.yaml", "- {entity: activity}", ""), ("menu.yaml", "{view: open_deals}, ", " "), (DEAL, "name: last_result", ""),
        ("roles/manager.yaml", "{entity: activity,", ""), ("roles/head.yaml", "{entity: activity,", ""),
        entities__activity=None, entities__note="{name: note, fields: [{name: text, type: text}]}",
        views__open_deals=None, views__all="{name: all_notes, entity: note, columns: [text]}", roles__guest="{name: guest}",
    )  # fmt: skip
    assert [b for b in brief(found) if b[0] in ("entity", "view", "role", "menu") and b[1] in ("added", "removed")] == [
        ("entity", "added", "note", None), ("entity", "removed", "activity", None), ("role", "added", "guest", None),
        ("view", "added", "all_notes", None), ("view", "removed", "open_deals", None),
    ]  # fmt: skip


def test_labels_and_layouts_of_an_entity_are_changes_of_it() -> None:
    found = changed(
        (
            COMPANY,
            "label: {ru: Компания, en: Company}",
            "label: Firm\n        icon: building\n        sort: [name]",
        )
    )
    assert {b[3] for b in brief(found) if b[0] == "entity"} == {"label", "icon", "default_sort"}


REPLACED = st.sampled_from([
    (COMPANY, "{name: staff, type: integer, min: 0}", "{name: staff, type: decimal}"), (COMPANY, "{name: founded, type: date}", ""),
    (COMPANY, "{name: vip, type: boolean, default: \"false\"}", "{name: key, renamed_from: vip, type: boolean}"),
    (DEAL, "{name: margin, type: money}", "{name: margin, type: money, required: true}"), (DEAL, "{ru: Сайт, en: Website}", "Site"),
    (ACTIVITY, "[{name: planned}, {name: done}]", "[{name: planned}, {name: done}, {name: dropped}]"),
])  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.lists(REPLACED, max_size=4, unique=True))
def test_the_way_back_undoes_each_change_of_the_way_there(replacements: list[tuple[str, str, str]]) -> None:
    changes: dict[str, str | None] = {}
    for path, old, new in replacements:
        text = changes.get(path) or factories.SAMPLE[path]
        changes[path] = put(text, old, new)
    new_model = after(changes)
    there, back = diff(OLD, new_model), diff(new_model, OLD)
    opposite = {"added": "removed", "removed": "added"}
    assert {(c.kind, opposite.get(c.effect, c.effect), c.uid, c.aspect) for c in there} == {
        (c.kind, c.effect, c.uid, c.aspect) for c in back
    }
    assert all(str(c.message) for c in (*there, *back))
