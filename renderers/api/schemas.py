"""JSON Schemas of what one caller reads and writes of an entity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.access.grants import Grants
from metamodel.actions import Action
from metamodel.fields.links import MOST_LINKS
from metamodel.model import Entity, Field

Schema = dict[str, Any]

ID: Schema = {"type": "integer", "minimum": 1}
INSTANT: Schema = {"type": "string", "format": "date-time"}
NEXT: Schema = {"type": ["string", "null"], "description": "The cursor of the next page; null at the end"}

_BESIDE = ("children",)
"""Types that an answer holds only when they are named."""


class EntitySchemas:
    """The shapes of one entity under one caller's grants, as OpenAPI components."""

    def __init__(self, entity: Entity, grants: Grants, language: str) -> None:
        self.entity = entity
        self._grants = grants
        self._language = language
        self.readable = [f for f in entity.fields if f.uid in grants.readable(entity.uid)]

    def keys(self) -> list[str]:
        """The unique fields by which the caller may find records."""
        return [field.name for field in self.readable if field.unique]

    def components(self) -> dict[str, Schema]:
        """The entity's schemas by the names that `reference` gives them."""
        found = {self.name("record"): self.record()}
        for action in ("create", "update"):
            if self._grants.may(self.entity.uid, action):
                found[self.name(action)] = self.body(action)
        return found

    def name(self, shape: str) -> str:
        """The name of a component: ``deal``, ``deal.create``."""
        return self.entity.name if shape == "record" else f"{self.entity.name}.{shape}"

    def reference(self, shape: str) -> Schema:
        """A reference to a component."""
        return {"$ref": f"#/components/schemas/{self.name(shape)}"}

    def record(self) -> Schema:
        """A record as it is read: null is possible everywhere, hidden cells are absent."""
        properties = {field.name: self._described(field, self._read(field)) for field in self.readable}
        properties["_hidden"] = {
            "type": "array",
            "items": {"type": "string"},
            "description": "Names of fields whose cells this caller may not read in this record",
        }
        return {
            "type": "object",
            "title": self.words(self.entity.label),
            "properties": properties,
            "required": ["id"],
        }

    def _read(self, field: Field) -> Schema:
        if field.type.name == "children" and field.target is not None:
            child = self._grants.model.entity_by_uid[field.target]
            return {"type": "array", "items": {"$ref": f"#/components/schemas/{child.name}"}}
        schema = field.type.json_schema(field)
        if field.listed:
            return schema
        if field.targets:
            schema = {**schema, "properties": {**schema["properties"], "entity": self._led_to(field)}}
        if field.system and field.name in ("id", "version", "created_at", "updated_at"):
            return schema
        return nullable(schema)

    def body(self, action: str) -> Schema:
        """What may be sent to create or to change a record."""
        covered = self._grants.writable(self.entity.uid, action)
        fields = [f for f in self.entity.fields if f.writable and f.uid in covered and not f.read_only]
        required = [f.name for f in fields if action == "create" and f.required and f.default is None]
        schema: Schema = {
            "type": "object",
            "properties": {field.name: self._described(field, self._written(field)) for field in fields},
            "additionalProperties": False,
        }
        if required:
            schema["required"] = required
        return schema

    def asked(self, action: Action) -> Schema:
        """What may be sent to run an action."""
        fields = action.form.fields
        schema: Schema = {
            "type": "object",
            "properties": {field.name: self._described(field, self._written(field)) for field in fields},
            "additionalProperties": False,
        }
        required = [f.name for f in fields if f.required and f.uid not in action.defaults]
        return {**schema, "required": required} if required else schema

    def _written(self, field: Field) -> Schema:
        if field.type.name == "children" and field.target is not None:
            return {"type": "array", "items": {"type": "object"}, "maxItems": 10_000}
        kind = field.result.kind
        schema = nullable(field.type.json_schema(field))
        if kind == "link_any":
            return self._any_written(field)
        if field.listed:
            return {"type": ["array", "null"], "items": LINK_WRITTEN, "maxItems": MOST_LINKS}
        if kind == "link":
            return {"anyOf": [*LINK_WRITTEN["anyOf"], {"type": "null"}]}
        if kind == "number":
            return {"anyOf": [schema, {"type": "string"}]}
        return schema

    def _led_to(self, field: Field) -> Schema:
        """The names of the entities that a link to any record may lead to, as far as the caller reads them."""
        led = (uid for uid in field.targets if self._grants.may(uid, "read"))
        return {"enum": [*(self._grants.model.entity_by_uid[uid].name for uid in led), None]}

    def _any_written(self, field: Field) -> Schema:
        entity = {"entity": {"enum": [name for name in self._led_to(field)["enum"] if name is not None]}}
        known = {"type": "object", "properties": {**entity, "id": ID}, "required": ["entity", "id"]}
        by = {
            "type": "object",
            "properties": {**entity, "by": {"type": "object"}},
            "required": ["entity", "by"],
        }
        return {"anyOf": [known, by, {"type": "null"}]}

    def _described(self, field: Field, schema: Schema) -> Schema:
        described = {"title": self.words(field.label), **schema}
        if field.help is not None and (words := field.help.in_language(self._language)):
            described["description"] = words
        if not field.writable:
            described["readOnly"] = True
        return described

    def words(self, label: Any) -> str:
        """A label in the caller's language."""
        text: str = label.in_language(self._language)
        return text

    def shape(self, word: str) -> Schema:
        """The schema that an operation names by a word."""
        if word in ("record", "create", "update"):
            return self.reference(word)
        if word == "page":
            return page(self.reference("record"), count={"type": "integer"})
        if word == "move":
            return self._move()
        if word == "batch":
            return batch_schema()
        return SHARED[word]

    def _move(self) -> Schema:
        stages = self.entity.stages
        names = [stage.name for pipeline in stages.pipelines for stage in pipeline.stages] if stages else []
        return {
            "type": "object",
            "properties": {"to": {"type": "string", "enum": names}, "values": {"type": "object"}},
            "required": ["to"],
            "additionalProperties": False,
        }


LINK_WRITTEN: Schema = {
    "anyOf": [
        ID,
        {"type": "object", "properties": {"id": ID}, "required": ["id"]},
        {"type": "object", "properties": {"by": {"type": "object"}}, "required": ["by"]},
    ]
}
"""A link as it may be sent."""


def nullable(schema: Mapping[str, Any]) -> Schema:
    """The schema with null allowed beside it."""
    kind = schema.get("type")
    if "enum" in schema:
        return {
            **schema,
            "type": [kind, "null"] if isinstance(kind, str) else kind,
            "enum": [*schema["enum"], None],
        }
    if isinstance(kind, str):
        return {**schema, "type": [kind, "null"]}
    return {"anyOf": [dict(schema), {"type": "null"}]}


def page(item: Schema, **more: Schema) -> Schema:
    """A page of items."""
    properties = {"items": {"type": "array", "items": item}, "next": NEXT, **more}
    return {"type": "object", "properties": properties, "required": ["items", "next"]}


def batch_schema() -> Schema:
    """The body, and alike the answer, of a batch."""
    rows: Schema = {"type": "array", "items": {"type": "object"}, "maxItems": 10_000}
    return {
        "type": "object",
        "properties": {
            "create": rows,
            "update": rows,
            "upsert": rows,
            "delete": {**rows, "items": {}},
            "key": {"type": "string"},
        },
    }


SHARED: Mapping[str, Schema] = {
    "history": page({
        "type": "object",
        "properties": {
            "seq": ID, "at": INSTANT, "by": {}, "kind": {"type": "string"},
            "behalf": {"description": "As whom it was done, when not as oneself"},
            "action": {"type": ["string", "null"], "description": "The action that did it, of none by hand"},
            "changes": {
                "type": "object",
                "additionalProperties": {"type": "object", "properties": {"from": {}, "to": {}}},
            },
        },
    }),
    "changes": page({
        "type": "object",
        "properties": {
            "seq": ID, "at": INSTANT, "entity": {"type": "string"}, "id": ID,
            "change": {"enum": ["created", "updated", "deleted", "restored", "erased"]},
            "version": {"type": ["integer", "null"]},
        },
    }),
    "search": page({
        "type": "object",
        "properties": {
            "entity": {"type": "string"}, "id": ID, "title": {"type": "string"},
            "excerpt": {"type": "string", "description": "Where it was found; empty when that is the title"},
            "parent": {
                "type": "object", "description": "Of a child row: the record that it belongs to",
                "properties": {"entity": {"type": "string"}, "id": ID, "title": {"type": "string"}},
            },
        },
    }),
    "problem": {
        "type": "object",
        "properties": {
            "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
            "detail": {"type": "string"}, "code": {"type": "string", "pattern": "^KBK[0-9]{4}$"},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "pointer": {"type": "string"}, "code": {"type": "string"}, "message": {"type": "string"},
                    },
                },
            },
            "request_id": {"type": "string"},
        },
        "required": ["type", "title", "status", "code", "request_id"],
    },
}  # fmt: skip
