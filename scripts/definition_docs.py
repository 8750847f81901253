"""Writes the tables of docs/administrators/definitions.md from the published schemas; ``--check`` only compares."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.plugin_manager import start_plugins
from metamodel.fields import field_types
from metamodel.model import ACTIONS
from metamodel.schema import COLORS, schemas

PAGE = Path(__file__).parent.parent / "docs" / "administrators" / "definitions.md"
_BLOCK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

_NAMED = {
    "name": "what it is called in files, expressions and the API",
    "uid": "what it is called inside, never changed; made when it is missing, written by `solution export`",
    "renamed_from": "an earlier name, or a list of them: its values and uses stay (see [changes](changes.md))",
    "solution": "the solution it belongs to; in a folder that is the folder's own, leave it out",
    "label": "what people read; without it the name with blanks",
    "help": "a sentence for people, beside it on the screen",
    "part": "the part of the solution it belongs to; while that is off, no screen shows it",
}
KEYS: Mapping[str, Mapping[str, str]] = {
    "solution": {
        "version": "any text; shown by `kubik solution list`",
        "icon": "an icon of [Tabler](https://tabler.io/icons)",
        "color": "one of the colours below",
        "depends": "solutions that must be installed before",
        "parts": "parts that can be switched, see below",
        "switched": "which parts were switched here, `{leads: false}`; `kubik solution part` writes it, an update keeps it",
    },
    "entity": {
        "label_many": "the label of many, for lists and menus; without it `label`",
        "icon": "an icon of Tabler; an unknown one is drawn as a cube",
        "menu": "`false` keeps it out of the navigation that is made where there is no menu",
        "title": 'what a record is called: `"{number} {name}"`; without it its `name`, `title` or first text',
        "sort": "up to five fields, `-` before a descending one: the order of its lists; without it the newest first",
        "search": "links to one record whose titles are searched with the record: `[company]` finds deals by the name of their company",
        "duplicates": "sets of fields, `[[inn], [name, phone]]`: while somebody types, the form shows the records with the same values, as far as they may see them, and lets them save",
        "tree": "the link to the entity itself that makes a tree: `UNDER(…)` works along it, a circle is refused",
        "fields": "a list of fields, in their order",
        "stages": "the stages of its records, see below",
        "constraints": "rules that every record keeps, see below",
        "layout": "tabs of the card and the form, see below; without it one is made, two fields a row",
        "rail": "what stands beside the sheet of the card, a list as `show` of a tab; without it the tabs that hold no fields, and when no tab shows anything, `[timeline, files, history]`",
        "timeline": "whose events the timeline gathers: `self` (its comments, files, moves and changes) and names of records that link here, `activities`, also along links, `company.activities`; without it `self` and what is about the record by a `link_any`",
    },
    "field": {
        "type": "one of the types below",
        "required": "no record is saved without it",
        "required_if": "a condition on the record under which it is required",
        "unique": "no two live records have the same; empty ones do not count; of a text at most 200 characters",
        "indexed": "makes filters and sorting by it quick in large tables; unique fields and links are indexed anyway",
        "read_only": "nobody writes it; `default` and `copy` do",
        "read_only_if": "a condition under which nobody changes it: one that holds on the stored record and still holds after the change, so that who takes the condition away may change the field in the same save; first values of a new record are free",
        "visible_if": "a condition under which the form shows it; its value stays, and it is no right",
        "default": 'an expression for new records: `me`, `"today()"`, `"\'site\'"`, `"0.2"`',
        "copy": "an expression whose value it follows until it is changed by hand: `product.price`",
        "personal": "marks personal data",
        "search": "`false`: the search box of lists passes it over",
    },
    "choice": {"color": "one of the colours below", "archived": "kept for old records, no longer offered"},
    "stages": {
        "field": "the name of the field that the block makes; `stage` without it",
        "pipelines": "a list of pipelines; a new record gets the first stage of the first one",
    },
    "pipeline": {
        "stages": "its stages, in their order",
        "moves": "the moves that there are; without the key every move in the pipeline is allowed, with an empty list none",
    },
    "move": {
        "from": "the stage, or stages, it leads from; without the key any of the pipeline",
        "to": "the stage, or stages, it leads to; of another pipeline with its name before it: `service.work`",
        "roles": "who makes it: those who have one of these roles, or one above, beside a grant of `move`",
        "when": "a condition on the record as it is after the move",
        "message": "what the person reads when the condition does not hold",
    },
    "stage": {
        "color": "one of the colours below",
        "kind": "`open` (when not said), `won` or `lost`",
        "required": "fields that a record in the stage has filled in: asked when it is moved there, kept afterwards",
        "norm": "how long a record should stand there, a duration: `P3D`, `PT4H`; days are 24 hours, months 30 days",
        "archived": "kept for old records, no longer offered",
    },
    "constraint": {
        "unique": "a list of fields that together are unique",
        "check": "a condition; a record for which it is false is refused, null passes",
        "message": "what the person reads then",
    },
    "tab": {
        "tab": "its label",
        "columns": "as of a section, for its own `rows`",
        "rows": "lists of one to six fields, side by side: a name, or `{field: …, width: …}` with the sixths of the width it takes; a field that is in no row is not shown",
        "sections": "groups of rows under headings, below its own rows",
        "show": "what the card shows below its fields: `timeline`, `comments`, `files`, `history`, or the name of rows or of records that link here",
    },
    "section": {
        "label": "its heading",
        "help": "a sentence below the heading",
        "collapsed": "`true`: closed until somebody opens it",
        "visible_if": "a condition on the record under which it is shown; its values stay, and it is no right",
        "columns": "1, 2 or 3 fields side by side; without it as many as stand in a row",
        "rows": "as of a tab",
    },
    "extension": {
        "extends": "the entity of another solution, such as `user`",
        "fields": "fields that are added",
        "stages": "stages, when the entity has none",
        "constraints": "rules that are added",
        "layout": "tabs that are added",
        "timeline": "events that are gathered, too",
    },
    "part": {
        "name": "what `part:` of definitions and `kubik solution part` say",
        "on": "`false`: delivered switched off",
    },
    "action": {
        "entity": "on whose records, or above whose list, its button stands",
        "icon": "an icon of Tabler; without one a bolt",
        "where": "`card` (when not said), `row` (at the end of a row of lists), both as `[card, row]`; or `list`: above the list, about no record",
        "rank": "`primary` (stands out), `secondary` (when not said), `more` (in the menu)",
        "order": "a whole number: its place among the buttons of its rank",
        "when": "a condition on the record; while it is false there is no button, and a call is refused",
        "confirm": "a sentence that is asked before",
        "inputs": "fields that are asked in a dialog: every type that people fill in, with `required`, `options`, `visible_if` … as fields have them; `default` is an expression about the record",
        "steps": "what it does, one step after another in one transaction, see below",
        "then": "where to go: `record` (when not said), `list`, or the name of a step for its record",
    },
    "step": {
        "name": "what later steps call its record by: `step.NAME`",
        "do": "`set`: values of the record itself; `move`: another stage of it; `create`: a linked record; `take`: one free record of a list; `print`: a document is issued",
        "if": "a condition on the record; while it is false the step is passed over",
        "entity": "of `create` and `take`: of which entity",
        "find": "of `create`: a condition on records that are there; the first one that the person sees is taken instead of a new one",
        "where": "of `take`: which records are free",
        "sort": "of `take`: which of them goes first; `-` before a descending field",
        "to": "of `move`: the name of the stage",
        "document": "of `print`: the name of a document of the record's entity",
        "of": "of `print`: the name of an earlier step whose record the document is of; without it the record the button stands on",
        "values": "`{field: expression}`; bare names are the fields of the record the button stands on",
        "rows": "of `create`: `{children field: {of, where, values}}`, a child row for each row of the record",
        "as": "`actor` (when not said): with the rights of the person; `system`: with all rights, for what the person may not do by hand",
    },
    "step_rows": {
        "of": "the rows of the record: a children field, or the inverse name of a link",
        "where": "a condition on the row",
        "values": "`{field: expression}`; bare names are the fields of the row, `record.…` those of its record",
    },
    "role": {
        "parent": "the role above it: who has that one may make and manage people of this one",
        "includes": "names of roles that who has this one has as well; `parent` is management alone, nothing is inherited by it",
        "second_factor": "`required`: who has the role signs in with a password and a one-time code; who has none yet sets it up at the next sign-in",
        "everything": "`true`: the administrator's right to all data and to the configuration",
        "grants": "a list of grants, see below; nothing is allowed that no grant gives",
    },
    "grant": {
        "entity": "of which entity",
        "actions": f"a list of {', '.join(f'`{action}`' for action in ACTIONS)}, and of names of actions of the entity",
        "rows": "a condition on the record as it is before: `owner = me`; without it all",
        "check": "a condition on the record as it is after the write",
        "stages": "the stages before the write in which the grant counts",
        "fields": "`all`, a list of names, or `{all_but: […]}`; without it no field. Only `all` and `all_but` reach new fields",
    },
    "view": {
        "entity": "of which entity",
        "kind": "`list`; `board`: cards in columns, which move by dragging; `calendar`; `tree`: records below others, of an entity with `tree`",
        "from": "of a calendar: the date or moment at which a record begins",
        "to": "of a calendar: when it ends, of the same type; without it a record is a day, or a moment",
        "color_by": "of a calendar: the field whose value colours a record: a choice, a stage, a link, a person, yes or no",
        "group_by": "of a board: the field whose values are its columns (a choice, a link, a person, a department, yes or no); without it the stage",
        "columns": "fields, or paths along links such as `company.name`; of a board what each card shows",
        "group": "of a list: one field or two, one within another; of dates and numbers with a step, `closes_on:month`, `amount:1000`; `-` before turns the order",
        "totals": "numeric fields summed up over each column of a board, each group of a list and the whole of it, over what the reader may see; of a list also `idle:max`, `price:avg`, `closes_on:min`. A list without it sums all amounts",
        "formats": "of a list: colours. A rule `{column, when, color, fill}` colours a cell, without `column` the row; a scale `{column, from, to, color}` the stronger the nearer the number comes to `to`, of a date the days since, or `value`, an expression. The first that holds wins",
        "frozen": "of a list: how many columns stay at the left",
        "folded": "of a board: names of choices whose columns are folded at first; without it the stages where work has ended",
        "hidden": "of a board: names of choices that have no column",
        "filter": "a condition, in which `me` and `my.…` are the reader",
        "sort": "as of an entity",
        "order": "a whole number: its place among the views of the entity, the smallest first; without one it stands after them, by name. The first view is what the entity opens with",
        "roles": "who sees it; without it everybody who may read the entity",
    },
    "document": {
        "entity": "for whose records it is issued",
        "icon": "an icon of Tabler; without one a sheet",
        "templates": "one file of a format, see below: Word gives .docx, HTML gives .pdf",
        "number": "the series of its numbers, see below; without it the document has no number",
        "file_name": "the name of the issued file without its ending, `Счёт {number} {company}`: fields of the record, `{number}` and `{date}` of the document; without it label and number",
        "stages": "names of stages in which it is offered; without it in each",
        "when": "a condition on the record; while it is false it is not offered, and a call is refused",
        "language": "`ru` or `en`: of dates, numbers, words and labels; without it that of who issues it",
        "roles": "who is offered it, the right `print` aside; without it everybody who has that",
        "order": "a whole number: its place among the documents of the entity",
    },
    "template": {
        "file": "the file beside the definition, `invoice.docx` or `invoice.html`",
        "sha256": "of its bytes; in a solution's folder it may be left out, in a model it must be of a file that was uploaded",
        "off": "`true`: a change of the configuration took what the template reads, so that nothing is made from it until it is replaced",
    },
    "document_number": {
        "format": "as of `number_series`: `С-{year}-{seq:04}`",
        "by": "a date field of the record, whose year, month and day the number bears; without it the document's own date",
        "restart": "`never` (when not said), `year`, `month`, `day`: when the count begins at 1 again. Numbers have no gaps",
    },
    "report": {
        "icon": "an icon of Tabler",
        "entity": "whose records it is about",
        "rows": "fields, or paths (`company.city`, `items.product`, `activities.owner`), up to six, one within another; of dates and numbers with a step: `closes_on:month`, `{field: amount, by: 1000}`",
        "columns": "the same across",
        "values": "up to twelve figures of each cell: `count`, `sum(amount)`, `{aggregate: avg, field: items.price}`; aggregates are `count` `count_distinct` `sum` `avg` `min` `max` `median` `first` `last` `share_of_row` `share_of_column` `share_of_total`. Without it the number of records",
        "filter": "a condition, in which `me` and `my.…` are the reader",
        "search": "words that the records hold, as in a list",
        "subtotals": "`true`: figures of the groups of rows, too",
        "heat": "`true`: cells are coloured by how great they are",
        "chart": "the chart beside the table, see below",
        "sort": "`{value: 0, descending: true}`: rows by their totals of the value at that place, each level of groups by its own, instead of by their keys",
        "sort_columns": "the same of columns, within one group",
        "order": "a whole number: its place among the reports, the smallest first",
        "roles": "who sees it; without it everybody who may read the entity. What the reader may not see is left out of it",
    },
    "chart": {
        "kind": "`bar` (when not said), `line`, `stacked` or `funnel`",
        "value": "which of the values it shows, counted from 0",
    },
    "menu": {
        "roles": "who has it; without it everybody",
        "items": "places, or groups of places `{label, items: […]}`",
    },
    "menu_item": {
        "label": "without it that of the entity, the view or the report",
        "icon": "without it that of the entity",
        "entity": "leads to the list of an entity",
        "view": "leads to a view",
        "report": "leads to a report",
        "items": "the places of a group",
    },
    "tests": {"tests": "a list of access tests, see below"},
    "access_test": {
        "label": "what is told when it fails; without it the role and the entity",
        "roles": "somebody is made who has these roles; an empty list is somebody without any",
        "user": "instead: the person of that login, as they are",
        "me": "with `roles`: values of the person's own record, `{department: north}`",
        "with": "records that are made before, in their order, see below",
        "entity": "of which entity the record is",
        "record": "the values of the record that is made for the test, as in the API; a text in a link names `me`, `other` (somebody else, without roles) or a record of `with`. Required fields may be left out, read-only ones may be said; a value that is unique may be that of a record there is",
        "by": "instead: a record that is there, or one of `with`, by the value of one unique field, `{inn: '7707083893'}`, or by its `id`",
        "allow": "what must be allowed, see below",
        "deny": "what must be denied",
    },
    "fixture": {
        "name": "what the test calls it by",
        "entity": "of which entity; people are `user`",
        "values": "its values; they may name `me`, `other` and the records before it",
    },
    "verdicts": {
        "actions": "rights, `read`, `create`, `update`, `delete`, `move` …, and names of actions of the entity",
        "read": "fields that are seen",
        "write": "fields that may be changed",
        "move": "stages that it may be moved to",
    },
}
"""What each key says, by the name of the kind or part; a key of `_NAMED` has the same words everywhere."""

_OPTIONS = {
    "max_files": "most files in the field",
    "min_length": "least characters", "max_length": "most characters", "format": "a regular expression for the whole text",
    "min": "least value", "max": "greatest value", "scale": "digits after the point, 0 to 9",
    "currency": "a code of ISO 4217 such as `RUB`", "currency_field": "the field that holds the code",
    "choices": "a list of `{name, label, color, archived}`", "to": "the entity it leads to",
    "on_delete": "`restrict` (when not said), `clear` or `cascade`", "inverse": "the name of the records that link here, seen from there",
    "options": "a condition on what may be chosen; `record.…` is the record being edited",
    "of": "the entity of the rows", "through": "its link to this entity; may be left out when there is one",
    "by": "the date field that `{year}` is of", "restart": "`never` (when not said), `year`, `month` or `day`",
    "gapless": "consecutive among saved records", "formula": "an expression", "path": "links, then a field: `company.city`",
}  # fmt: skip
_OWN_WORDS = {
    "number_series.format": "`{year} {month} {day} {seq:05}` with any text; `{seq}` when not said",
    "text.format": "a regular expression for the whole text, or the name of a format: `inn`",
    "rating.max": "greatest value, at most 10; 5 when not said",
    "links.through": "the entity whose records are the pairs; without it a table of the field's own",
    "link_any.to": "a list of entities, `[deal, company]`, or `all`",
    "link_any.rights": "`of parent`: the record is seen and written as the one it leads to; own grants only narrow",
    "link_any.write_by": "with `rights: of parent`: `update` (when not said), to write takes the right to change the record it leads to, or `read`, to read it, or `share`, to share it",
}


def parts() -> Mapping[str, Mapping[str, Any]]:
    """The schema of every kind and of the parts that people write, by name."""
    kinds = dict(schemas())
    shared = kinds["entity"]["$defs"]
    common = {
        key: value for name in field_types() for key, value in shared[f"field_{name}"]["properties"].items()
    }
    own = {key for name in field_types() for key in field_types()[name].options_schema}
    field = {"properties": {k: v for k, v in common.items() if k not in own}, "required": ["name", "type"]}
    inner = {
        name: shared[name]
        for name in (
            "choice",
            "stages",
            "pipeline",
            "move",
            "stage",
            "constraint",
            "tab",
            "section",
            "grant",
            "part",
            "template",
            "document_number",
            "step_rows",
            "chart",
            "menu_item",
            "access_test",
            "fixture",
            "verdicts",
        )
    }
    steps = [shared[f"step_{do}"]["properties"] for do in ("set", "move", "create", "take", "print")]
    step = {"properties": {key: value for each in steps for key, value in each.items()}, "required": ["do"]}
    return {**kinds, "field": field, **inner, "step": step}


def table(name: str) -> Iterator[str]:
    """The lines of one table."""
    if name == "types":
        yield from _types()
        return
    schema = parts()[name]
    yield from ("| key | says |", "| --- | --- |")
    for key in schema["properties"]:
        words = KEYS[name].get(key) or _NAMED[key]
        must = " (required)" if key in schema.get("required", ()) else ""
        yield f"| `{key}`{must} | {words} |"


def _types() -> Iterator[str]:
    yield from ("| type | is | its own keys |", "| --- | --- | --- |")
    for name, kind in field_types().items():
        sentence = (
            (inspect.getdoc(type(kind)) or "").partition("\n\n")[0].replace("\n", " ").replace("``", "`")
        )
        own = "; ".join(
            f"`{key}`: {_OWN_WORDS.get(f'{name}.{key}') or _OPTIONS.get(key) or schema['description']}"
            for key, schema in kind.options_schema.items()
        )
        yield f"| `{name}` | {sentence} | {own or '–'} |".replace("||", "\\|\\|")


def page(written: str) -> str:
    """The page with its tables as they should be."""

    def made(found: re.Match[str]) -> str:
        return found[1] + "\n".join(table(found[2])) + "\n" + found[3]

    colors = ", ".join(f"`{color}`" for color in COLORS)
    return re.sub(r"(?<=<!-- colours -->).*?(?=<!-- end -->)", lambda _: colors, _BLOCK.sub(made, written))


def main() -> int:
    """Write the page, or compare it."""
    start_plugins()  # the types of built-in plugins stand in the table, too
    written = PAGE.read_text("utf-8")
    if "--check" in sys.argv:
        return 0 if written == page(written) else 1
    PAGE.write_text(page(written), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
