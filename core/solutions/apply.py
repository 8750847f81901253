"""Carrying a plan out: expand in steps that nobody sees, then one short switch. Cut short anywhere, it is run again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from core.access.actor import Actor
from core.errors import KubikError
from core.i18n.written import write_message
from core.records import rebuild_closure, sync_roles
from core.records.carrying import ask_to_carry, tidy
from core.solutions import kept
from core.solutions.access_tests import require_passing
from core.solutions.effects import planned_changes
from core.solutions.kept import KeptPlan
from core.solutions.moving import (
    chunks,
    is_there,
    journal_end,
    last_record,
    read_next,
    read_some,
    write_moved,
    written_since,
)
from core.solutions.permitting import require_planning, require_within
from core.solutions.plans import Move, Plan, PlannedChange, Target
from core.solutions.stage_moments import fill_stages
from core.solutions.switching import bring_back_roles, refuse_new_losses
from core.storage.carrying import all_carried, whole
from core.storage.catalog import read_catalog
from core.storage.check_links import drop_astray
from core.storage.ddl import (
    Step,
    create_entities,
    drop_binding,
    limit_waiting,
    missing_steps,
    run_step,
    widen,
)
from core.storage.load import store_model
from core.storage.search.settling import settle
from core.storage.tables import EntityTable, Tables
from core.storage.views import remake_views
from core.storage.workspace import Transaction, Workspace
from metamodel.errors import Problem
from metamodel.messages import message

Told = Callable[[str], None]
"""Is told each step when it is durable; tests end the process there."""

FEW = 200
"""So few records written meanwhile are left to the switch."""

MOST_ROUNDS = 10


def make_plan(workspace: Workspace, actor: Actor, aimed: Callable[[Transaction], Target]) -> Plan:
    """The plan of what ``aimed`` leads to, counted on one snapshot and kept."""
    with workspace.read() as tx:
        require_planning(tx, actor)
        target = aimed(tx)
        require_within(tx, actor, target)
        changes = planned_changes(tx, target)
    lines = [write_message(change.effect) for change in changes]
    target = _with_summary(target, {"lines": lines})
    plan = workspace.write(lambda tx: kept.keep(tx, actor.person, target))
    return Plan(id=plan, base=target.base, changes=changes)


def _with_summary(target: Target, more: Mapping[str, Any]) -> Target:
    return Target(
        base=target.base, document=target.document, model=target.model, columns=target.columns, moves=target.moves,
        breaks=target.breaks, summary={**target.summary, **more}, files=target.files,
    )  # fmt: skip


def apply(
    workspace: Workspace,
    actor: Actor,
    plan: str,
    *,
    accept: Collection[str] = (),
    accept_loss: bool = False,
    step: Told = lambda name: None,
) -> int:
    """Carry a plan out; the version of the model that is then in force.

    KBK1101 names losses that are not accepted, KBK1103 rules that the records do not keep, KBK1102 when the model
    moved. A plan that was cut short goes on where it stopped; one that is done answers the same again.
    """
    with workspace.read() as tx:
        require_planning(tx, actor)
        found = kept.find(tx, plan)
        if found.applied is not None:
            return found.applied
        _require_base(tx, found.base)
        target = kept.target_of(found)
        require_within(tx, actor, target)
        changes = planned_changes(tx, target)
        if _changes_nothing(tx, target):
            return tx.model.version
    _refuse(changes, accept, accept_loss)
    work = _Work(workspace, actor, found, target, step)
    try:
        return work.run()
    except KubikError:
        work.clear()
        raise


def _require_base(tx: Transaction, base: int) -> None:
    if tx.model.version != base:
        raise KubikError("KBK1102", version=tx.model.version)


def _changes_nothing(tx: Transaction, target: Target) -> bool:
    return target.document.to_json() == tx.model.document and not target.moves


def _refuse(changes: Sequence[PlannedChange], accept: Collection[str], accept_loss: bool) -> None:
    forbidden = [
        Problem(pointer=f"/{c.target.replace('.', '/')}", code="KBK1103", message=c.forbids)
        for c in changes
        if c.forbids
    ]
    if forbidden:
        raise KubikError("KBK1103", errors=forbidden)
    losses = [
        (c, c.loss) for c in changes if c.loss is not None and not accept_loss and c.loss.id not in accept
    ]
    if losses:
        problems = [
            Problem(
                pointer=f"/accept/{loss.id}",
                code="KBK1101",
                message=message(
                    "{id}: lost values: {count} ({examples}); accept the loss by its id",
                    id=loss.id,
                    count=loss.values,
                    examples=", ".join(loss.examples),
                )
                if loss.examples
                else message(
                    "{id}: lost values: {count}; accept the loss by its id", id=loss.id, count=loss.values
                ),
            )
            for _, loss in losses
        ]
        raise KubikError("KBK1101", errors=problems, losses=[loss.id for _, loss in losses])


class _Work:
    """One plan being carried out."""

    def __init__(
        self, workspace: Workspace, actor: Actor, plan: KeptPlan, target: Target, step: Told
    ) -> None:
        self.workspace = workspace
        self.actor = actor
        self.plan = plan
        self.target = target
        self.step = step
        database = workspace.database
        with database.outside.connect() as connection:
            carrying = whole(connection, database.schema)
        self.tables = Tables(target.model, database.schema, database.dialect, carrying)
        self.entities = tuple(target.model.entities.values())

    def run(self) -> int:
        state = self.begin()
        self.step("begun")
        self.grow(lambda s: s.kind != "index")
        for move in self.target.moves:
            state = self.copy(move, state)
        self.grow(lambda s: s.index is not None and not s.index.unique)
        state = self.catch_up(state)
        if (
            self.workspace.database.dialect == "postgresql"
        ):  # built while others write; SQLite has one writer anyway
            self.grow(lambda s: True)
            self.widen()
        self.step("switching")
        version = self.workspace.write(lambda tx: self.switch(tx, state), exclusive=True)
        self.step("switched")
        tidy(self.workspace)
        return version

    # --- expand

    def begin(self) -> Mapping[str, Any]:
        """Note from which row of the journal on written values must be caught up: once, while nobody else writes."""

        def action(tx: Transaction) -> Mapping[str, Any]:
            found = kept.find(tx, self.plan.id)
            _require_base(tx, found.base)
            if found.state is not None:
                return found.state
            self.refuse_foreign_columns(tx)
            drop_binding(tx.connection, tx.tables)
            last = {m.field: last_record(tx, tx.tables[self.place(m).entity.uid]) for m in self.target.moves}
            state = {"journal": journal_end(tx), "last": last, "copied": {}}
            kept.update(tx, self.plan.id, state=state)
            return state

        return self.workspace.write(action, exclusive=True)

    def refuse_foreign_columns(self, tx: Transaction) -> None:
        """A new column that is there already was begun by another plan: its values are not ours."""
        catalog = read_catalog(tx.connection, tx.tables.schema)
        for move in self.target.moves:
            place = self.place(move)
            if move.since is None and is_there(catalog, place, move.field):
                raise KubikError("KBK1102")

    def grow(self, wanted: Callable[[Step], bool]) -> None:
        database = self.workspace.database
        with database.outside.connect() as connection:
            steps = missing_steps(read_catalog(connection, self.tables.schema), self.tables, self.entities)
        for one in steps:
            if wanted(one):
                run_step(database, self.tables, one)
                self.step(f"{one.kind} {one.name}")

    def widen(self) -> None:
        """The columns of what rows are to carry, each table by itself, so that nobody waits for the switch to read them."""
        database = self.workspace.database
        for carried in all_carried(self.target.model):
            with database.plain.begin() as connection:
                widen(connection, database.schema, carried)

    def place(self, move: Move) -> EntityTable:
        """The table in which the field of a move stands."""
        return next(self.tables[e.uid] for e in self.entities if move.field in e.by_uid)

    def copy(self, move: Move, state: Mapping[str, Any]) -> Mapping[str, Any]:
        """Fill the new column in small transactions; how far it came is written down in each."""
        while not state["copied"].get(move.field, {}).get("done"):
            after = int(state["copied"].get(move.field, {}).get("after", 0))

            def action(
                tx: Transaction, after: int = after, state: Mapping[str, Any] = state
            ) -> Mapping[str, Any]:
                _require_base(tx, self.plan.base)
                rows = self.next_rows(tx, move, after, state)
                self.write(tx, move, rows)
                progress = {"after": rows[-1][0]} if rows else {"after": after, "done": True}
                now = {**state, "copied": {**state["copied"], move.field: progress}}
                kept.update(tx, self.plan.id, state=now)
                return now

            state = self.workspace.write(action)
            self.step(f"copied {move.field} {state['copied'][move.field]['after']}")
        return state

    def next_rows(
        self, tx: Transaction, move: Move, after: int, state: Mapping[str, Any]
    ) -> list[tuple[int, Any]]:
        place = tx.tables[self.place(move).entity.uid]
        if move.since is None:
            return read_next(tx, place, move, after, state["last"][move.field])
        ids = [
            i
            for i in written_since(tx, place.entity.uid, move.field, move.since, state["journal"])
            if i > after
        ]
        return sorted(read_some(tx, place, move, next(chunks(ids), [])))

    def write(self, tx: Transaction, move: Move, rows: Sequence[tuple[int, Any]]) -> None:
        new = self.place(move)
        write_moved(tx, tx.tables[new.entity.uid], new, move, rows)

    def catch_up(self, state: Mapping[str, Any]) -> Mapping[str, Any]:
        """Copy what was written meanwhile, until little is left for the switch."""
        if not self.target.moves:
            return state
        for _ in range(MOST_ROUNDS):
            end = self.workspace.write(journal_end, exclusive=True)
            with self.workspace.read() as tx:
                count = sum(len(self.written(tx, move, state["journal"], end)) for move in self.target.moves)
            if count <= FEW:
                break

            def action(
                tx: Transaction, end: int = end, state: Mapping[str, Any] = state
            ) -> Mapping[str, Any]:
                self.copy_written(tx, state["journal"], end)
                now = {**state, "journal": end}
                kept.update(tx, self.plan.id, state=now)
                return now

            state = self.workspace.write(action)
            self.step(f"caught up {end}")
        return state

    def written(self, tx: Transaction, move: Move, after: int, to: int | None) -> list[int]:
        return written_since(tx, self.place(move).entity.uid, move.field, after, to)

    def copy_written(self, tx: Transaction, after: int, to: int | None = None) -> None:
        for move in self.target.moves:
            place = tx.tables[self.place(move).entity.uid]
            for some in chunks(self.written(tx, move, after, to)):
                self.write(tx, move, read_some(tx, place, move, some))

    # --- switch

    def switch(self, tx: Transaction, state: Mapping[str, Any]) -> int:
        """Put the new model in force; whatever fails leaves the old one whole."""
        _require_base(tx, self.plan.base)
        self.copy_written(tx, state["journal"])
        refuse_new_losses(tx, self.target)
        old, model = tx.model, self.target.model
        self.tables = create_entities(tx.connection, self.tables, self.entities)
        drop_astray(tx.connection, tx.tables, self.tables)
        drop_binding(tx.connection, self.tables)
        settle(tx, self.tables)
        self.step("switch indexes")
        remake_views(tx.connection, self.tables)
        self.step("switch views")
        fill_stages(tx, old, self.tables)
        tx.model, tx.tables = model, self.tables
        for entity in self.entities:
            was = old.entity_by_uid.get(entity.uid)
            if entity.tree != (was.tree if was else None):
                rebuild_closure(tx, entity)
        if "role" in model.entities:
            bring_back_roles(tx)
            sync_roles(tx)
        require_passing(tx)
        summary = {**self.target.summary, "journal": journal_end(tx)}
        store_model(
            tx.connection, tx.tables.own, version=model.version, at=tx.now, by=self.actor.person,
            document=model.document, columns=self.target.columns, summary=summary,
        )  # fmt: skip
        kept.update(tx, self.plan.id, applied=model.version)
        ask_to_carry(tx)
        self.step("switch stored")
        tx.after_commit.append(lambda: _remember(self.workspace, self.target))
        return model.version

    def clear(self) -> None:
        """After a refusal: take away the indexes that would bind writers to a rule that is not in force."""

        def action(tx: Transaction) -> None:
            limit_waiting(tx.connection)
            drop_binding(tx.connection, tx.tables)

        self.workspace.write(action)
        tidy(self.workspace)


def _remember(workspace: Workspace, target: Target) -> None:
    workspace.remember(target.model)
