"""Department, roles and groups of a person: the form, what was sent, and the writes it means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.access.actor import system_actor
from core.access.roster import Entry, entries
from core.errors import KubikError
from core.i18n import Texts
from core.query.query import Link, Query
from core.query.read import read, record
from core.records import create, update
from metamodel.messages import message
from metamodel.model import Model, Role
from metamodel.text import number_of
from renderers.people.gate import Gate
from renderers.people.listing import department_choices
from renderers.people.view import AccessForm, Option, RoleChoice
from renderers.people.words import groups_known, role_label, why

MOST_GROUPS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the form says: ids as sent; ``roles`` are names. ``had`` are the groups that were ticked when it was drawn, if
    it says so: what it leaves as it was stays as it is. ``profile`` are further fields of a new person.
    """

    department: int | None = None
    roles: frozenset[str] = frozenset()
    groups: frozenset[int] = frozenset()
    had: frozenset[int] | None = None
    version: int | None = None
    profile: Mapping[str, str] | None = None


def read_sent(pairs: Sequence[tuple[str, str]], profile: Sequence[str] = ()) -> Sent:
    """The form as it was sent; what is no number is nothing."""
    values = dict(pairs)
    return Sent(
        department=number_of(values.get("department", "")),
        roles=frozenset(value for name, value in pairs if name == "role"),
        groups=_numbers(value for name, value in pairs if name == "group"),
        had=_numbers(values["_had"].split(",")) if "_had" in values else None,
        version=number_of(values.get("_version", "")),
        profile={name: values.get(name, "").strip() for name in profile} if profile else None,
    )


def _numbers(given: Iterable[str]) -> frozenset[int]:
    return frozenset(n for value in given if (n := number_of(value)) is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A group that the reader may change: who is in it by themselves, and its version."""

    id: int
    name: str
    version: int
    members: tuple[int, ...]


def present(gate: Gate, person: int) -> Sent:
    """What the person has now, as the form would send it."""
    item, _ = record(gate.tx, gate.actor, "user", person, _fields(gate))
    own = {row["role"].id for row in _rows(gate, person)} if "roles" in item else set()
    link = item.get("department")
    groups = frozenset(group.id for group in memberships(gate) if person in group.members)
    return Sent(
        department=link.id if isinstance(link, Link) else None,
        roles=frozenset(name for name, known in role_records(gate).items() if known in own),
        groups=groups,
        had=groups,
        version=item["version"],
    )


def _fields(gate: Gate) -> tuple[str, ...]:
    return ("id", "version", *(name for name in ("department", "roles") if gate.may_read(name)))


def _rows(gate: Gate, person: int) -> list[dict[str, Any]]:
    """The rows that give the person roles, of somebody whose roles the reader may read, whatever they know of roles."""
    item, _ = record(gate.tx, system_actor(), "user", person, ("id", "roles"))
    rows: list[dict[str, Any]] = item["roles"]
    return rows


def role_records(gate: Gate) -> Mapping[str, int]:
    """The record that stands for each role, by the role's name."""
    page = read(gate.tx, system_actor(), Query(entity="role", fields=("id", "name"), limit=1000))
    return {item["name"]: item["id"] for item in page.items}


def memberships(gate: Gate) -> tuple[Membership, ...]:
    """The groups whose members the reader may change."""
    group = gate.tx.model.entities.get("group")
    if group is None or group.by_name["members"].uid not in gate.grants.writable(group.uid, "update"):
        return ()
    if not gate.grants.may(group.uid, "read"):
        return ()
    asked = Query(
        entity="group", fields=("id", "name", "version", "members"), sort=("name",), limit=MOST_GROUPS
    )
    return tuple(
        Membership(
            id=item["id"], name=item["name"], version=item["version"],
            members=tuple(link.id for link in item.get("members") or () if link.id is not None),
        )
        for item in read(gate.tx, gate.actor, asked).items
    )  # fmt: skip


def access_form(gate: Gate, sent: Sent, person: int | None, texts: Texts, here: str) -> AccessForm:
    """The form with what was sent, or is now, chosen in it."""
    entry = entries(gate.tx, [person])[person] if person is not None else Entry(ways={})
    departments = department_choices(gate) if gate.may_read("department") else []
    chosen = str(sent.department or "")
    groups = groups_known(gate, {person or 0: entry})
    return AccessForm(
        action=here,
        preview=f"{here}/preview",
        version=str(sent.version or ""),
        had=",".join(map(str, sorted(sent.had or ()))),
        departments=tuple(Option(value=v, label=words, on=v == chosen) for v, words in departments),
        department=next((words for v, words in departments if v == chosen), ""),
        may_department="department" in gate.fields or (person is None and gate.may_create),
        may_roles="roles" in gate.fields or (person is None and gate.may_create),
        roles=tuple(_roles(gate, sent, entry, groups, texts)),
        groups=tuple(
            RoleChoice(
                value=str(each.id), label=each.name, help="", depth=0, on=each.id in sent.groups, locked=False
            )
            for each in memberships(gate)
        ),
    )


def _roles(
    gate: Gate, sent: Sent, entry: Entry, groups: Mapping[int, str], texts: Texts
) -> Sequence[RoleChoice]:
    model, made = gate.tx.model, []
    for role, depth in tree(model):
        ways = entry.ways.get(role.uid, ())
        other = next((way for way in ways if way.kind != "own"), None)
        locked = role.uid not in gate.roles
        on = role.name in sent.roles
        if locked and not on and other is None:
            continue  # a role that is not theirs to give, and that the person has not
        reason = why(model, other, groups, texts) if other is not None else ""
        made.append(RoleChoice(
            value=role.name, label=role_label(model, role.uid, texts.language), help="", depth=min(depth, 4), on=on,
            locked=locked, why=reason,
        ))  # fmt: skip
    return made


def tree(model: Model) -> Sequence[tuple[Role, int]]:
    """The roles, each under the one that manages it, with its depth; those without limits first."""
    below: dict[str | None, list[Role]] = {}
    for role in model.roles.values():
        known = role.parent if role.parent in model.role_by_uid else None
        below.setdefault(known, []).append(role)
    found: list[tuple[Role, int]] = []

    def add(parent: str | None, depth: int) -> None:
        for role in sorted(below.get(parent, ()), key=lambda each: not each.everything):
            if all(role is not known for known, _ in found):
                found.append((role, depth))
                add(role.uid, depth + 1)

    add(None, 0)
    return found


def save(gate: Gate, person: int | None, sent: Sent) -> int:
    """Write what the form says and is not so yet; the person's id. Rights and guards are those of every write."""
    if person is None:
        return _create(gate, sent)
    now = present(gate, person)
    values: dict[str, Any] = {}
    if sent.department != now.department and "department" in gate.fields:
        values["department"] = sent.department
    given = _given(gate, person, sent, now)
    if given is not None:
        values["roles"] = given
    if values:
        version = sent.version if sent.version is not None else now.version
        update(gate.tx, gate.actor, "user", person, values, if_version=version)
    _groups(gate, person, sent)
    return person


def _given(gate: Gate, person: int, sent: Sent, now: Sent) -> list[dict[str, Any]] | None:
    """The rows of roles as they are to be: those that stay with their ids, new ones without; None when they stay as they are."""
    if "roles" not in gate.fields:
        return None
    giving = {gate.tx.model.role_by_uid[uid].name for uid in gate.roles}
    wanted = (sent.roles & giving) | (now.roles - giving)
    if wanted == now.roles:
        return None
    known = role_records(gate)
    names = {number: name for name, number in known.items()}
    kept = [row for row in _rows(gate, person) if names.get(row["role"].id) in wanted]
    rows: list[dict[str, Any]] = [{"id": row["id"]} for row in kept]
    return rows + [{"role": known[name]} for name in sorted(wanted - now.roles)]


def _groups(gate: Gate, person: int, sent: Sent) -> None:
    for group in memberships(gate):
        inside, wanted = person in group.members, group.id in sent.groups
        untouched = sent.had is not None and wanted == (group.id in sent.had)
        if inside == wanted or untouched:
            continue
        members = [each for each in group.members if each != person] if inside else [*group.members, person]
        update(gate.tx, gate.actor, "group", group.id, {"members": members}, if_version=group.version)


def _create(gate: Gate, sent: Sent) -> int:
    giving = {gate.tx.model.role_by_uid[uid].name for uid in gate.roles}
    if sent.roles - giving:
        raise KubikError("KBK3014", message("This role is not below yours."))
    known = role_records(gate)
    values: dict[str, Any] = {name: value for name, value in (sent.profile or {}).items() if value}
    if sent.department is not None:
        values["department"] = sent.department
    if sent.roles:
        values["roles"] = [{"role": known[name]} for name in sorted(sent.roles)]
    person = create(gate.tx, gate.actor, "user", values).id
    _groups(gate, person, sent)
    return person
