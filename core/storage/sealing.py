"""Secrets of records, encrypted: AES-256-GCM under a key derived from the workspace's own (HKDF, RFC 5869).

What is sealed is bound to its place by the associated data: the workspace, the entity, the record and the field. A
ciphertext that is moved to another row, or brought from another workspace with the same key, does not open. Lengths are
rounded up, so that the size of a ciphertext says little of its secret.
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import KubikError
from metamodel.messages import message

FORM = "k1."
"""How a sealed text begins: the way it was sealed."""

_NONCE = 12
_BLOCK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a secret stands: uids of the entity and the field, the id of the record."""

    entity: str
    record: int
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """Seals and opens the secrets of one workspace; ``workspace`` is its name for ever."""

    key: bytes
    workspace: str

    def seal(self, text: str, place: Place) -> str:
        """The text encrypted for that place."""
        nonce = os.urandom(_NONCE)
        sealed = _cipher(self.key).encrypt(nonce, _padded(text.encode()), self._bound_to(place))
        return FORM + base64.b64encode(nonce + sealed).decode()

    def open(self, sealed: str, place: Place) -> str:
        """The text that was sealed for that place; KBK5006 for any other, another key or damage, alike."""
        try:
            if not sealed.startswith(FORM):
                raise ValueError(sealed[:3])
            raw = base64.b64decode(sealed[len(FORM) :], validate=True)
            padded = _cipher(self.key).decrypt(raw[:_NONCE], raw[_NONCE:], self._bound_to(place))
        except (ValueError, binascii.Error, InvalidTag):
            raise KubikError(
                "KBK5006",
                message(
                    "The secret does not open with this installation's key: write it anew, or bring the key back."
                ),
            ) from None
        return padded.rstrip(b"\0")[:-1].decode()

    def _bound_to(self, place: Place) -> bytes:
        parts = (self.workspace, place.entity, str(place.record), place.field)
        return b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"kubik secrets of records, 1").derive(key)
    return AESGCM(derived)


def _padded(data: bytes) -> bytes:
    """The data, a mark and zeros up to a whole block (ISO/IEC 7816-4)."""
    return data + b"\x80" + b"\0" * (-(len(data) + 1) % _BLOCK)
