"""What is asked of many records: which, and what is to become of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.access.grants import Grants
from core.errors import KubikError
from core.jobs.sizes import Sizes
from metamodel.fields.base import Context
from metamodel.messages import message
from metamodel.model import Entity

Deed = Literal["update", "delete", "restore", "move", "run"]

MOST_NAMED = 10_000
"""Records that can be chosen one by one; more are chosen as all of a list."""

AT_ONCE = 500
"""Records that are changed within the request, all of them or none; more are a job in the background."""


SIZES = Sizes()
"""Records in one step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which records: those named, or (``ids`` None) all that a list's filter and search find at the time of the deed."""

    ids: tuple[int, ...] | None = None
    filter: str | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A deed on many records of one entity (its name).

    ``values`` are texts as forms write them, by name: of ``update`` the fields that are set, of ``move`` what is given to
    those that have nothing there yet, of ``run`` the inputs. ``modes`` says of a field with several values that these are
    put to it (``add``) or taken out of it (``remove``). ``to`` is the stage, ``action`` the action, by name.
    """

    entity: str
    deed: Deed
    choice: Choice
    values: Mapping[str, str] = field(default_factory=dict)
    modes: Mapping[str, str] = field(default_factory=dict)
    to: str = ""
    action: str = ""
    language: str = "en"
    zone: str = "UTC"

    @property
    def context(self) -> Context:
        """How the texts are written."""
        return Context(medium="form", language=self.language, zone=self.zone)

    def written(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {
            "entity": self.entity, "deed": self.deed, "values": dict(self.values), "modes": dict(self.modes),
            "to": self.to, "action": self.action, "language": self.language, "zone": self.zone,
            "ids": None if self.choice.ids is None else list(self.choice.ids),
            "filter": self.choice.filter, "search": self.choice.search,
        }  # fmt: skip


def read_order(written: Mapping[str, Any]) -> Order:
    """What `Order.written` wrote down."""
    ids = written["ids"]
    plain = {
        name: written[name]
        for name in ("entity", "deed", "values", "modes", "to", "action", "language", "zone")
    }
    choice = Choice(
        ids=None if ids is None else tuple(ids), filter=written["filter"], search=written["search"]
    )
    return Order(choice=choice, **plain)


def must_grant(grants: Grants, entity: Entity, order: Order) -> None:
    """KBK4002 when the deed is granted on no record at all; of an action the records themselves are asked."""
    if order.choice.ids is not None and len(order.choice.ids) > MOST_NAMED:
        raise KubikError("KBK2005", message("At most {most} records are chosen one by one.", most=MOST_NAMED))
    needed = {"restore": "delete", "run": "read"}.get(order.deed, order.deed)
    if not grants.may(entity.uid, needed):
        raise KubikError("KBK4002")
