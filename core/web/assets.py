"""Files of the build under ``/assets``: known names only, kept in memory, compressed as the browser takes them."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.web.exchange import Answer

ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_FOREVER = b"public, max-age=31536000, immutable"
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".map": "application/json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A built file: its bytes plain and compressed."""

    media_type: str
    plain: bytes
    compressed: dict[str, bytes]
    tag: bytes


class Assets:
    """The files of the builds, read when first asked for; nothing outside their folders can be named."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._paths: dict[str, Path] = {}
        self._read: dict[str, Asset] = {}
        compressed = {suffix for _, suffix in ENCODINGS}
        for folder in folders:
            for path in folder.rglob("*"):
                if path.is_file() and path.suffix not in compressed and path.name != "manifest.json":
                    self._paths[path.relative_to(folder).as_posix()] = path

    def answer(self, name: str, accepted: str, if_none_match: str | None) -> Answer | None:
        """The file of that name for a browser that accepts these encodings; None when there is none."""
        path = self._paths.get(name)
        if path is None:
            return None
        asset = self._read.get(name) or self._read.setdefault(name, read_asset(path))
        headers = [(b"cache-control", _FOREVER), (b"etag", asset.tag)]
        if if_none_match is not None and asset.tag.decode() in if_none_match:
            return Answer(status=304, headers=headers)
        body = asset.plain
        offered = {
            part.split(";")[0].strip()
            for part in accepted.split(",")
            if "q=0" not in part.replace("q=0.", "")
        }
        for encoding, compressed in asset.compressed.items():
            if encoding in offered:
                body = compressed
                headers.append((b"content-encoding", encoding.encode()))
                break
        return Answer(body=body, media_type=asset.media_type.encode(), headers=headers)


def read_asset(path: Path) -> Asset:
    """A file with its compressed neighbours ``.br`` and ``.gz``."""
    plain = path.read_bytes()
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    text = kind.startswith("text/") or kind.endswith(("svg+xml", "json"))
    compressed = {
        encoding: neighbour.read_bytes()
        for encoding, suffix in ENCODINGS
        if (neighbour := path.with_name(path.name + suffix)).is_file()
    }
    tag = f'"{hashlib.sha256(plain).hexdigest()[:20]}"'.encode()
    return Asset(
        media_type=f"{kind}; charset=utf-8" if text else kind, plain=plain, compressed=compressed, tag=tag
    )
