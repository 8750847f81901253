"""Keys of people: the second step of signing in, links of invitation, one's own security, acting as another."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from litestar import Router

    from renderers.security import (
        acting,
        confirm,
        deputies,
        door,
        factor,
        joining,
        overview,
        password,
        tokens,
    )

    parts = (door, joining, confirm, overview, password, factor, tokens, deputies, acting)
    return [Router(path="/", route_handlers=[handler for part in parts for handler in part.HANDLERS])]
