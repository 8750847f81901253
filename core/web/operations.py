"""Operations of the API: one value says method, path, parameters and function; routing, OpenAPI and docs read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from core.errors import KubikError
from core.web.exchange import Answer, Call
from core.web.parameters import Parameter

KIB = 1024
MAX_JSON = 8 * 1024 * KIB
MAX_BATCH = 64 * 1024 * KIB
MAX_FILE = 256 * 1024 * KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call of the API.

    ``path`` has parts in braces. ``about`` names the right on an entity that shows the operation in a caller's
    OpenAPI document (``configure`` for the model), None is for everybody. ``request`` and ``answer`` are JSON Schemas,
    or words for schemas made from the entity (`renderers.api.description`). A body over `MAX_JSON` is taken up to
    ``body_limit`` from a caller who is known, and from nobody else. ``in_loop`` marks the few functions that run in the
    event loop and answer at once (streams). ``takes_files`` marks those to which a form with files may be sent instead
    of a body: it is read into ``Call.taken``. ``reads`` marks what only reads and is no GET, since its question is long:
    who may only read may ask it. ``slow`` ones wait for a process that renders, in a small pool of their own.
    """

    method: str
    path: str
    run: Callable[[Call], Answer]
    summary: str
    parameters: tuple[Parameter, ...] = ()
    body_limit: int = MAX_JSON
    about: str | None = None
    request: Mapping[str, Any] | str | None = None
    answer: Mapping[str, Any] | str | None = None
    status: int = 200
    in_loop: bool = False
    takes_files: bool = False
    reads: bool = False
    slow: bool = False


class Routes:
    """A tree of path parts: a literal part goes before one in braces."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations = tuple(operations)
        self._root: dict[str, Any] = {}
        for operation in self.operations:
            node = self._root
            for part in operation.path.strip("/").split("/"):
                node = node.setdefault("{}" if part.startswith("{") else part, {})
            methods = node.setdefault("", {})
            if operation.method in methods:
                raise ValueError(f"two operations answer {operation.method} {operation.path}")
            methods[operation.method] = operation

    def methods(self, raw_path: bytes) -> tuple[dict[str, Operation], list[str]]:
        """The operations of a path by method, and its parts decoded; 404 when there are none."""
        parts = [_part(raw) for raw in raw_path.strip(b"/").split(b"/")]
        found = self._find(self._root, parts, 0)
        if found is None:
            raise KubikError("KBK2006")
        return found, parts

    def _find(self, node: dict[str, Any], parts: list[str], at: int) -> dict[str, Operation] | None:
        if at == len(parts):
            methods: dict[str, Operation] | None = node.get("")
            return methods
        part = parts[at]
        for key in (part, "{}"):
            if part and (following := node.get(key)) is not None:
                found = self._find(following, parts, at + 1)
                if found is not None:
                    return found
        return None


def _part(raw: bytes) -> str:
    try:
        part = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise KubikError("KBK2006") from None
    if "\0" in part:
        raise KubikError("KBK2006")
    return part


def path_values(operation: Operation, parts: list[str]) -> dict[str, str]:
    """The parts of the path that stand in braces, by name."""
    names = operation.path.strip("/").split("/")
    return {name[1:-1]: part for name, part in zip(names, parts, strict=True) if name.startswith("{")}
