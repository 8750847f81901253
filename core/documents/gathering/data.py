"""What a document is made from: the values of one record as they travel to the process that renders, and their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.query.issued import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """One record as somebody sees it, as far as a template reads it.

    ``values`` is plain JSON: ``{"record": …, "my": …, "called": […]}``, each value in the form of `core.documents.gathering.wire`. ``files``
    are the contents of its pictures by the key that stands in the values. ``made_of`` tells every cell that was read;
    ``hidden`` is how many cells the template names that the reader may not see.
    """

    id: int
    version: int
    values: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)
    made_of: tuple[Source, ...] = ()
    hidden: int = 0
