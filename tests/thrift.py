"""What each application of a run would make anew, made once: models and their tables, statements, templates, what handlers
take, and hashes at a low price.

Hundreds of tests serve an installation of their own; a server makes each of these once in its life.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Mapping
from importlib import metadata
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from jinja2 import Environment
from jinja2.bccache import Bucket, BytecodeCache
from litestar import Router
from litestar.utils.signature import ParsedSignature
from sqlalchemy.util import LRUCache

from core import plugin_manager
from core.access import passwords
from core.plugin_manager import make_plugin_manager, page_files, static_folders, template_folders
from core.storage import database, load, workspace
from core.storage.tables import Tables
from core.web import app, templates
from metamodel.model import Model
from metamodel.parse import parse_document
from metamodel.resolve import resolve


class Compiled(BytecodeCache):
    """Compiled templates by their names; Jinja asks whether the source is the same."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


def _signatures() -> None:
    """The signature of a handler is read once, though each application copies the handler."""
    read = ParsedSignature.from_fn
    kept: dict[Any, tuple[dict[str, Any], ParsedSignature]] = {}

    def from_fn(fn: Any, signature_namespace: dict[str, Any]) -> ParsedSignature:
        key = getattr(fn, "__func__", fn)
        namespace, found = kept.get(key, ({}, None))
        if found is None or namespace != signature_namespace:
            found = read(fn, signature_namespace)
            kept[key] = dict(signature_namespace), found
        return found

    ParsedSignature.from_fn = from_fn  # type: ignore[method-assign]


@functools.lru_cache(maxsize=32)
def _resolved(document: str, version: int, columns: str) -> Model:
    return resolve(parse_document(json.loads(document)), version, json.loads(columns))


def _models() -> None:
    """The same stored document is resolved once, however many copies of its database are opened."""

    def resolved(document: str, version: int, columns: Mapping[str, int] | None) -> Model:
        return _resolved(document, version, json.dumps(columns))

    setattr(load, "parse_document", json.dumps)  # noqa: B010
    setattr(load, "resolve", resolved)  # noqa: B010


def _tables() -> None:
    """The tables of a model are made once; statements are known by the tables in them."""

    def tables(model: Model, *given: Any) -> Tables:
        kept: dict[Any, Tables] = vars(model).setdefault("tables of tests", {})
        if given not in kept:
            kept[given] = Tables(model, *given)
        return kept[given]

    setattr(workspace, "Tables", tables)  # noqa: B010


def _statements(name: str) -> None:
    """Engines of one kind of database share what is compiled, as the workspaces of one process of a server do."""
    make = getattr(database, name)
    kept: list[sa.Engine] = []

    def engine(*given: Any) -> sa.Engine:
        made: sa.Engine = make(*given)
        if kept and kept[0].dialect.server_version_info is not None:  # it was connected and knows its server
            made.dialect, made._compiled_cache = kept[0].dialect, kept[0]._compiled_cache
        else:
            made._compiled_cache = LRUCache(STATEMENTS)
            kept[:] = [made]
        return made

    setattr(database, name, engine)


STATEMENTS = 2000
"""As many are kept compiled for each kind of database."""


def _plugins() -> None:
    """What is installed is looked for once."""
    found = functools.cache(metadata.entry_points)
    setattr(plugin_manager, "metadata", SimpleNamespace(entry_points=found))  # noqa: B010


def _applications() -> None:
    """The routes of an application are put together once: each further one is a copy with a site and hooks of its own."""
    make = app.Application
    kept: dict[object, app.Application] = {}

    def application(handlers: list[Any], **options: Any) -> app.Application:
        # Routers are made anew each time, of the handlers that are always the same.
        key = tuple(
            tuple(route.path for route in each.routes) if isinstance(each, Router) else each
            for each in handlers
        )
        if key not in kept:
            kept[key] = make(handlers, **options)
        made = copy.copy(kept[key])
        made.asgi_router = copy.copy(made.asgi_router)
        made.asgi_router.app = made  # whose hooks are called; ways are found in what the copies share
        made.event_emitter = type(made.event_emitter)(listeners=[])
        made.on_startup, made.on_shutdown = options["on_startup"], options["on_shutdown"]
        return made

    setattr(app, "Application", application)  # noqa: B010


HASHER = passwords._HASHER
"""The one that is in force outside the tests."""


def save_work() -> None:
    """Put all of it in place, once for a process."""
    _plugins()
    _models()
    _tables()
    _statements("_sqlite_engine")
    _statements("_postgresql_engine")
    _signatures()
    _applications()
    setattr(templates, "Environment", functools.partial(Environment, bytecode_cache=Compiled()))  # noqa: B010
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1, hash_len=32, salt_len=16)
    setattr(passwords, "_HASHER", cheap)  # noqa: B010


def compile_templates() -> None:
    """Compile every template, for processes that are forked from this one."""
    plugins = make_plugin_manager()
    made = templates.Templates(template_folders(plugins), static_folders(plugins), page_files(plugins))
    for name in made.environment.list_templates(extensions=["html"]):
        made.environment.get_template(name)
