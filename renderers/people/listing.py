"""The list of people: who they are, what they have, whether they come."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get

from core.access.roster import Entry, entries, holders, without_factor, without_password
from core.query.query import Link, Page, Query
from core.query.read import count, read
from core.web.context import AnyRequest, Visit, reading
from core.web.render import render
from metamodel.messages import Message, message
from renderers.pages.people import person
from renderers.pages.shell import make_shell
from renderers.pages.titles import title_words
from renderers.people.gate import Gate, opened
from renderers.people.view import Filter, Option, PeopleList, PersonLine
from renderers.people.words import groups_known, held, marks, role_label, seen

HERE = "/people"
PORTION = 100
MOST_CHOICES = 200

STATES: Mapping[str, Message] = {
    "active": message("may sign in"),
    "invited": message("have no password yet"),
    "factor": message("have no second factor"),
    "disabled": message("disabled"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address of the list asks for."""

    q: str = ""
    role: str = ""
    department: str = ""
    state: str = ""
    cursor: str = ""

    def href(self, **changes: str) -> str:
        """The address with something changed, from the first page on."""
        given = {"q": self.q, "role": self.role, "department": self.department, "state": self.state} | changes
        kept = {name: value for name, value in given.items() if value}
        return f"{HERE}?{urlencode(kept)}" if kept else HERE


@get(HERE, sync_to_thread=True, include_in_schema=False)
def people_page(request: AnyRequest) -> Response[Any]:
    """Everybody whom the reader may see."""
    given = request.query_params
    asked = Asked(**{name: given.get(name, "")[:200] for name in ("q", "role", "department", "state")})
    with reading(request) as (who, tx):
        gate = opened(tx, who.actor)
        found = people_list(who, gate, asked, given.get("cursor"))
        shell = make_shell(request, who, tx, place=HERE)
        return render(who, "people/list.html", page=found, shell=shell)


def people_list(who: Visit, gate: Gate, asked: Asked, cursor: str | None) -> PeopleList:
    """A page of the list, with the chips that narrow it."""
    question = _question(gate, asked, cursor)
    page = read(gate.tx, gate.actor, question)
    found = count(gate.tx, gate.actor, question, cap=1001)
    narrowed = any((asked.role, asked.department, asked.state))
    return PeopleList(
        title=who.texts.gettext("People"),
        count=who.texts.phrase("more than {count}", count=1000) if found > 1000 else str(found),
        search=asked.q,
        hidden=tuple((n, v) for n in ("role", "department", "state") if (v := getattr(asked, n))),
        filters=_filters(who, gate, asked),
        lines=_lines(who, gate, page),
        with_roles=gate.may_read("roles"),
        reset_href=asked.href(role="", department="", state="") if narrowed else "",
        more_href=f"{asked.href()}{'&' if '?' in asked.href() else '?'}{urlencode({'cursor': page.next})}"
        if page.next
        else "",
        create_href=f"{HERE}/new" if gate.may_create else "",
    )


def _question(gate: Gate, asked: Asked, cursor: str | None) -> Query:
    names = ("id", "name", "login", "department", "active", "roles")
    fields = tuple(name for name in names if gate.user.by_name[name].system or gate.may_read(name))
    conditions, ids = [], _among(gate, asked)
    if asked.department.isdigit() and gate.may_read("department"):
        conditions.append(f"UNDER(department, {int(asked.department)})")
    if asked.state in ("active", "disabled") and gate.may_read("active"):
        conditions.append("active" if asked.state == "active" else "NOT active")
    return Query(
        entity="user", fields=fields, search=asked.q.strip() or None, sort=("name",), limit=PORTION,
        filter=" AND ".join(conditions) or None, cursor=cursor or None,
        ids=None if ids is None else tuple(sorted(ids)) or (0,),
    )  # fmt: skip


def _among(gate: Gate, asked: Asked) -> Collection[int] | None:
    """The people that role and state leave, of those the reader manages; None when these ask nothing."""
    sets = []
    role = gate.tx.model.roles.get(asked.role)
    if role is not None and gate.may_read("roles"):
        sets.append(holders(gate.tx, role.uid))
    if asked.state == "invited":
        sets.append(without_password(gate.tx))
    if asked.state == "factor":
        sets.append(without_factor(gate.tx))
    if not sets:
        return None
    found = set.intersection(*sets)
    if gate.grants.everything:
        return found
    return gate.managed(entries(gate.tx, found))


def _lines(who: Visit, gate: Gate, page: Page) -> tuple[PersonLine, ...]:
    known = entries(gate.tx, [item["id"] for item in page.items])
    groups, managed = groups_known(gate, known), gate.managed(known)
    return tuple(
        _line(who, gate, item, known[item["id"]], groups, mine=item["id"] in managed) for item in page.items
    )


def _line(
    who: Visit, gate: Gate, item: Mapping[str, Any], entry: Entry, groups: Mapping[int, str], *, mine: bool
) -> PersonLine:
    """A person; roles as far as they may be read, keys and visits of whom the reader manages alone."""
    identity, link = item["id"], item.get("department")
    active = item.get("active", True)
    return PersonLine(
        href=f"{HERE}/{identity}" if mine else f"/e/user/{identity}",
        person=person(identity, item.get("name") or item.get("login") or f"#{identity}"),
        login=item.get("login") or "",
        department=title_words(link.title, link.id, who.texts)
        if isinstance(link, Link) and not link.hidden
        else "",
        roles=held(gate.tx.model, entry, groups, who.texts) if "roles" in item else (),
        no_roles="roles" in item,
        marks=marks(gate.tx, entry, who.texts, active=active) if mine else (),
        seen=seen(who, gate.tx, entry.seen) if mine else "",
        off=not active,
    )


def _filters(who: Visit, gate: Gate, asked: Asked) -> tuple[Filter, ...]:
    model, made = gate.tx.model, []
    if gate.may_read("roles"):
        roles = [(role.name, role_label(model, role.uid, who.language)) for role in model.roles.values()]
        made.append(_filter(who.texts.gettext("Role"), "role", roles, asked))
    departments = department_choices(gate) if gate.may_read("department") else []
    if departments:
        made.append(_filter(who.texts.gettext("Department"), "department", departments, asked))
    states = [(name, who.texts.render(words)) for name, words in STATES.items()]
    made.append(_filter(who.texts.gettext("State"), "state", states, asked))
    return tuple(made)


def _filter(label: str, name: str, choices: Sequence[tuple[str, str]], asked: Asked) -> Filter:
    current = getattr(asked, name)
    options = tuple(
        Option(label=words, href=asked.href(**{name: value}), on=value == current) for value, words in choices
    )
    value = next((words for given, words in choices if given == current), "")
    return Filter(label=label, value=value, options=options, href=asked.href(**{name: ""}))


def department_choices(gate: Gate) -> list[tuple[str, str]]:
    """The departments that the reader sees: id and name, by name."""
    entity = gate.tx.model.entities["department"]
    if not gate.grants.may(entity.uid, "read"):
        return []
    asked = Query(entity="department", fields=("id", "name"), sort=("name",), limit=MOST_CHOICES)
    return [(str(item["id"]), item["name"] or "") for item in read(gate.tx, gate.actor, asked).items]
