"""The sets of a person from raw rows, in loops: departments, subordinates, groups, roles, records shared with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from metamodel.any_link import AnyLink
from metamodel.model import Model, Role

if TYPE_CHECKING:
    from tests.oracle.evaluator import Oracle, Row


def departments(oracle: Oracle) -> set[int]:
    """My department with all below it."""
    place = my_department(oracle)
    return set() if place is None else oracle.below(oracle.model.entities["department"], place)


def my_department(oracle: Oracle) -> Any:
    user = oracle.model.entities["user"]
    me = oracle.find(user.uid, oracle.me)
    return me and oracle.cell(user, me, user.by_name["department"].uid)


def subordinates(oracle: Oracle) -> set[int]:
    """Everybody in the departments that I head, and below these, without me."""
    user, department = oracle.model.entities["user"], oracle.model.entities["department"]
    head = department.by_name["head"].uid
    mine = [d["id"] for d in oracle.live(department.uid) if oracle.me and d.get(head) == oracle.me]
    places: set[int] = set().union(*(oracle.below(department, d) for d in mine))
    place = user.by_name["department"].uid
    return {u["id"] for u in oracle.live(user.uid) if u.get(place) in places and u["id"] != oracle.me}


def groups(oracle: Oracle) -> set[int]:
    """The live groups I am in, myself or by a live group inside."""
    group = oracle.model.entities["group"]
    members, inside = group.by_name["members"].uid, group.by_name["groups"].uid
    live = list(oracle.live(group.uid))
    found = {g["id"] for g in live if oracle.me is not None and oracle.me in (g.get(members) or ())}
    while True:
        more = {g["id"] for g in live if found & set(g.get(inside) or ())} - found
        if not more:
            return found
        found |= more


def roles(oracle: Oracle) -> set[int]:
    """The records of roles I have: my own, those of my groups, and all that these include."""
    model = oracle.model
    held, group, role = model.entities["user_role"], model.entities["group"], model.entities["role"]
    owner, of_role = held.by_name["user"].uid, held.by_name["role"].uid
    given = group.by_name["roles"].uid
    mine = {r[of_role] for r in oracle.live(held.uid) if oracle.me is not None and r.get(owner) == oracle.me}
    around = groups(oracle)
    mine |= {one for g in oracle.live(group.uid) if g["id"] in around for one in g.get(given) or ()}
    definition = role.by_name["definition"].uid
    known = {r["id"]: r[definition] for r in oracle.live(role.uid)}
    every = with_included(model, {known[one] for one in mine if one in known})
    return (mine - {None}) | {id for id, uid in known.items() if uid in every}


def with_included(model: Model, uids: set[str]) -> set[str]:
    """Roles by uid with all that they include."""
    found, rest = set(uids), list(uids)
    while rest:
        role = model.role_by_uid.get(rest.pop())
        more = set(role.includes) - found if role is not None else set()
        found |= more
        rest += more
    return found


def effective_roles(oracle: Oracle) -> tuple[Role, ...]:
    """The roles that count for the person of an oracle: what `Person.roles` is to be."""
    role = oracle.model.entities["role"]
    definition = role.by_name["definition"].uid
    have = roles(oracle)
    uids = {r[definition] for r in oracle.live(role.uid) if r["id"] in have}
    return tuple(r for uid, r in sorted(oracle.model.role_by_uid.items()) if uid in uids)


def shared(oracle: Oracle, entity: str, *, changing: bool) -> set[int]:
    """The records of an entity (uid) that others shared with me, in force today."""
    share = oracle.model.entities["share"]

    def cell(row: Row, name: str) -> Any:
        return row.get(share.by_name[name].uid)

    change = next(c.uid for c in share.by_name["access"].choices if c.name == "change")
    around, have = groups(oracle), roles(oracle)
    place = my_department(oracle)
    found = set()
    for row in oracle.live(share.uid):
        about = cell(row, "about")
        whom = cell(row, "department")
        department = oracle.model.entities["department"]
        mine = (
            (oracle.me is not None and cell(row, "user") == oracle.me)
            or cell(row, "group") in around
            or cell(row, "role") in have
            or (whom is not None and place is not None and place in oracle.below(department, whom))
        )
        until = cell(row, "until")
        given = mine and row.get("created_by") != oracle.me and (until is None or until >= oracle.today)
        right = not changing or cell(row, "access") == change
        if given and right and isinstance(about, AnyLink) and about.entity == entity:
            found.add(about.id)
    return found
