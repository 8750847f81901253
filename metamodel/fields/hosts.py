"""Names of hosts as people write them: any script, checked as IDNA, kept readable."""

from __future__ import annotations

import ipaddress
import re
import unicodedata

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


def host_name(text: str) -> str | None:
    """The host in small letters and its own script (``Почта.РФ`` and ``xn--80a1acny.xn--p1ai`` alike); None for none."""
    bare = unicodedata.normalize("NFKC", text).casefold().rstrip(".")
    if not bare or len(bare) > 253:
        return None
    labels = [_label(label) for label in bare.split(".")]
    return None if None in labels else ".".join(label or "" for label in labels)


def _label(label: str) -> str | None:
    """One label in its own script; None when the network has no name for it."""
    try:
        ascii_ = label.encode("idna").decode("ascii").lower()
        shown = ascii_.encode("ascii").decode("idna")
    except (UnicodeError, ValueError):
        return None
    return shown if ascii_ and _LABEL.fullmatch(ascii_) else None


def is_domain(host: str) -> bool:
    """Whether it is a name of the world's network: two parts at least, the last no number."""
    *before, last = host.split(".")
    return bool(before) and not last.isdigit() and len(last) > 1


def is_address(host: str) -> bool:
    """Whether it is an IP address, of version 6 in brackets."""
    try:
        ipaddress.ip_address(host[1:-1] if host.startswith("[") and host.endswith("]") else host)
    except ValueError:
        return False
    return host.startswith("[") or ":" not in host
