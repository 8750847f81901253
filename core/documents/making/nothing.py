"""Nothing, as templates have it: an empty value, and everything behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jinja2 import Undefined


class Empty(Undefined):
    """Nothing: prints as nothing, has nothing, adds nothing; what is multiplied with it is nothing as well."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__":
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self

    def __str__(self) -> str:
        return ""

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __bool__(self) -> bool:
        return False

    def __len__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return other is None or other == "" or isinstance(other, Undefined)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(None)

    def __lt__(self, other: object) -> bool:  # type: ignore[override]
        return False

    __le__ = __gt__ = __ge__ = __contains__ = __lt__  # type: ignore[assignment]

    def _nothing(self, *others: Any) -> Any:
        return self

    def _other(self, other: Any) -> Any:
        return other

    __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _nothing
    __mod__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __pos__ = __round__ = __abs__ = _nothing
    __add__ = __radd__ = __rsub__ = _other

    def __sub__(self, other: Any) -> Any:
        return other if isinstance(other, Undefined) else -other


EMPTY = Empty()
