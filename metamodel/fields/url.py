"""An address on the network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import SplitResult, urlsplit

from metamodel.errors import ValueRefused
from metamodel.fields.base import ColumnType, Context, FieldType
from metamodel.fields.hosts import host_name, is_address, is_domain
from metamodel.fields.operators import OF_TEXT
from metamodel.fields.texts import clean_text
from metamodel.labels import Label
from metamodel.messages import Message, message

if TYPE_CHECKING:
    from metamodel.model import Field

LONGEST = 2_000
WITH_HOST = ("http", "https", "ftp", "ftps", "sftp")
WITHOUT_HOST = ("mailto", "tel", "sip", "sms", "tg")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):(?!\d{1,5}(?:[/?#]|$))")
_NOT_IN_ADDRESS = re.compile(r"[\s<>\"\\^`{|}]")


class Url(FieldType):
    """An address with its scheme; ``https://`` is put before one that is typed without."""

    name: ClassVar[str] = "url"
    label: ClassVar[Label] = Label(ru="Ссылка в сети", en="Web address")
    widget: ClassVar[str] = "url"
    cell: ClassVar[str] = "url"
    operators: ClassVar[tuple[str, ...]] = OF_TEXT
    options_schema: ClassVar[Mapping[str, Any]] = {}

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="text")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "format": "iri", "maxLength": LONGEST}

    def parse(self, field: Field, raw: Any, context: Context) -> str | None:
        text = clean_text(raw, context, longest=LONGEST, lines=False)
        if text is None:
            return None
        made = web_address(text.strip())
        if len(made) > LONGEST:
            raise ValueRefused("KBK3003", message("At most {longest} characters, this text has {length}.",
                                                  longest=LONGEST, length=len(made)))  # fmt: skip
        return made

    def format(self, field: Field, value: Any, context: Context) -> Any:
        return value if context.medium == "json" else value or ""


def web_address(text: str) -> str:
    """The address with scheme and host in small letters; refuses what is none or what a browser would run."""
    if _NOT_IN_ADDRESS.search(text):
        raise _refused(message("A web address holds no spaces and no quotes."))
    said = _SCHEME.match(text)
    scheme = said[1].lower() if said else ""
    if scheme in WITHOUT_HOST and said:
        rest = text[said.end() :]
        if not rest.strip("/"):
            raise _refused(message("A web address is expected, such as https://example.com."))
        return f"{scheme}:{rest}"
    if scheme and scheme not in WITH_HOST:
        why = message("An address that begins with “{scheme}:” cannot be kept.", scheme=scheme[:40])
        raise _refused(why)
    return _with_host(text if said else f"https://{text.lstrip('/')}", named=bool(said))


def _with_host(text: str, *, named: bool) -> str:
    try:
        parts = urlsplit(text)
        port, host = parts.port, _host(parts)
    except ValueError as error:
        raise _refused(message("A web address is expected, such as https://example.com.")) from error
    if host is None or not (named or is_domain(host) or is_address(host) or host == "localhost" or port):
        raise _refused(message("A web address is expected, such as https://example.com."))
    if "@" in parts.netloc:
        raise _refused(message("A web address holds no name and password."))
    place = host if port is None else f"{host}:{port}"
    return parts._replace(scheme=parts.scheme.lower(), netloc=place).geturl()


def _host(parts: SplitResult) -> str | None:
    bare = parts.netloc.rpartition("@")[2]
    if bare.startswith("["):
        inner = bare.partition("]")[0] + "]"
        return inner if is_address(inner) else None
    return host_name(parts.hostname or "")


def _refused(why: Message) -> ValueRefused:
    return ValueRefused("KBK3002", why)
