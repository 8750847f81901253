"""OpenAPI 3.1 of what one caller may do, made from the operations, the model and the caller's grants."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.documents.offering import types_of
from core.web.operations import Operation
from core.web.parameters import Parameter
from metamodel.documents import DocumentType
from metamodel.model import Entity, Model
from renderers.api.schemas import SHARED, EntitySchemas, Schema

_PART = re.compile(r"\{(\w+)\}")
_PROBLEM = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}}}
_JSON = "application/json"


def openapi_document(
    model: Model, actor: Actor, operations: Sequence[Operation], server: str, language: str
) -> dict[str, Any]:
    """The document; paths of records are written out for each entity that the caller may reach."""
    grants = grants_of(model, actor)
    entities = [e for e in model.entities.values() if reachable(grants, e)]
    schemas: dict[str, Schema] = {"problem": SHARED["problem"]}
    paths: dict[str, dict[str, Any]] = {}
    tags = []
    for entity in entities:
        made = EntitySchemas(entity, grants, language)
        schemas.update(made.components())
        tags.append({"name": entity.name, "description": entity.label_many.in_language(language)})
    known = {entity.name for entity in entities}
    for entity in entities:
        made = EntitySchemas(entity, grants, language)
        for operation in of_entity(operations, entity, grants):
            path = operation.path.replace("{entity}", entity.name)
            paths.setdefault(path, {})[operation.method.lower()] = described(operation, entity, made)
        paths |= of_actions(operations, entity, grants, made)
        paths |= of_documents(operations, entity, types_of(model, actor, entity), made)
    for operation in general(operations, grants):
        paths.setdefault(operation.path, {})[operation.method.lower()] = described(operation, None, None)
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Kubik", "version": str(model.version), "description": "What this caller may do."},
        "servers": [{"url": server}],
        "security": [{"token": []}, {"session": []}],
        "tags": tags,
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": _security()},
    }
    found: dict[str, Any] = without_unknown(document, known | set(schemas))
    return found


def reachable(grants: Grants, entity: Entity) -> bool:
    """Whether the caller may do anything with records of the entity."""
    return any(grants.may(entity.uid, action) for action in ("read", "create"))


def of_entity(operations: Sequence[Operation], entity: Entity, grants: Grants) -> Iterator[Operation]:
    """The operations on records that the caller may use with the entity."""
    for operation in operations:
        if "{entity}" not in operation.path or operation.about in (None, "run"):
            continue  # actions are written out one by one: `of_actions`, documents as well
        if operation.about == "move" and entity.stages is None:
            continue
        if operation.about == "print" and not grants.model.documents_of[entity.uid]:
            continue
        if any(grants.may(entity.uid, action) for action in operation.about.split("|")):
            yield operation


def of_actions(
    operations: Sequence[Operation], entity: Entity, grants: Grants, made: EntitySchemas
) -> dict[str, dict[str, Any]]:
    """The paths of the actions of an entity that the caller may run, each with what it asks."""
    found: dict[str, dict[str, Any]] = {}
    for operation in operations:
        for action in grants.model.actions_of[entity.uid] if operation.about == "run" else ():
            if action.of_record != ("{id}" in operation.path) or not grants.may_run(action):
                continue
            path = operation.path.replace("{entity}", entity.name).replace("{action}", action.name)
            one = replace(operation, path=path, request=made.asked(action), summary=made.words(action.label))
            told = described(one, entity, made)
            told["operationId"] = f"run.{entity.name}.{action.name}"
            if action.help is not None:
                told["description"] = made.words(action.help)
            if not action.form.fields:
                told["requestBody"]["required"] = False
            found[path] = {operation.method.lower(): told}
    return found


def of_documents(
    operations: Sequence[Operation], entity: Entity, types: Sequence[DocumentType], made: EntitySchemas
) -> dict[str, dict[str, Any]]:
    """The paths of the documents of an entity that the caller may have made."""
    found: dict[str, dict[str, Any]] = {}
    for operation in operations:
        for type_ in types if operation.about == "document" else ():
            path = operation.path.replace("{template}", type_.name)
            told = described(replace(operation, path=path, summary=made.words(type_.label)), entity, made)
            told["operationId"] = f"document.{type_.name}"
            if type_.help is not None:
                told["description"] = made.words(type_.help)
            found[path] = {operation.method.lower(): told}
    return found


def general(operations: Sequence[Operation], grants: Grants) -> Iterator[Operation]:
    """The operations that belong to no entity; those on the configuration only for who may change all of it."""
    for operation in operations:
        if operation.about == "document" or ("{entity}" in operation.path and operation.about is not None):
            continue
        if operation.about != "configure" or grants.everything:
            yield operation


def described(operation: Operation, entity: Entity | None, schemas: EntitySchemas | None) -> dict[str, Any]:
    """An operation object."""
    found: dict[str, Any] = {
        "operationId": operation_id(operation, entity),
        "summary": operation.summary,
        "tags": [entity.name if entity else "general"],
        "responses": {
            str(operation.status): answered(operation, schemas),
            "default": {"description": "Refused", **_PROBLEM},
        },
    }
    parameters = [*path_parameters(operation, entity, schemas), *map(query_parameter, operation.parameters)]
    if operation.method in ("PATCH", "DELETE"):
        parameters.append(header("If-Match", "The ETag that the change is meant for"))
    if operation.method in ("POST", "PATCH", "PUT") and entity is not None:  # writes of records are kept
        parameters.append(header("Idempotency-Key", "Makes a retry safe for 24 hours"))
    if parameters:
        found["parameters"] = parameters
    if operation.request is not None:
        schema = resolved(operation.request, schemas)
        kind = schema.get("contentMediaType", _JSON)
        found["requestBody"] = {"required": True, "content": {kind: {"schema": schema}}}
    return found


def answered(operation: Operation, schemas: EntitySchemas | None) -> dict[str, Any]:
    """The response object of success."""
    if operation.answer is None:
        return {"description": "Done"}
    schema = resolved(operation.answer, schemas)
    return {"description": "Done", "content": {schema.get("contentMediaType", _JSON): {"schema": schema}}}


def resolved(schema: Any, schemas: EntitySchemas | None) -> Any:
    """A schema as such, or what its word means for the entity."""
    if not isinstance(schema, str):
        return dict(schema)
    return schemas.shape(schema) if schemas is not None else SHARED[schema]


def operation_id(operation: Operation, entity: Entity | None) -> str:
    """A name that is unique in the document, for generated clients."""
    words = operation.run.__name__.strip("_")
    return f"{words}.{entity.name}" if entity else words


def path_parameters(
    operation: Operation, entity: Entity | None, schemas: EntitySchemas | None
) -> Iterator[dict[str, Any]]:
    """The parts of the path that stay open."""
    for name in _PART.findall(operation.path):
        if name == "entity" and entity is not None:
            continue
        schema: Schema = {"type": "integer", "minimum": 1} if name == "id" else {"type": "string"}
        if name == "field" and schemas is not None:
            schema = {"enum": [*schemas.keys(), "ext"]}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def query_parameter(parameter: Parameter) -> dict[str, Any]:
    """A parameter object of the query string."""
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.about,
        "schema": dict(parameter.schema),
    }


def header(name: str, about: str) -> dict[str, Any]:
    """A parameter object of a header."""
    return {"name": name, "in": "header", "description": about, "schema": {"type": "string"}}


def without_unknown(node: Any, known: set[str]) -> Any:
    """The document with references to schemas that this caller does not have replaced by “anything”."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.rpartition("/")[2] not in known:
            return {}
        return {key: without_unknown(value, known) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [without_unknown(item, known) for item in node]
    return node


def _security() -> dict[str, Any]:
    return {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "kubik_session"},
    }
