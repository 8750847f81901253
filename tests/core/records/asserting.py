"""What tests of records ask of a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.errors import KubikError


def refusal(call: Callable[..., Any], *args: Any, **more: Any) -> KubikError:
    """The error that the call is refused with."""
    with pytest.raises(KubikError) as caught:
        call(*args, **more)
    return caught.value


def faults(error: KubikError) -> set[tuple[str, str]]:
    """Pointers and codes of everything the error lists."""
    return {(p.pointer, p.code) for p in error.errors}
