"""Who visits a page: the person signed in or nobody yet, their language, zone, theme and forms' protection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from litestar import Request
from litestar.types import Scope

from core.access.actor import Actor
from core.access.login import actor_of_session
from core.errors import KubikError
from core.i18n import Texts, best_language, texts
from core.storage.patience import Waiting
from core.storage.workspace import Transaction, Workspace
from core.web.security import LANGUAGE_COOKIE, THEME_COOKIE, new_visitor
from core.web.site import Site
from core.web.ways import way_of
from metamodel.labels import LANGUAGES
from metamodel.messages import message

AnyRequest = Request[Any, Any, Any]

THEMES = ("auto", "light", "dark")
MAX_FORM_FIELDS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A browser, whoever sits at it."""

    site: Site
    request_id: str
    address: str
    path: str
    language: str
    theme: str
    csrf: str
    htmx: bool
    secure: bool

    @property
    def texts(self) -> Texts:
        """Words and formats of the visitor's language."""
        return texts(self.language)

    @property
    def workspace(self) -> Workspace:
        """The workspace that is served."""
        return self.site.workspace

    def template_variables(self) -> dict[str, Any]:
        """What every template may use."""
        return {
            **self.texts.template_globals(),
            "visit": self,
            "csrf": self.csrf,
            "theme": self.theme,
            "request_id": self.request_id,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Visitor):
    """A person who has signed in."""

    actor: Actor
    zone: ZoneInfo


def site_of(request: AnyRequest) -> Site:
    """The site that a request of its application belongs to."""
    return exchange_state(request.scope).site


def visitor(request: AnyRequest, actor: Actor | None = None) -> Visitor:
    """The browser behind a request; no database is asked."""
    return Visitor(**_visitor(request, actor))


def _visitor(request: AnyRequest, actor: Actor | None) -> dict[str, Any]:
    site, state = site_of(request), exchange_state(request.scope)
    return {
        "site": site,
        "request_id": state.request_id,
        "address": state.address,
        "path": request.scope["path"],
        "language": _language(request, site, actor),
        "theme": theme if (theme := request.cookies.get(THEME_COOKIE)) in THEMES else THEMES[0],
        "csrf": site.seals.csrf(state.bound_to()),
        "htmx": request.headers.get("hx-request") == "true",
        "secure": state.secure,
    }


def _language(request: AnyRequest, site: Site, actor: Actor | None) -> str:
    if actor is not None and actor.language in LANGUAGES:
        return actor.language
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return str(chosen)
    return best_language(request.headers.get("accept-language"), site.settings.language)


def visit(request: AnyRequest) -> Visit:
    """The person behind a request; nobody signed in is KBK4001 (a page then leads to the sign-in)."""
    with reading(request) as (found, _):
        return found


@contextmanager
def reading(request: AnyRequest) -> Iterator[tuple[Visit, Transaction]]:
    """The person and a snapshot to read in, the rights taken from that same snapshot: what a page is made from."""
    site = site_of(request)
    with site.workspace.read() as transaction:
        transaction.way = way_of(request.scope["path"])
        transaction.waiting = exchange_state(request.scope).waiting
        actor = actor_in(request, transaction)
        exchange_state(request.scope).who = actor.called
        site.known(exchange_state(request.scope).session or "")
        zone = ZoneInfo(actor.zone) if actor.zone else site.workspace.zone
        yield Visit(**_visitor(request, actor), actor=actor, zone=zone), transaction


def actor_in(request: AnyRequest, transaction: Transaction) -> Actor:
    """The person behind a request as this transaction knows them; KBK4001 for nobody."""
    token = exchange_state(request.scope).session
    actor = actor_of_session(transaction, token) if token else None
    if actor is None:
        raise KubikError("KBK4001", message("Sign in first."))
    return actor


def form_pairs(request: AnyRequest) -> list[tuple[str, str]]:
    """The fields of an urlencoded form in order, empty ones included; one that cannot be read is 400."""
    return parse_form(exchange_state(request.scope).body)


def parse_form(body: bytes) -> list[tuple[str, str]]:
    """The pairs of an urlencoded body."""
    try:
        return parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FORM_FIELDS
        )
    except ValueError:
        raise KubikError("KBK2000", message("The form is not well-formed.")) from None


@dataclass(slots=True, kw_only=True)
class ExchangeState:
    """What the application keeps beside a request while it is answered."""

    site: Site
    request_id: str
    address: str
    secure: bool = False
    """Whether the browser came over https, so that cookies must not travel any other way."""
    session: str | None = None
    visitor: str | None = None
    issued: str | None = None
    """A visitor's name made in this request, to be set as a cookie."""
    body: bytes = b""
    waiting: Waiting | None = None
    who: str = ""
    refusal: str = ""

    def bound_to(self) -> str:
        """What the forms of this browser are bound to: its session, or before sign-in its name as a visitor."""
        if self.session:
            return self.session
        if not self.visitor:
            self.visitor = self.issued = new_visitor()
        return self.visitor


def exchange_state(scope: Scope) -> ExchangeState:
    """The state that `core.web.app` put beside this request."""
    state: ExchangeState = scope["kubik"]  # type: ignore[typeddict-item]
    return state
