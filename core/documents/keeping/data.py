"""What a document was made from, as it is kept beside it: the same data gives its other formats later."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from core.documents.gathering import Data


def write_data(data: Data) -> dict[str, Any]:
    """As JSON; where it came from stands in the document's row already."""
    files = {key: base64.b64encode(content).decode() for key, content in data.files.items()}
    return {"id": data.id, "version": data.version, "values": data.values, "files": files}


def read_data(written: Mapping[str, Any]) -> Data:
    """What `write_data` wrote down."""
    files = {key: base64.b64decode(content) for key, content in written["files"].items()}
    return Data(id=written["id"], version=written["version"], values=written["values"], files=files)
