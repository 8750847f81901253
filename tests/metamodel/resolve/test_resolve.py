"""Definitions resolve into the model, or every fault of names, uses and circles is told with its place."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metamodel.definitions import Document
from metamodel.diff import diff
from metamodel.errors import ProblemsFound
from metamodel.expression.types import Type
from metamodel.model import Model
from metamodel.parse import parse_document, parse_files
from metamodel.resolve import examine, resolve
from tests import factories

SAMPLE = factories.SAMPLE


def told(**files: str) -> dict[str, tuple[str, str]]:
    """The faults of the sample with some files changed, by file and path (``entities/deal.yaml: fields[3].to``)."""
    changes: dict[str, str | None] = {name.replace("__", "/") + ".yaml": text for name, text in files.items()}
    with pytest.raises(ProblemsFound) as found:
        factories.model(changes)
    return {f"{p.file}: {p.pointer}": (p.code, str(p.message)) for p in found.value.problems}


def alone(**entities: str) -> Model:
    """The model of a solution of these entities, given by their fields in flow style, and the system."""
    files = {"solution.yaml": "name: s"}
    files |= {f"entities/{name}.yaml": f"{{name: {name}, {text}}}" for name, text in entities.items()}
    return resolve(factories.together(factories.system_document(), parse_files(files)), 1)


def faults_of(**entities: str) -> dict[str, tuple[str, str]]:
    with pytest.raises(ProblemsFound) as found:
        alone(**entities)
    return {f"{p.file}: {p.pointer}": (p.code, str(p.message)) for p in found.value.problems}


def test_links_lead_to_entities_and_back() -> None:
    model = factories.model()
    deal, company = model.entities["deal"], model.entities["company"]
    assert deal.by_name["company"].target == company.uid
    assert deal.by_name["owner"].target == model.entities["user"].uid
    assert model.inverse(company, "deals") == (deal, deal.by_name["company"])
    item = model.entities["deal_item"]
    assert item.parent == item.by_name["deal"].uid
    assert model.inverse(deal, "items") == (item, item.by_name["deal"])
    assert (deal.by_name["items"].target, deal.by_name["items"].through) == (
        item.uid,
        item.by_name["deal"].uid,
    )
    assert model.entities["department"].tree == model.entities["department"].by_name["parent"].uid


def test_the_systems_fields_come_first_and_position_only_in_child_rows() -> None:
    model = factories.model()
    system = ["id", "created_at", "created_by", "updated_at", "updated_by", "version", "deleted_at"]
    assert [f.name for f in model.entities["deal"].fields if f.system] == system
    assert [f.name for f in model.entities["deal_item"].fields][:8] == [*system, "position"]
    assert all(f.uid == f.name == f.column for f in model.entities["deal"].fields if f.system)


def test_computed_fields_have_the_types_of_their_expressions_whatever_their_order() -> None:
    model = alone(
        a="fields: [{name: c, type: formula, formula: 'b * 2'}, {name: b, type: formula, formula: 'x + 0.5'}, {name: x, type: integer}, "
        "{name: who, type: lookup, path: up.kind}, {name: up, type: link, to: a, inverse: downs}, {name: kind, type: choice, choices: [{name: k}]}, "
        "{name: n, type: rollup, formula: COUNT(downs)}]"
    )
    fields = model.entities["a"].by_name
    assert (fields["b"].result.scale, fields["c"].result.scale) == (1, 1)
    assert fields["who"].result == Type(kind="choice", field=fields["kind"].uid)
    assert fields["who"].choices == fields["kind"].choices
    assert not fields["c"].stored
    assert not fields["n"].writable


def test_stages_make_their_field() -> None:
    deal = factories.model().entities["deal"]
    assert deal.stages is not None
    field = deal.by_uid[deal.stages.field]
    assert (field.name, field.type.name) == ("stage", "choice")
    assert [c.name for c in field.choices] == ["lead", "offer", "won", "lost"]
    assert deal.stages.first is field.choices[0]
    assert deal.stages.pipelines[0].stages[2].kind == "won"


def test_grants_name_fields_and_stages_by_uid() -> None:
    model = factories.model()
    deal, manager = model.entities["deal"], model.roles["manager"]
    named = {f.name: f.uid for f in deal.fields if not f.system}
    read = next(g for g in manager.grants if g.entity == deal.uid and "read" in g.actions)
    assert read.fields == frozenset(named.values()) - {named["margin"]}
    assert read.rows is not None
    update = next(g for g in manager.grants if g.entity == deal.uid and "update" in g.actions)
    assert update.stages == frozenset(
        c.uid for c in deal.by_name["stage"].choices if c.name in ("lead", "offer")
    )
    assert next(g for g in manager.grants if "create" in g.actions).fields is None
    assert manager.parent == model.roles["head"].uid
    assert (
        next(g for g in model.roles["head"].grants if g.entity == model.entities["user"].uid).fields
        is not None
    )


def test_a_title_and_a_layout_are_made_when_they_are_not_written() -> None:
    model = factories.model()
    company, product = model.entities["company"], model.entities["product"]
    assert [p.field for p in company.title] == [company.by_name["name"].uid]
    assert [p.field or p.text for p in product.title] == [
        product.by_name["code"].uid,
        " ",
        product.by_name["name"].uid,
    ]
    placed = [uid for tab in company.layout for row in tab.rows for uid in row]
    assert placed == [f.uid for f in company.fields if not f.system]
    assert [panel.kind for panel in company.rail] == ["timeline", "files", "history"]
    assert model.entities["deal_item"].by_name["deal"].uid not in str(model.entities["deal_item"].layout)


def test_a_solution_without_a_menu_has_one_of_its_entities() -> None:
    menu = factories.model({"menu.yaml": None}).menus["sales"]
    entities = factories.model().entities
    assert [i.entity for i in menu.items] == [
        entities[n].uid for n in ("activity", "company", "deal", "product")
    ]


def test_an_extension_adds_to_an_entity_of_another_solution() -> None:
    text = "{extends: user, fields: [{name: phone, type: text}], constraints: [{unique: [phone]}]}"
    model = factories.model({"extensions/user.yaml": text})
    user = model.entities["user"]
    assert user.by_name["phone"].uid in user.layout[-1].rows[0]
    assert user.constraints[-1].unique == (user.by_name["phone"].uid,)
    assert user.solution == "system"


def test_columns_have_generations() -> None:
    document = factories.document()
    field = resolve(document, 1).entities["deal"].by_name["amount"]
    assert field.column == f"f_{field.uid}"
    again = resolve(document, 2, {field.uid: 2}).entities["deal"].by_name["amount"]
    assert again.column == f"f_{field.uid}_2"


def test_sql_words_are_names_like_any_other() -> None:
    fields = "[{name: order, type: text}, {name: select, type: integer}, {name: user, type: user}, {name: group, type: date}]"
    model = alone(
        table=f"fields: {fields}", select="fields: [{name: table, type: link, to: table}]", order="fields: []"
    )
    assert set(model.entities["table"].by_name) >= {"order", "select", "user", "group"}


@pytest.mark.parametrize("name", ["id", "version", "created_by", "me", "and", "null", "between", "where"])
def test_a_reserved_word_is_refused(name: str) -> None:
    assert faults_of(a=f"fields: [{{name: '{name}', type: text}}]") == {
        "entities/a.yaml: fields[0].name": ("KBK1003", f"“{name}” is a reserved word")
    }


@pytest.mark.parametrize("name", ["user", "role", "department", "file", "comment"])
def test_the_systems_entities_are_the_systems(name: str) -> None:
    assert faults_of(**{name: "fields: []"})[f"entities/{name}.yaml: name"][0] == "KBK1003"


def test_an_unknown_entity_is_told_with_a_suggestion() -> None:
    text = (
        SAMPLE["entities/deal.yaml"]
        .replace("to: company", "to: compny")
        .replace("of: deal_item", "of: deal_itm")
    )
    found = told(entities__deal=text)
    assert found["entities/deal.yaml: fields[2].to"] == (
        "KBK1002",
        "there is no entity “compny” (did you mean “company”?)",
    )
    assert found["entities/deal.yaml: fields[12].of"] == (
        "KBK1002",
        "there is no entity “deal_itm” (did you mean “deal_item”?)",
    )


def test_duplicates_are_refused_each_at_its_place() -> None:
    found = faults_of(
        a="fields: [{name: x, type: text}, {name: x, type: date}, {name: c, type: choice, choices: [{name: k}, {name: k}]}], "
        "stages: {field: x, pipelines: [{name: p, stages: [{name: s}, {name: s}]}]}",
        b="uid: same1, fields: [{name: y, type: text, uid: same1}]",
    )
    assert found["entities/a.yaml: fields[1].name"] == ("KBK1003", "the entity “a” has another field “x”")
    assert found["entities/a.yaml: fields[2].choices[1].name"] == ("KBK1003", "“k” stands twice")
    assert found["entities/a.yaml: stages.field"][0] == "KBK1003"
    assert found["entities/b.yaml: fields[0].uid"][0] == "KBK1003"
    twice = factories.together(
        factories.system_document(), parse_files(factories.files()), parse_files(factories.files())
    )
    _, faults = examine(twice, 1)
    assert {(f.kind, f.path) for f in faults} >= {
        ("entities", ("name",)),
        ("roles", ("name",)),
        ("views", ("name",)),
        ("solutions", ("name",)),
    }


@pytest.mark.parametrize(("fields", "path", "circle"), [
    ("[{name: x, type: formula, formula: y + 1}, {name: y, type: formula, formula: z + 1}, {name: z, type: formula, formula: x + 1}]", "formula", "a.x → a.y → a.z → a.x"),
    ("[{name: x, type: formula, formula: x + 1}]", "formula", "a.x → a.x"),
    ("[{name: up, type: link, to: a}, {name: x, type: formula, formula: 'up.x + 1'}]", "formula", "a.x → a.x"),
    ("[{name: up, type: link, to: a, inverse: downs}, {name: x, type: rollup, formula: SUM(downs.x)}]", "formula", "a.x → a.x"),
    ("[{name: up, type: link, to: a}, {name: x, type: lookup, path: up.x}]", "path", "a.x → a.x"),
    ("[{name: x, type: integer, copy: y}, {name: y, type: integer, copy: x}]", "copy", "a.x → a.y → a.x"),
    ("[{name: x, type: integer, copy: y}, {name: y, type: formula, formula: x + 1}]", "copy", "a.x → a.y → a.x"),
])  # fmt: skip
def test_a_circle_is_told_whole(fields: str, path: str, circle: str) -> None:
    found = faults_of(a=f"fields: {fields}")
    assert len(found) == 1
    [(where, (code, words))] = found.items()
    assert code == "KBK1004"
    assert where.endswith(path)
    names = circle.split(" → ")[:-1]
    told_names = words.removeprefix("these lead to each other in a circle: ").split(" → ")
    assert told_names[0] == told_names[-1]
    assert any(told_names[:-1] == names[i:] + names[:i] for i in range(len(names)))


def test_a_copy_from_a_linked_record_of_the_same_entity_is_no_circle() -> None:
    model = alone(a="fields: [{name: up, type: link, to: a}, {name: x, type: integer, copy: up.x}]")
    assert model.entities["a"].by_name["x"].copy is not None


def test_circles_of_rows_titles_roles_and_solutions_are_told() -> None:
    found = faults_of(
        a="fields: [{name: b, type: link, to: b}, {name: bs, type: children, of: b, through: a}]",
        b="fields: [{name: a, type: link, to: a}, {name: as_, type: children, of: a, through: b}]",
    )
    assert ("KBK1004", "these lead to each other in a circle: a → b → a") in found.values()
    found = faults_of(
        a="title: '{b}', fields: [{name: b, type: link, to: b}]",
        b="title: '{a}', fields: [{name: a, type: link, to: a}]",
    )
    assert found["entities/a.yaml: title"] == ("KBK1004", "these lead to each other in a circle: a → b → a")
    assert told(roles__head="{name: head, parent: manager}")["roles/head.yaml: parent"][0] == "KBK1004"
    one = parse_files({"solution.yaml": "{name: one, depends: [two]}"})
    two = parse_files({"solution.yaml": "{name: two, depends: [one, three]}"})
    _, faults = examine(factories.together(one, two), 1)
    assert [f.code for f in faults] == ["KBK1002", "KBK1004"]


def test_child_rows_belong_to_one_field_by_a_link_that_leads_there() -> None:
    found = faults_of(
        a="fields: [{name: r, type: children, of: row}, {name: again, type: children, of: row, through: a}, {name: no, type: children, of: a, through: x}, {name: x, type: text}]",
        row="fields: [{name: a, type: link, to: a}, {name: other, type: link, to: a}]",
        many="fields: [{name: position, type: text}, {name: many, type: link, to: top}]",
        top="fields: [{name: rows, type: children, of: many}]",
    )
    assert found["entities/a.yaml: fields[0]"] == (
        "KBK1005",
        "say by “through” which link of “row” leads to “a”",
    )
    assert found["entities/a.yaml: fields[2].through"] == ("KBK1005", "“a.x” is not a link to “a”")
    assert found["entities/many.yaml: fields[0].name"] == ("KBK1003", "“position” is a reserved word")
    assert len(found) == 3


@pytest.mark.parametrize(("field", "path", "code"), [
    ("{name: x, type: text, format: '(?=a)b'}", "format", "KBK1005"),
    ("{name: x, type: text, format: '(a'}", "format", "KBK1005"),
    ("{name: x, type: text, min_length: 5, max_length: 2}", "min_length", "KBK1005"),
    ("{name: x, type: boolean, unique: true}", "unique", "KBK1005"),
    ("{name: x, type: decimal, min: abc}", "min", "KBK1005"),
    ("{name: x, type: decimal, min: 5, max: 1}", "min", "KBK1005"),
    ("{name: x, type: decimal, min: NaN}", "min", "KBK1005"),
    ("{name: x, type: money, currency_field: nope}", "currency_field", "KBK1002"),
    ("{name: x, type: money, currency_field: t, currency: RUB}", "currency_field", "KBK1005"),
    ("{name: x, type: money, currency_field: d}", "currency_field", "KBK1005"),
    ("{name: x, type: number_series, format: 'no'}", "format", "KBK1005"),
    ("{name: x, type: number_series, by: t}", "by", "KBK1005"),
    ("{name: x, type: number_series, by: nope}", "by", "KBK1002"),
    ("{name: x, type: lookup, path: t}", "path", "KBK1012"),
    ("{name: x, type: rollup, formula: t}", "formula", "KBK1012"),
    ("{name: x, type: formula, formula: 'null'}", "formula", "KBK1012"),
    ("{name: x, type: formula, formula: 't +'}", "formula", "KBK1010"),
    ("{name: x, type: formula, formula: 'tt'}", "formula", "KBK1011"),
    ("{name: x, type: integer, default: \"'a'\"}", "default", "KBK1012"),
    ("{name: x, type: text, required_if: t}", "required_if", "KBK1012"),
    ("{name: x, type: link, to: a, options: 'nope = 1'}", "options", "KBK1011"),
    ("{name: x, type: link, to: a, inverse: t}", "inverse", "KBK1003"),
    ("{name: x, type: user, inverse: login}", "inverse", "KBK1003"),
    ("{name: x, type: text, copy: nope}", "copy", "KBK1011"),
    ("{name: x, type: user, required: true, on_delete: clear}", "on_delete", "KBK1005"),
])  # fmt: skip
def test_an_option_that_does_not_fit_is_refused_at_its_place(field: str, path: str, code: str) -> None:
    found = faults_of(a=f"fields: [{{name: t, type: text}}, {{name: d, type: date}}, {field}]")
    assert [(where, why[0]) for where, why in found.items()] == [(f"entities/a.yaml: fields[2].{path}", code)]
    assert all(words for _, words in found.values())


def test_faults_of_views_menus_roles_layouts_and_rules_have_their_places() -> None:
    found = told(
        views__open_deals="{name: v, entity: deal, columns: [nam, company.cty, name.x], filter: 'amoun > 1', sort: [-amunt], roles: [manger]}",
        menu="items: [{entity: del}, {view: open}, {icon: x}, {entity: company, view: v}]",
        roles__manager="{name: manager, parent: hed, grants: [{entity: dal, actions: [read], fields: all}, {entity: deal, actions: [read]}, "
        "{entity: deal, actions: [update], fields: {all_but: [margn]}, stages: [offr], rows: owner = you}, {entity: company, actions: [delete], stages: [lead]}], everything: true}",
        entities__activity="{name: activity, title: '{subjct}', tree: deal, sort: [a.b], fields: [{name: subject, type: text}, {name: deal, type: link, to: deal, inverse: activities}, "
        "{name: company, type: link, to: company, inverse: activities}, {name: result, type: text}, {name: held_at, type: date}, {name: status, type: choice, choices: [{name: done}]}], "
        "constraints: [{unique: [subjct]}, {check: subject}], layout: [{tab: Main, rows: [[subject, nope], [subject]]}]}",
    )
    assert set(found) == {
        "views/open_deals.yaml: columns[0]", "views/open_deals.yaml: columns[1]", "views/open_deals.yaml: columns[2]",
        "views/open_deals.yaml: filter", "views/open_deals.yaml: sort[0]", "views/open_deals.yaml: roles[0]",
        "menu.yaml: items[0].entity", "menu.yaml: items[1].view", "menu.yaml: items[2]", "menu.yaml: items[3].view",
        "roles/manager.yaml: parent", "roles/manager.yaml: grants[0].entity", "roles/manager.yaml: grants[1]", "roles/manager.yaml: everything",
        "roles/manager.yaml: grants[2].fields.all_but[0]", "roles/manager.yaml: grants[2].stages[0]", "roles/manager.yaml: grants[2].rows",
        "roles/manager.yaml: grants[3].stages", "entities/activity.yaml: title", "entities/activity.yaml: tree", "entities/activity.yaml: sort[0]",
        "entities/activity.yaml: constraints[0].unique[0]", "entities/activity.yaml: constraints[1].check",
        "entities/activity.yaml: layout[0].rows[0][1]", "entities/activity.yaml: layout[0].rows[1][0]",
    }  # fmt: skip
    assert "there is no field “subjct”" in found["entities/activity.yaml: title"][1]


def test_a_fault_of_a_field_is_not_told_again_by_those_who_use_it() -> None:
    found = faults_of(
        a="fields: [{name: x, type: formula, formula: 'nope + 1'}, {name: y, type: formula, formula: x + 1}, {name: z, type: link, to: nope}, {name: w, type: lookup, path: z.name}]"
    )
    assert set(found) == {"entities/a.yaml: fields[0].formula", "entities/a.yaml: fields[2].to"}


def test_faults_of_a_document_carry_json_pointers() -> None:
    written = factories.document().to_json()
    written["views"][0]["columns"][1] = "nope"
    _, faults = examine(parse_document(written), 1)
    assert [(f.problem.pointer, f.problem.file, f.kind, f.index, f.path) for f in faults] == [
        ("/views/0/columns/1", None, "views", 0, ("columns", 1))
    ]


def test_a_list_of_rows_is_nothing_to_sort_by() -> None:
    found = told(
        entities__deal=SAMPLE["entities/deal.yaml"].replace('title: "{number} {name}"', "sort: [-items]"),
        views__open_deals="{name: v, entity: deal, columns: [name], sort: [items]}",
        menu="items: []",
    )
    assert found["entities/deal.yaml: sort[0]"] == ("KBK1005", "rows cannot be sorted by “deal.items”")
    assert found["views/open_deals.yaml: sort[0]"][0] == "KBK1005"


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            found += places(inner, (*path, key))
    return found


PLACES = places(factories.document().to_json())
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        "",
        "x",
        "deal",
        "company",
        "items",
        "stage",
        "name",
        "me",
        "amount + 1",
        "'x'",
        "SUM(items.amount)",
        "a.b.c",
        "{name}",
        [],
        {},
        ["deal"],
        "text",
        "link",
        "formula",
        "children",
        "sales",
        "all",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(PLACES), st.sampled_from(["put", "drop", "copy"]), JUNK, st.sampled_from(PLACES)
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_document_spoiled_anyhow_resolves_or_is_refused(changes: list[tuple[Any, str, Any, Any]]) -> None:
    document = factories.document().to_json()
    for path, how, junk, other in changes:
        try:
            owner: Any = document
            for step in path[:-1]:
                owner = owner[step]
            if how == "drop":
                del owner[path[-1]]
            elif how == "put":
                owner[path[-1]] = junk
            else:
                value: Any = document
                for step in other:
                    value = value[step]
                owner[path[-1]] = copy.deepcopy(value)
        except (KeyError, IndexError, TypeError):
            continue
    try:
        model = resolve(parse_document(document), 1)
    except ProblemsFound as found:
        assert all(str(p.message) and p.pointer.startswith("/") for p in found.problems)
    else:
        assert resolve(parse_document(dict(model.document)), 1).document == model.document
        assert diff(factories.model(), model) is not None


def large(entities: int, fields: int) -> Document:
    files: dict[str, str] = {"solution.yaml": "name: large"}
    for n in range(entities):
        lines = [f"name: e{n}", "title: '{name}'", "fields:", "  - {name: name, type: text, required: true}"]
        lines.append(f"  - {{name: up, type: link, to: e{(n + 1) % entities}, inverse: downs}}")
        for i in range(fields - 2):
            lines.append(
                "  - "
                + (
                    f"{{name: f{i}, type: formula, formula: 'n{i - 1} * 2 + COALESCE(up.n0, 0)'}}"
                    if i % 5 == 4
                    else f"{{name: n{i}, type: money, default: '1.5', required_if: \"name = 'x' AND up.name <> 'y'\"}}"
                )
            )
        lines += ["constraints:", "  - {check: 'n0 >= 0 OR n1 IS NULL'}"]
        files[f"entities/e{n}.yaml"] = "\n".join(lines)
    return factories.together(factories.system_document(), parse_files(files))


def test_three_times_as_many_entities_take_about_three_times_as_long_to_resolve() -> None:
    def seconds(entities: int) -> float:
        document, taken = large(entities, 30), []
        for _ in range(3):
            start = time.process_time()
            assert len(resolve(document, 1).entities) > entities
            taken.append(time.process_time() - start)
        return min(taken)

    assert seconds(60) < 6 * seconds(20)


def test_a_long_chain_of_formulas_is_typed() -> None:
    fields: list[Any] = [f"{{name: f{i}, type: formula, formula: f{i + 1}}}" for i in range(60)]
    model = alone(a=f"fields: [{', '.join(fields)}, {{name: f60, type: integer}}]")
    assert model.entities["a"].by_name["f0"].result.kind == "number"


def test_formulas_nested_deeper_than_a_database_reads_are_refused() -> None:
    fields: list[Any] = [f"{{name: f{i}, type: formula, formula: f{i + 1} + 1}}" for i in range(400)]
    with pytest.raises(ProblemsFound) as caught:
        alone(a=f"fields: [{', '.join(fields)}, {{name: f400, type: integer}}]")
    assert {problem.code for problem in caught.value.problems} == {"KBK1010"}
