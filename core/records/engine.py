"""The way of a write: lock, grant, validation, statement, check, numbers, journal, in one transaction."""

from __future__ import annotations

import sqlite3

import psycopg
import sqlalchemy as sa

from core.history.journal import HAND, Change, Kind, marks, write
from core.records.asking import visible_ids
from core.records.closure import check_trees, keep_trees
from core.records.files import attach_files, check_files
from core.records.fill import fill, required_now
from core.records.follow import follow
from core.records.followed import permit_followed
from core.records.gather import gather
from core.records.guarding import guarded_changes
from core.records.indexing import index_work
from core.records.links import check_links, check_narrowing, find_links
from core.records.lists import keep_hidden
from core.records.members import keep_members
from core.records.moves import check_moves, settle_names
from core.records.numbers import series_of, store_numbers, take_numbers
from core.records.pairs import write_pairs
from core.records.permit import permit_after, permit_before
from core.records.read_only import check_locked, find_locked
from core.records.rules import ask_rules, check_rules
from core.records.shapes import Row
from core.records.shared import keep_shares
from core.records.stale import check_version
from core.records.statements import load
from core.records.store import mark_touched, store
from core.records.telling import keep_apart, set_aside, trial
from core.records.unique import broken_unique, check_unique
from core.records.work import Work, below
from core.storage.expressions.errors import refusal_of
from core.system import guards
from metamodel.messages import message

KINDS: dict[str, Kind] = {
    "create": "created", "update": "updated", "keep": "updated", "delete": "deleted", "restore": "restored",
}  # fmt: skip


def run(work: Work) -> None:
    """Do what the rows of the write say, or raise everything that is wrong with them."""
    if any(problem.code in ("KBK2003", "KBK2005") for problem in work.problems):
        _refuse_stale(work)
        work.settle()
    find_links(work)
    if work.problems:
        _refuse_stale(work)
        required_now(work)
        set_aside(work)
        work.settle()
    try:
        _prepare(work)
        if work.told:
            _find_the_rest(work)
        else:
            _write(work)
            write_pairs(work, run)
    except (sa.exc.DBAPIError, sqlite3.Error, psycopg.Error) as error:
        told = broken_unique(work, error) or refusal_of(error)
        if told is None:
            raise
        raise told from error


def _prepare(work: Work) -> None:
    gather(work)
    settle_names(work)
    _permit(work)
    for top in work.tops:
        check_version(work, top)
        if top.action == "update" and top.lists and top.if_version is None:
            for uid in top.lists:
                field = top.entity.by_uid[uid]
                work.refuse(f"{top.pointer}/{field.name}", "KBK3010", message(
                    "“{field}”: a list of rows is changed only with If-Match", field=field.label))  # fmt: skip
    work.settle()
    keep_hidden(work)
    fill(work)
    keep_apart(work)
    required_now(work)
    check_links(work)
    check_files(work)
    find_locked(work)
    check_moves(work)
    check_trees(work)
    check_unique(work)
    set_aside(work)
    work.settle()


def _permit(work: Work) -> None:
    """Rights first: what was found wrong on the way is told only to who may do the write at all."""
    found, work.problems = work.problems, []
    told, work.told = work.told, []
    permit_before(work)
    if not work.grants.everything:
        permit_followed(work, [row for top in work.tops for row in below(top)])
    work.settle()
    work.problems, work.told = found, told
    set_aside(work)
    work.settle()


def _find_the_rest(work: Work) -> None:
    """A write that is refused already, as far as its rules; numbers, rights over the result, guards are not asked."""
    whole = trial(work)
    try:
        _ask(work)
    except (sa.exc.DBAPIError, sqlite3.Error, psycopg.Error):
        work.problems = []  # without the values at fault it cannot be stored: what is known is told
    finally:
        whole.rollback()
    work.conclude()


def _refuse_stale(work: Work) -> None:
    """A write with faults that was meant for another version of the record is stale before anything else."""
    for top in work.tops:
        if top.if_version is not None and top.id in visible_ids(work, top.entity, [top.id]):
            top.before = load(work.tx, top.entity, [top.id])[top.id]
            check_version(work, top)


def _write(work: Work) -> None:
    """Store the rows, then ask of them what rules say of them as they are.

    Numbers are taken last, since who has one keeps the others of its series waiting. Of a single new row that is just
    before its INSERT, which then needs no UPDATE after it.
    """
    alone = len(list(work.rows())) == 1
    _ask(work, numbered=alone)
    _guard(work)
    permit_after(work)
    work.settle()
    if not alone:
        take_numbers(work)
        store_numbers(work)
    index_work(work)
    write(work.tx, [_change(work, row) for row in work.rows() if row.touched])


def _ask(work: Work, *, numbered: bool = False) -> None:
    mark_touched(work)
    if numbered:
        take_numbers(work)
    store(work)
    attach_files(work)
    keep_trees(work)
    keep_members(work)
    keep_shares(work)
    follow(work)
    check_locked(work)
    ask_rules(work)
    check_narrowing(work)
    check_rules(work)


def _change(work: Work, row: Row) -> Change:
    numbers = {f.uid: (None, row.values[f.uid]) for f in series_of(row.entity)
               if row.action == "create" and row.values.get(f.uid) is not None}  # fmt: skip
    hand = row.action in ("update", "keep") and row.by_hand != row.by_hand_before
    by_hand = {HAND: (marks(row.by_hand_before), marks(row.by_hand))} if hand else {}
    return Change(
        entity=row.entity.uid, record=row.id, kind=KINDS[row.action], version=row.version, by=work.actor.person,
        behalf=work.actor.behalf,
        action=work.actor.action,
        job=work.actor.job,
        differences={} if row.action in ("delete", "restore") else row.changed() | numbers | by_hand,
    )  # fmt: skip


def _guard(work: Work) -> None:
    changes = guarded_changes(work)
    if changes:
        work.problems += guards.guard(work.tx, work.actor, changes)
        work.settle()
        guards.effects(work.tx, work.actor, changes)
