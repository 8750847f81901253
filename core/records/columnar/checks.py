"""What is asked of new records before and after they are stored, of all rows at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.records.asking import ask, fitted, visible_ids
from core.records.columnar.columns import MISSING, Astray, Columns
from core.records.follow import followers
from core.records.links import may_be_chosen
from core.records.permit import given
from core.records.requirements import required_fields
from core.records.rules import may_be_empty
from core.records.statements import update
from core.records.unique import compared, taken_by, unique_sets
from metamodel.expression.tree import Expression
from metamodel.model import Grant


def permit(columns: Columns) -> dict[str, tuple[Grant, ...]]:
    """The grants that may give the write, by action; each must cover all that is sent, else it goes the general way."""
    work, entity = columns.work, columns.entity
    if work.grants.everything:
        return {}
    claims = {"create": given(work, entity, "create")}
    if work.context.medium == "csv":
        claims["import"] = given(work, entity, "import")
    if not all(claims.values()):
        raise Astray
    stage = entity.stages.field if entity.stages is not None else None
    for grant in claims["create"]:
        if grant.fields is not None and not grant.fields.issuperset(columns.sent.keys() - {stage}):
            raise Astray
    if columns.moved:
        movers = given(work, entity, "move")
        if any(g.stages is not None and not g.stages.issuperset(columns.moved.values()) for g in movers):
            raise Astray
        claims["move"] = movers
        columns.astray.update(() if movers else columns.moved)
        columns.settle()
    return claims


def check_links(columns: Columns) -> None:
    """Rows whose links lead to what is not there or out of sight go astray."""
    work = columns.work
    for uid, sent in columns.sent.items():
        found = columns.entity.by_uid[uid]
        if not found.target:
            continue
        wanted: set[int] = set()
        for value in sent:
            if value is None or value is MISSING:
                continue
            wanted.update(value if isinstance(value, tuple) else (value,))
        if not all(isinstance(each, int) for each in wanted):
            raise Astray
        seen = visible_ids(work, work.model.entity_by_uid[found.target], wanted, lock=work.locks_links)
        gone = wanted - seen
        if gone:
            for row, value in enumerate(sent):
                if value is not None and value is not MISSING:
                    led = value if isinstance(value, tuple) else (value,)
                    columns.astray.update((row,) if gone.intersection(led) else ())


def check_unique(columns: Columns) -> None:
    """Rows with values that others have, stored or beside them, go astray, all of those that share one."""
    work = columns.work
    for fields in unique_sets(work.model, columns.entity):
        wanted: dict[tuple[Any, ...], list[int]] = {}
        lists = [columns.values[each.uid] for each in fields]
        for row, values in enumerate(zip(*lists, strict=True)):
            key = tuple(compared(each, value) for each, value in zip(fields, values, strict=True))
            if None not in key:
                wanted.setdefault(key, []).append(row)
        there = taken_by(work, columns.entity, fields, list(wanted)) if wanted else {}
        for key, rows in wanted.items():
            if len(rows) > 1 or there.get(key):
                columns.astray.update(rows)


def ask_after(columns: Columns, claims: dict[str, tuple[Grant, ...]]) -> dict[int, tuple[str, ...]]:
    """Follow what is followed, then ask every rule of the stored rows; the fields (uids) of records that were filled by
    hand, to be remembered."""
    work, entity = columns.work, columns.entity
    every = followers(work.model, entity)
    checks = [c.check for c in entity.constraints if c.check is not None]
    conditional = [f for f in entity.fields if f.required_if is not None and may_be_empty(f)]
    asked: list[Expression] = [*checks, *(f.required_if for f in conditional if f.required_if is not None)]
    asked += [rule for action, some in claims.items() for grant in some for rule in _asked(action, grant)]
    rules = list({id(each): each for each in asked}.values())
    expressions = [*(each.expression for each in every), *rules]
    if not expressions:
        return {}
    answers = ask(work, entity, ("columnar", *map(id, expressions)), expressions, columns.ids)
    hand, changed = _follow(columns, answers) if every else ({}, False)
    if changed and rules:
        again = ask(work, entity, ("rules", *map(id, rules)), rules, columns.ids)
        answers = {id: (*answers[id][: len(every)], *again[id]) for id in columns.ids}
    place = {id(rule): len(every) + at for at, rule in enumerate(rules)}
    for row, record in enumerate(columns.ids):
        answer = answers[record]
        if any(answer[place[id(check)]] is False for check in checks):
            columns.astray.add(row)
        for found in conditional:
            if answer[place[id(found.required_if)]]:
                if not found.valued:
                    raise Astray
                if columns.values[found.uid][row] is None:
                    columns.lack(row, found.uid)
        for action, grants in claims.items():
            if action == "move" and row not in columns.moved:
                continue
            if not any(all(answer[place[id(rule)]] for rule in _asked(action, g)) for g in grants):
                columns.astray.add(row)
    return hand


def _asked(action: str, grant: Grant) -> list[Expression]:
    """What a grant asks of a new row: its `check`, and of one beyond the first stage the `rows` of moving."""
    rules = (grant.check, grant.rows if action == "move" else None)
    return [rule for rule in rules if rule is not None]


def _follow(columns: Columns, answers: dict[int, tuple[Any, ...]]) -> tuple[dict[int, tuple[str, ...]], bool]:
    entity = columns.entity
    by_hand: dict[int, tuple[str, ...]] = {}
    moved: dict[int, dict[str, Any]] = {}
    for at, each in enumerate(followers(columns.work.model, entity)):
        uid = each.field.uid
        sent, values = columns.sent.get(uid), columns.values[uid]
        for row, record in enumerate(columns.ids):
            answer = fitted(each.field, answers[record][at])
            given_value = MISSING if sent is None else sent[row]
            if given_value is not MISSING and given_value is not None:
                if given_value != answer:
                    by_hand[record] = tuple(sorted((*by_hand.get(record, ()), uid)))
            elif values[row] != answer:
                if values is columns.values[uid]:
                    values = columns.values[uid] = list(values)  # what was made of the others holds no longer
                values[row] = answer
                moved.setdefault(record, {})[uid] = answer
    if moved:
        update(columns.work.tx, entity, list(moved.items()))
    return by_hand, bool(moved)


def check_complete(columns: Columns) -> None:
    """Rows that lack what is always required, or in their stage, go astray or are noted."""
    entity = columns.entity
    for found in entity.fields:
        asked = found.required and found.valued and not found.system and found.type.name != "number_series"
        if asked:
            _lacking(columns, found.uid, range(columns.count))
    if entity.stages is None:
        return
    by_stage: dict[str, list[int]] = {}
    for row, stage in enumerate(columns.values[entity.stages.field]):
        by_stage.setdefault(stage, []).append(row)
    for stage, rows in by_stage.items():
        for found in required_fields(entity, stage):
            if not found.valued:
                raise Astray
            _lacking(columns, found.uid, rows)


def _lacking(columns: Columns, uid: str, rows: Sequence[int]) -> None:
    values = columns.values[uid]
    for row in rows:
        if values[row] is None:
            columns.lack(row, uid)


def check_narrowing(columns: Columns) -> None:
    """Rows whose links lead outside of what may be chosen go astray."""
    for found in columns.entity.fields:
        if found.narrowing is None or found.uid not in columns.values:
            continue
        rows = [row for row, value in enumerate(columns.values[found.uid]) if value is not None]
        allowed = may_be_chosen(columns.work, columns.entity, found, [columns.ids[row] for row in rows])
        columns.astray.update(row for row in rows if columns.ids[row] not in allowed)
