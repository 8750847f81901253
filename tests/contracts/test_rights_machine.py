"""People, roles, groups, grants, shares, deputies and records change at random; reads and writes follow the oracle.

A stateful test: each step changes something as the system or tries something as a person, and what the oracle over raw
rows denies is denied, what it allows works. Few and short runs by default, the same every time; `KUBIK_TEST_MACHINE=200`
runs as many, at random.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from core import query, records
from core.access.acting import act_as
from core.access.actor import Actor, system_actor
from core.access.login import load_actor
from core.errors import KubikError
from core.query import Query
from core.storage.workspace import Transaction, Workspace
from metamodel.model import Grant
from tests import sites
from tests.contracts.places import judge, raw_rows
from tests.contracts.test_rights import Undo, judged, keeps_hidden, untitled
from tests.doors.people import grant
from tests.doors.yard import CONTEXT, ROLES, install_yard
from tests.oracle.rights import Person, Rights, Write
from tests.oracle.sets import effective_roles

RUNS = int(os.environ.get("KUBIK_TEST_MACHINE") or (100 if os.environ.get("KUBIK_TEST_LONG") else 0))
SYSTEM = system_actor()
LOGINS = ("anna", "boris", "clara", "dora")
READ = ("work", "part", "org", "task", "remark")
ACTS = (
    ("read",),
    ("read",),
    ("show",),
    ("read", "update"),
    ("update", "move"),
    ("create",),
    ("delete",),
    ("read", "share"),
)
VALUES: dict[str, dict[str, Any]] = {
    "work": {"name": "x", "hint": "y", "amount": "5", "kind": "rush", "stage": "going"},
    "org": {"name": "x", "big": True, "note": "z"},
    "task": {"subject": "x", "answer": "y"},
    "part": {"label": "x", "price": "7"},
    "remark": {"text": "x", "whisper": "y"},
}
LINKS = {"work": (("owner", "user"), ("org", "org")), "org": (("boss", "user"),), "task": (("owner", "user"), ("work", "work")),
         "part": (("maker", "org"),), "remark": ()}  # fmt: skip
SEEDS = st.integers(0, 10**6)


class Offices(RuleBasedStateMachine):
    """One office: a copy of the yard whose roles, people and records change."""

    template: Path
    folder: Path
    made = 0

    @initialize(seed=SEEDS)
    def begin(self, seed: int) -> None:
        type(self).made += 1
        url = self.folder / f"{self.made}.db"
        shutil.copyfile(self.template, url)
        self.workspace = Workspace.open(sites.settings(f"sqlite:///{url}", self.folder))
        with self.workspace.read() as tx:
            self.model = tx.model
        chance = random.Random(seed)
        self.given: dict[str, tuple[Grant, ...]] = dict.fromkeys(ROLES, ())
        for name in READ:
            self.given[chance.choice(ROLES)] += (
                grant(chance, self.model, self.model.entities[name], ("read",)),
            )
        self.put()

    def teardown(self) -> None:
        if hasattr(self, "workspace"):
            self.workspace.close()

    def put(self) -> None:
        """The model with the grants as they are now."""
        roles = {n: replace(self.model.roles[n], grants=g) for n, g in self.given.items()}
        self.workspace.remember(replace(self.model, roles={**self.model.roles, **roles}))
        self.__dict__.pop("rows", None)

    def system(self, action: Callable[[Transaction], object]) -> None:
        """A change by the system; one that the model refuses (a circle, a double) changes nothing."""

        def attempt(tx: Transaction) -> None:
            try:
                action(tx)
            except KubikError as error:
                assert error.status in (409, 422), error
                raise Undo from error

        try:
            self.workspace.write(attempt)
        except Undo:
            return
        finally:
            self.__dict__.pop("rows", None)

    @cached_property
    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """What is stored now."""
        with self.workspace.read() as tx:
            return raw_rows(tx)

    def live(self, name: str) -> list[dict[str, Any]]:
        return [r for r in self.rows[self.model.entities[name].uid] if r["deleted_at"] is None]

    def pick(self, name: str, number: int) -> int:
        found = self.live(name)
        return int(found[number % len(found)]["id"])

    def user(self, login: str) -> int:
        uid = self.model.entities["user"].by_name["login"].uid
        return int(next(r["id"] for r in self.live("user") if r[uid] == login))

    def rights(
        self, tx: Transaction, user: int, rows: dict[str, list[dict[str, Any]]] | None = None
    ) -> Rights:
        """The oracle for a user over what is stored, or over other rows."""
        rows = rows if rows is not None else self.rows
        roles = effective_roles(judge(tx, Person(user, ()), rows).world)
        return judge(tx, Person(user, roles), rows)

    # --- what changes

    @rule(role=st.sampled_from(ROLES), name=st.sampled_from(READ), seed=SEEDS)
    def gives(self, role: str, name: str, seed: int) -> None:
        chance = random.Random(seed)
        actions = chance.choice(ACTS)
        made = grant(chance, self.model, self.model.entities[name], actions)
        self.given[role] = (*self.given[role][-6:], made)
        self.put()

    @rule(role=st.sampled_from(ROLES), number=SEEDS)
    def takes(self, role: str, number: int) -> None:
        kept = list(self.given[role])
        if kept:
            kept.pop(number % len(kept))
        self.given[role] = tuple(kept)
        self.put()

    @rule(login=st.sampled_from(LOGINS), role=st.sampled_from(ROLES))
    def employs(self, login: str, role: str) -> None:
        held = self.model.entities["user_role"]
        user, of_role = held.by_name["user"].uid, held.by_name["role"].uid
        name = self.model.entities["role"].by_name["name"].uid
        asked = next(r["id"] for r in self.live("role") if r[name] == role)
        found = [
            r["id"] for r in self.live("user_role") if (r[user], r[of_role]) == (self.user(login), asked)
        ]
        if found:
            self.system(lambda tx: records.delete(tx, SYSTEM, "user_role", found[0]))
        else:
            values = {"user": self.user(login), "role": asked}
            self.system(lambda tx: records.create(tx, SYSTEM, "user_role", values, context=CONTEXT))

    @rule(
        numbers=st.lists(SEEDS, max_size=2),
        logins=st.sets(st.sampled_from(LOGINS)),
        role=st.sampled_from((None, *ROLES)),
    )
    def groups(self, numbers: list[int], logins: set[str], role: str | None) -> None:
        """A new group, or another content of one; groups inside one another."""
        groups = self.live("group")
        inside = sorted({groups[n % len(groups)]["id"] for n in numbers}) if groups else []
        values: dict[str, Any] = {"members": sorted(self.user(login) for login in logins), "groups": inside}
        values["roles"] = [] if role is None else [{"by": {"name": role}}]
        if groups and numbers and numbers[0] % 2:
            self.system(
                lambda tx: records.update(
                    tx, SYSTEM, "group", self.pick("group", numbers[0]), values, context=CONTEXT
                )
            )
        else:
            self.system(
                lambda tx: records.create(
                    tx, SYSTEM, "group", {"name": f"g{len(groups)}", **values}, context=CONTEXT
                )
            )

    @rule(login=st.sampled_from(LOGINS), number=SEEDS)
    def transfers(self, login: str, number: int) -> None:
        place = self.pick("department", number)
        self.system(
            lambda tx: records.update(
                tx, SYSTEM, "user", self.user(login), {"department": place}, context=CONTEXT
            )
        )
        if number % 3 == 0:
            head = {"head": self.user(login)}
            self.system(
                lambda tx: records.update(
                    tx, SYSTEM, "department", self.pick("department", number // 7), head, context=CONTEXT
                )
            )

    @rule(
        name=st.sampled_from(("work", "org", "task")),
        number=SEEDS,
        login=st.sampled_from(LOGINS),
        change=st.booleans(),
    )
    def shares(self, name: str, number: int, login: str, change: bool) -> None:
        whom: dict[str, Any] = {"user": self.user(login)}
        if number % 3 == 1 and self.live("group"):
            whom = {"group": self.pick("group", number)}
        if number % 3 == 2:
            whom = {"department": self.pick("department", number)}
        values = {
            "about": {"entity": name, "id": self.pick(name, number)},
            "access": "change" if change else "read",
            **whom,
        }
        self.system(lambda tx: records.create(tx, SYSTEM, "share", values, context=CONTEXT))

    @rule(name=st.sampled_from(("work", "org", "task")), number=SEEDS, other=SEEDS)
    def happens(self, name: str, number: int, other: int) -> None:
        """A record changes: another owner, another link, another value, or it goes into the bin."""
        id = self.pick(name, number)
        field, target = LINKS[name][other % len(LINKS[name])]
        values = {field: self.pick(target, other)}
        if other % 3 == 0:
            key = sorted(VALUES[name])[other % len(VALUES[name])]
            values = {key: VALUES[name][key]}
        if other % 11 == 0 and len(self.live(name)) > 2 and name != "org":
            self.system(lambda tx: records.delete(tx, SYSTEM, name, id))
        else:
            self.system(lambda tx: records.update(tx, SYSTEM, name, id, values, context=CONTEXT))

    # --- what is tried

    @rule(login=st.sampled_from(LOGINS), name=st.sampled_from(READ), number=SEEDS)
    def looks(self, login: str, name: str, number: int) -> None:
        """A list, a count and a record are those of the oracle."""
        with self.workspace.read() as tx:
            user = self.user(login)
            self.compares(tx, load_actor(tx, user), self.rights(tx, user), name, number)

    @rule(
        login=st.sampled_from(LOGINS),
        other=st.sampled_from(LOGINS),
        name=st.sampled_from(("work", "org")),
        number=SEEDS,
    )
    @precondition(lambda self: hasattr(self, "workspace"))
    def stands_in(self, login: str, other: str, name: str, number: int) -> None:
        """A deputy sees what the absent one sees, and changes nothing of people; without the record nobody stands in."""

        def attempt(tx: Transaction) -> None:
            person, user = load_actor(tx, self.user(login)), self.user(other)
            if login != other:
                with pytest.raises(KubikError) as refused:
                    act_as(tx, person, user, "deputy")
                assert refused.value.code == "KBK4002"
                values = {"user": user, "deputy": person.user, "starts_on": "2020-01-01", "ends_on": None}
                records.create(tx, SYSTEM, "deputy", values, context=CONTEXT)
                actor = act_as(tx, person, user, "deputy")
                assert actor.person == person.user and actor.user == user
                self.compares(tx, actor, self.rights(tx, user), name, number)
                for wrong in ("user_role", "group", "share"):
                    with pytest.raises(KubikError):
                        records.create(tx, actor, wrong, {"user": user}, context=CONTEXT)
            raise Undo

        with pytest.raises(Undo):
            self.workspace.write(attempt)

    def compares(self, tx: Transaction, actor: Actor, rights: Rights, name: str, number: int) -> None:
        entity = self.model.entities[name]
        if not rights.exists(entity):
            with pytest.raises(KubikError) as refused:
                query.read(tx, actor, Query(entity=name))
            assert refused.value.code == "KBK2006"
            return
        live = [r for r in self.live(name) if rights.sees(entity, r)]
        page = query.read(tx, actor, Query(entity=name, limit=1000, fields=()))
        assert [item["id"] for item in page.items] == [r["id"] for r in live], (name, rights.person)
        assert query.count(tx, actor, Query(entity=name)) == len(live)
        row = self.live(name)[number % len(self.live(name))]
        if row not in live:
            with pytest.raises(KubikError) as refused:
                query.record(tx, actor, name, row["id"])
            assert refused.value.code == "KBK2006"
            return
        item, _ = query.record(tx, actor, name, row["id"])
        possible = {f.name: f for f in entity.fields if rights.has(entity, f) and f.type.name != "children"}
        hidden = {n for n, f in possible.items() if not rights.reads(entity, row, f)}
        assert set(item.get("_hidden", ())) == hidden
        for n in set(possible) - hidden - {"deleted_at", "position"}:
            if possible[n].type.name in ("text", "long_text"):
                assert untitled(item[n]) == rights.shown(entity, row, possible[n]), n

    @rule(login=st.sampled_from(LOGINS), name=st.sampled_from(READ), kind=st.sampled_from(("update", "update", "create", "delete")),
          number=SEEDS, fields=st.sets(st.integers(0, 9), max_size=2), linked=st.booleans())  # fmt: skip
    def tries(self, login: str, name: str, kind: str, number: int, fields: set[int], linked: bool) -> None:
        """A write is done exactly when the oracle allows it; what it refuses leaves everything as it was."""
        pool = sorted(VALUES[name])
        values = {pool[n % len(pool)]: VALUES[name][pool[n % len(pool)]] for n in fields}
        if linked and LINKS[name]:
            field, target = LINKS[name][number % len(LINKS[name])]
            values[field] = self.pick(target, number // 3)
        if kind == "create":
            needed: dict[str, dict[str, Any]] = {
                "task": {"subject": "x"},
                "part": {"label": "x", "work": self.pick("work", number)},
            }
            values |= needed.get(name, {"name": "x"})
            if name == "remark":
                values = {"text": "x", "about": {"entity": "work", "id": self.pick("work", number)}}
            values.pop("stage", None)
        if kind == "update" and not values:
            return
        row = self.live(name)[number % len(self.live(name))]

        def action(tx: Transaction, actor: Actor) -> object:
            if kind == "create":
                return records.create(tx, actor, name, values, context=CONTEXT)
            if kind == "update":
                return records.update(tx, actor, name, row["id"], values, context=CONTEXT)
            records.delete(tx, actor, name, row["id"])
            return None

        user = self.user(login)
        wrong, left = self.tried(lambda tx: action(tx, self.almighty(tx, user)))
        code, _ = self.tried(lambda tx: action(tx, load_actor(tx, user)))
        if wrong is not None:
            assert code is not None
            return
        with self.workspace.read() as tx:
            self.judges(tx, user, Attempt(name, kind, row, values, code, left))

    def judges(self, tx: Transaction, user: int, attempt: Attempt) -> None:
        entity = self.model.entities[attempt.name]
        then = self.rights(tx, user)
        now = judge(tx, then.person, attempt.left)
        before = {r["id"] for r in self.rows[entity.uid]}
        after = next(
            (r for r in attempt.left[entity.uid]
             if (r["id"] not in before if attempt.kind == "create" else r["id"] == attempt.row["id"])), None
        )  # fmt: skip
        sent = {entity.by_name[n].uid for n in attempt.values} if attempt.kind != "delete" else set()
        if attempt.kind == "update" and keeps_hidden(then, entity, attempt.row, sent):
            return
        write = Write(
            entity, frozenset(sent), None if attempt.kind == "create" else attempt.row,
            None if attempt.kind == "delete" else after,
        )  # fmt: skip
        allowed = judged(then, now, write, attempt.values)
        assert (attempt.code is None) == allowed, (
            attempt.kind,
            attempt.name,
            attempt.values,
            attempt.row["id"],
            attempt.code,
        )

    def almighty(self, tx: Transaction, user: int) -> Actor:
        return replace(load_actor(tx, user), roles=(tx.model.roles["administrator"].uid,))

    def tried(
        self, action: Callable[[Transaction], object]
    ) -> tuple[str | None, dict[str, list[dict[str, Any]]]]:
        """What a write answers and would leave; it is taken back."""
        found: list[Any] = []

        def attempt(tx: Transaction) -> None:
            try:
                action(tx)
            except KubikError as error:
                found.append((error.code, {}))
                raise Undo from error
            found.append((None, raw_rows(tx)))
            raise Undo

        with pytest.raises(Undo):
            self.workspace.write(attempt)
        return found[-1]


class Attempt:
    """A write that was tried, what it answered, and the rows as an almighty writer leaves them."""

    def __init__(
        self, name: str, kind: str, row: dict[str, Any], values: dict[str, Any], code: str | None,
        left: dict[str, list[dict[str, Any]]],
    ) -> None:  # fmt: skip
        self.name, self.kind, self.row, self.values, self.code, self.left = (
            name,
            kind,
            row,
            values,
            code,
            left,
        )


def test_what_the_oracle_denies_is_denied_however_people_and_rules_change(tmp_path: Path) -> None:
    install_yard(f"sqlite:///{tmp_path}/first.db", tmp_path)
    Offices.template, Offices.folder = tmp_path / "first.db", tmp_path
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Offices,
        settings=settings(
            max_examples=RUNS or 12, stateful_step_count=30 if RUNS else 14, deadline=None, derandomize=not RUNS,
            phases=(Phase.generate, Phase.shrink) if RUNS else (Phase.generate,), database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
