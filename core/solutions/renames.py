"""A rename reaches every use: names and expressions that still say the old name are written with the new one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from core.solutions.laid import laid_sections, rename_laid
from core.solutions.renamed_in_actions import rename_in_action
from core.solutions.renamed_in_documents import rename_in_document
from core.solutions.renamed_in_reports import rename_in_reports
from core.solutions.renamed_in_stages import kept_names, rename_in_stages
from core.solutions.renamed_in_tests import rename_in_tests
from metamodel.definitions import KINDS, Document
from metamodel.expression import Expression, print_expression
from metamodel.fields import field_types
from metamodel.fields.base import siblings
from metamodel.model import ACTIONS, Choice, Entity, Field, Model
from metamodel.parse import parse_document
from metamodel.resolve.links import SYSTEM_TARGETS

SLOTS = {
    "required_if": "required_if", "read_only_if": "read_only_if", "visible_if": "visible_if", "default": "default",
    "copy": "copy", "options": "narrowing", "formula": "computed", "path": "computed",
}  # fmt: skip
"""Keys of a field's definition that hold an expression, and where the model has it."""


def follow_renames(old: Model, wanted: Document) -> Document:
    """The wanted document in which every use of a renamed thing has its new name.

    A thing is renamed when its uid has another name than in ``old`` and the old name was not given to something
    else. Texts that were changed otherwise are taken to be written with the new names already.
    """
    document = wanted.to_json()
    before = _Names(old.document)
    now = _Names(document)
    if before.same_as(now):
        return wanted
    Follower(old, before, now).rewrite(document)
    return parse_document(document)


class _Names:
    """The names of everything with a uid in a document, and where fields lead."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.of: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
        self.fields: dict[str, dict[str, str]] = {}
        self.choices: dict[str, dict[str, str]] = {}
        self.inverses: dict[str, str | None] = {}
        self.leads: dict[str, str] = {}
        for kind in KINDS:
            for item in document.get(kind, ()):
                self.of[kind][item["uid"]] = item["name"]
        self.entity_uid = {name: uid for uid, name in self.of["entities"].items()}
        for item in document.get("entities", ()):
            self._fields(item["uid"], item)
        for item in document.get("actions", ()):
            self._fields(f"{item['uid']}.input", {"fields": item.get("inputs", ())})
        for item in document.get("extensions", ()):
            uid = self.entity_uid.get(item["extends"])
            if uid is not None:
                self._fields(uid, item)

    def _fields(self, entity: str, item: Mapping[str, Any]) -> None:
        names = self.fields.setdefault(entity, {})
        for field in item.get("fields", ()):
            names[field["uid"]] = field["name"]
            self.choices[field["uid"]] = {c["uid"]: c["name"] for c in field.get("choices", ())}
            self.inverses[field["uid"]] = field.get("inverse")
            lead = field.get("to") or field.get("of") or SYSTEM_TARGETS.get(field["type"])
            if isinstance(lead, str) and field["type"] != "link_any":
                self.leads[field["uid"]] = lead
        stages = item.get("stages")
        if stages is not None:
            names.update(kept_names(stages))
            self.choices[stages["uid"]] = {
                s["uid"]: s["name"] for p in stages["pipelines"] for s in p["stages"]
            }

    def same_as(self, other: _Names) -> bool:
        """Whether nothing that both have is called differently."""
        pairs: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = [(self.of[k], other.of[k]) for k in KINDS]
        pairs += [(names, other.fields.get(uid, {})) for uid, names in self.fields.items()]
        pairs += [(names, other.choices.get(uid, {})) for uid, names in self.choices.items()]
        pairs.append((self.inverses, other.inverses))
        return not any(name != now[uid] for names, now in pairs for uid, name in names.items() if uid in now)


def _renamed(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """``{old name: new name}`` of what was renamed, old names that something else has now left out."""
    taken = set(now.values())
    return {
        name: now[uid]
        for uid, name in before.items()
        if uid in now and now[uid] != name and name not in taken
    }


class Follower:
    def __init__(self, old: Model, before: _Names, now: _Names) -> None:
        self.old = old
        self.before = before
        self.now = now
        self.new_names = _with_names(old, now).with_forms
        self.old_names = old.with_forms
        self.kinds = {kind: _renamed(before.of[kind], now.of[kind]) for kind in KINDS}
        self.entity_uid = {**{n: u for u, n in before.of["entities"].items()}, **now.entity_uid}
        self.fields = {uid: _renamed(names, now.fields.get(uid, {})) for uid, names in before.fields.items()}
        self.choices = {
            uid: _renamed(names, now.choices.get(uid, {})) for uid, names in before.choices.items()
        }
        self.field_uid = {
            uid: {**{n: f for f, n in before.fields.get(uid, {}).items()}, **{n: f for f, n in names.items()}}
            for uid, names in now.fields.items()
        }

    def rewrite(self, document: dict[str, Any]) -> None:
        for kind in KINDS:
            for item in document[kind]:
                if "solution" in item:
                    item["solution"] = self.name("solutions", item["solution"])
                if "roles" in item and kind != "roles":
                    item["roles"] = [self.name("roles", n) for n in item["roles"]]
        for item in document["solutions"]:
            _each(item, "depends", lambda n: self.name("solutions", n))
        for item in (*document["entities"], *document["extensions"]):
            self.entity(item)
        for item in document["actions"]:
            rename_in_action(self, item, self.old.action_by_uid.get(item["uid"]))
        for item in document["roles"]:
            self.role(item)
        for item in document["views"]:
            self.view(item)
        for item in document["documents"]:
            rename_in_document(self, item)
        for item in document["reports"]:
            rename_in_reports(self, item)
        for item in document["menus"]:
            self.menu(item["items"])
        for item in document["tests"]:
            rename_in_tests(self, item)

    def name(self, kind: str, name: str) -> str:
        return self.kinds[kind].get(name, name)

    def field(self, entity: str | None, name: str) -> str:
        return self.fields.get(entity or "", {}).get(name, name)

    def path(self, entity: str | None, written: str) -> str:
        """A path of names along links, perhaps with ``-`` before it."""
        made = []
        for name in written.removeprefix("-").split("."):
            made.append(self.field(entity, name))
            uid = self.field_uid.get(entity or "", {}).get(name)
            entity = self.entity_uid.get(self.now.leads.get(uid or "", ""))
        return ("-" if written.startswith("-") else "") + ".".join(made)

    def rows(self, entity: str | None, written: str) -> str:
        """A path of links that ends with a name of rows, or the name of a panel."""
        *links, name = written.split(".")
        made = self.path(entity, ".".join(links)).split(".") if links else []
        at = entity
        for link in links:
            uid = self.field_uid.get(at or "", {}).get(link)
            at = self.entity_uid.get(self.now.leads.get(uid or "", ""))
        return ".".join((*made, self.inverse(at, name) or self.field(at, name)))

    def inverse(self, entity: str | None, name: str) -> str | None:
        """The new name of the records that link to the entity under that name; None when it stays."""
        for uid, was in self.before.inverses.items():
            now = self.now.inverses.get(uid)
            lead = self.before.leads.get(uid, "")
            if was == name and now is not None and entity == self.entity_uid.get(lead):
                return now
        return None

    def expression(self, item: dict[str, Any], key: str, old: Expression | None) -> None:
        """Write an expression with the new names when it is the one that was there."""
        if old is None or key not in item or item[key] != old.text:
            return
        now = print_expression(old, self.new_names)
        if now != print_expression(old, self.old_names):
            item[key] = now

    def entity(self, item: dict[str, Any]) -> None:
        if "extends" in item:
            item["extends"] = self.name("entities", item["extends"])
        uid = self.entity_uid.get(item["extends"]) if "extends" in item else item["uid"]
        known = self.old.entity_by_uid.get(uid or "")
        for field in item.get("fields", ()):
            self.field_definition(uid, field, known.by_uid.get(field["uid"]) if known else None)
        constraints = {c.uid: c for c in known.constraints} if known else {}
        for constraint in item.get("constraints", ()):
            _each(constraint, "unique", lambda n: self.field(uid, n))
            old = constraints.get(constraint["uid"])
            self.expression(constraint, "check", old.check if old else None)
        rename_in_stages(self, item, uid, known)
        rename_laid(item, lambda n: self.field(uid, n), lambda n: self.rows(uid, n))
        conditions = [s.visible_if for t in known.layout for s in t.sections] if known else []
        for _, section in laid_sections(item):
            for condition in conditions:
                self.expression(section, "visible_if", condition)
        _each(item, "sort", lambda n: self.path(uid, n))
        for names in item.get("duplicates", ()):
            names[:] = [self.field(uid, n) for n in names]
        _each(item, "search", lambda n: self.field(uid, n))
        if "tree" in item:
            item["tree"] = self.field(uid, item["tree"])
        if "title" in item:
            item["title"] = re.sub(
                r"\{([^{}]*)\}", lambda m: "{" + self.field(uid, m[1]) + "}", item["title"]
            )

    def field_definition(self, entity: str | None, field: dict[str, Any], old: Field | None) -> None:
        for key in ("to", "of"):
            if isinstance(field.get(key), list):
                field[key] = [self.name("entities", name) for name in field[key]]
            elif key in field and field["type"] != "link_any":
                field[key] = self.name("entities", field[key])
        if "through" in field and field["type"] == "links":
            field["through"] = self.name("entities", field["through"])
        elif "through" in field:
            field["through"] = self.field(self.entity_uid.get(field.get("of", "")), field["through"])
        for key in siblings(field_types()[field["type"]]):
            if key in field:
                field[key] = self.field(entity, field[key])
        if old is not None:
            for key, attribute in SLOTS.items():
                self.expression(field, key, getattr(old, attribute))

    def role(self, item: dict[str, Any]) -> None:
        if "parent" in item:
            item["parent"] = self.name("roles", item["parent"])
        if "includes" in item:
            item["includes"] = [self.name("roles", name) for name in item["includes"]]
        old = self.old.role_by_uid.get(item["uid"])
        for grant in item.get("grants", ()):
            uid = self.entity_uid.get(grant["entity"])
            grant["entity"] = self.name("entities", grant["entity"])
            grant["actions"] = [n if n in ACTIONS else self.name("actions", n) for n in grant["actions"]]
            for known in old.grants if old else ():
                if known.entity == uid:
                    self.expression(grant, "rows", known.rows)
                    self.expression(grant, "check", known.check)
            self.grant_names(grant, uid)

    def grant_names(self, grant: dict[str, Any], uid: str | None) -> None:
        stages = self.stages(uid)
        _each(grant, "stages", lambda n: stages.get(n, n))
        if isinstance(grant.get("fields"), list):
            _each(grant, "fields", lambda n: self.field(uid, n))
        elif isinstance(grant.get("fields"), dict):
            _each(grant["fields"], "all_but", lambda n: self.field(uid, n))

    def stages(self, entity: str | None) -> Mapping[str, str]:
        known = self.old.entity_by_uid.get(entity or "")
        return self.choices.get(known.stages.field, {}) if known and known.stages else {}

    def view(self, item: dict[str, Any]) -> None:
        uid = self.entity_uid.get(item["entity"])
        item["entity"] = self.name("entities", item["entity"])
        _each(item, "columns", lambda n: self.path(uid, n))
        _each(item, "sort", lambda n: self.path(uid, n))
        old = next((v for v in self.old.views.values() if v.uid == item["uid"]), None)
        choices = self.choices.get(old.group_by or "", {}) if old else {}
        if "group_by" in item:
            item["group_by"] = self.field(uid, item["group_by"])
        for key in ("from", "to", "color_by"):
            if key in item:
                item[key] = self.field(uid, item[key])
        if isinstance(item.get("group"), str):
            item["group"] = [item["group"]]
        _each(item, "group", lambda n: self.stepped(uid, n))
        _each(item, "totals", lambda n: self.stepped(uid, n))
        for key in ("folded", "hidden"):
            _each(item, key, lambda n: choices.get(n, n))
        for written in item.get("formats", ()):
            if "column" in written:
                written["column"] = self.path(uid, written["column"])
            for known in old.formats if old else ():
                self.expression(written, "when", known.when)
                self.expression(written, "value", known.value)
        self.expression(item, "filter", old.filter if old else None)

    def stepped(self, uid: str | None, written: str) -> str:
        """The name of a field with what stands before and behind it: ``-closes_on:month``, ``idle:max``."""
        name, mark, step = written.removeprefix("-").partition(":")
        return f"{'-' * written.startswith('-')}{self.field(uid, name)}{mark}{step}"

    def menu(self, items: Iterable[dict[str, Any]]) -> None:
        for item in items:
            for key, kind in (("entity", "entities"), ("view", "views"), ("report", "reports")):
                if key in item:
                    item[key] = self.name(kind, item[key])
            self.menu(item.get("items", ()))


def _each(item: dict[str, Any], key: str, change: Callable[[str], str]) -> None:
    if key in item:
        item[key] = [change(name) for name in item[key]]


def _with_names(old: Model, now: _Names) -> Model:
    """The old model with the new names on what both have: expressions of old are printed with it."""
    entities = {}
    for entity in old.entities.values():
        name = now.of["entities"].get(entity.uid, entity.name)
        fields = tuple(_named(field, now, entity.uid) for field in entity.fields)
        made: Entity = replace(entity, name=name, fields=fields)
        entities[entity.uid] = made
    actions = {
        action.name: replace(
            action,
            form=replace(
                action.form, fields=tuple(_named(f, now, action.form.uid) for f in action.form.fields)
            ),
        )
        for action in old.actions.values()
    }
    return replace(old, entities=entities, actions=actions)


def _named(field: Field, now: _Names, entity: str) -> Field:
    choices = now.choices.get(field.uid, {})
    return replace(
        field,
        name=now.fields.get(entity, {}).get(field.uid, field.name),
        inverse=now.inverses.get(field.uid, field.inverse),
        choices=tuple(_named_choice(choice, choices) for choice in field.choices),
    )


def _named_choice(choice: Choice, names: Mapping[str, str]) -> Choice:
    return replace(choice, name=names.get(choice.uid, choice.name))
