"""What each application of a run would make anew, made once: templates, what handlers take, and hashes at a low price.

Hundreds of tests serve an installation of their own; a server makes each of these once in its life.
"""

from __future__ import annotations

import functools
from typing import Any

from argon2 import PasswordHasher
from jinja2 import Environment
from jinja2.bccache import Bucket, BytecodeCache
from litestar.utils.signature import ParsedSignature

from core.access import passwords
from core.plugin_manager import make_plugin_manager, page_files, static_folders, template_folders
from core.web import templates


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


HASHER = passwords._HASHER
"""The one that is in force outside the tests."""


def save_work() -> None:
    """Put all of it in place, once for a process."""
    _signatures()
    setattr(templates, "Environment", functools.partial(Environment, bytecode_cache=Compiled()))  # noqa: B010
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1, hash_len=32, salt_len=16)
    setattr(passwords, "_HASHER", cheap)  # noqa: B010


def compile_templates() -> None:
    """Compile every template, for processes that are forked from this one."""
    plugins = make_plugin_manager()
    made = templates.Templates(template_folders(plugins), static_folders(plugins), page_files(plugins))
    for name in made.environment.list_templates(extensions=["html"]):
        made.environment.get_template(name)
