"""Changes of stage: which moves there are, who may make them, what a stage requires, and since when a record is in it.

A changed stage in any write is a move with the same checks, whatever the write is called.
"""

from __future__ import annotations

from core.access.actor import Actor
from core.records.gather import children_of
from core.records.pairs import there
from core.records.places import pointer_to
from core.records.requirements import required_fields
from core.records.shapes import Row
from core.records.telling import judged
from core.records.values import refuse_empty
from core.records.work import Work
from metamodel.expression.tree import Expression
from metamodel.expression.uses import uses
from metamodel.messages import Message, message
from metamodel.model import Entity, Field, Model
from metamodel.stages import Move, Stage, Stages


def targets(model: Model, actor: Actor, entity: Entity, stage: str | None) -> tuple[Stage, ...]:
    """The stages that the actor may move a record of the stage (uid) to, as far as the table of moves says: conditions
    on the record, its rows and its requirements are asked when it is moved.
    """
    stages = entity.stages
    if stages is None:
        return ()
    held = roles_below(model, actor)
    every = (s for pipeline in stages.pipelines for s in pipeline.stages if s.uid != stage and not s.archived)
    return tuple(s for s in every if _possible(stages, stage, s, held))


def _possible(stages: Stages, source: str | None, target: Stage, held: frozenset[str] | None) -> bool:
    found = listed(stages, source, target.uid)
    return found is None or any(is_granted(move, held) for move in found)


def listed(stages: Stages, source: str | None, target: str) -> tuple[Move, ...] | None:
    """The moves that lead from one stage (uid) to another; None when no table says anything of it.

    A table speaks of all moves out of its pipeline. A pipeline with a table is entered from another one at its first
    stage, unless a move says otherwise.
    """
    found = tuple(m for m in stages.moves if source in m.sources and target in m.targets)
    if found:
        return found
    here, there_ = stages.pipeline_of(source), stages.pipeline_of(target)
    if here is None or there_ is None:
        return None
    if here.moves is not None:
        return ()
    if there_.moves is None or there_.stages[0].uid == target:
        return None
    return ()


def roles_below(model: Model, actor: Actor) -> frozenset[str] | None:
    """The roles (uids) the actor has or stands above, as its parents do; None is every role."""
    held = [model.role_by_uid[uid] for uid in actor.roles if uid in model.role_by_uid]
    if actor.system or any(role.everything for role in held):
        return None
    found = {role.uid for role in held}
    waiting = list(found)
    for above in waiting:
        for role in model.roles.values():
            if role.parent == above and role.uid not in found:
                found.add(role.uid)
                waiting.append(role.uid)
    return frozenset(found)


def is_granted(move: Move, held: frozenset[str] | None) -> bool:
    """Whether a move is open to who has these roles or stands above them."""
    return move.roles is None or held is None or bool(move.roles & held)


def left(row: Row) -> str | None:
    """The stage (uid) of the record before the write; a new one comes from the first of the pipeline it enters."""
    stages = row.entity.stages
    if stages is None:
        return None
    if row.action == "create":
        return stages.entered(row.sent.get(stages.field)).uid
    found: str | None = row.before.get(stages.field)
    return found


def is_moved(row: Row) -> bool:
    """Whether the write is a change of stage; a new record stands in a first one before it."""
    stages = row.entity.stages
    if stages is None or row.sent.get(stages.field) is None:
        return False
    return bool(row.sent[stages.field] != left(row))


def settle_names(work: Work) -> None:
    """A stage that was written by a name which several pipelines have is the one of the record's own pipeline."""
    for row in work.rows():
        stages = row.entity.stages
        if not row.near or stages is None or row.action != "update":
            continue
        meant, own = (
            stages.stage(row.sent.get(stages.field)),
            stages.pipeline_of(row.before.get(stages.field)),
        )
        if meant is None or own is None or meant.pipeline == own.uid:
            continue
        row.sent[stages.field] = next((s.uid for s in own.stages if s.name == meant.name), meant.uid)


def keep_since(work: Work, row: Row) -> None:
    """Note when the record came to its stage."""
    stages = row.entity.stages
    if stages is None or stages.since not in row.entity.by_uid:
        return
    stage = row.values.get(stages.field)
    if row.action == "create" or stage != row.before.get(stages.field):
        row.values[stages.since] = None if stage is None else row.since or work.tx.now


def check_moves(work: Work) -> None:
    """Refuse moves that no table has or that are for others; what remains to be asked of the record is kept."""
    held = roles_below(work.model, work.actor)
    for rows in work.by_entity("create", "update").values():
        stages = rows[0].entity.stages
        for row in rows if stages is not None else ():
            free = row.taken_back or work.brought or (work.actor.system and row.action == "create")
            if free or not is_moved(row):
                continue
            assert stages is not None
            found = listed(stages, left(row), row.sent[stages.field])
            if found is not None and _refused(work, row, stages, found, held) is False:
                row.moves = tuple(move for move in found if is_granted(move, held))


def _refused(
    work: Work, row: Row, stages: Stages, found: tuple[Move, ...], held: frozenset[str] | None
) -> bool:
    if any(is_granted(move, held) for move in found):
        return False
    field = row.entity.by_uid[stages.field]
    source, target = stages.stage(left(row)), stages.stage(row.sent[stages.field])
    if found:
        why = message("“{target}”: this move is made by other roles", target=target.label if target else "")
        work.refuse(pointer_to(row, field.name), "KBK4002", why)
    else:
        work.refuse(pointer_to(row, field.name), "KBK3011", _no_move(work, row.entity, source, target))
    return True


def _no_move(work: Work, entity: Entity, source: Stage | None, target: Stage | None) -> Message:
    names: Message | None = None
    for stage in targets(work.model, work.actor, entity, source.uid if source else None):
        label = message("“{text}”", text=stage.label)
        names = label if names is None else message("{first}, {second}", first=names, second=label)
    words = message(
        "there is no move from “{source}” to “{target}”",
        source=source.label if source else "-",
        target=target.label if target else "-",
    )
    return words if names is None else message("{why}; possible: {stages}", why=words, stages=names)


def conditions(row: Row) -> list[Expression]:
    """What is asked of the row after the write before its move stands."""
    return [move.when for move in row.moves or () if move.when is not None]


def check_stage(work: Work, row: Row) -> None:
    """Refuse a move whose conditions do not hold, and what the stage requires and the record lacks."""
    stages = row.entity.stages
    if stages is None:
        return
    moves = [(move, move.when) for move in row.moves or ()]
    if row.moves is not None and row.answers is not None:
        answers = row.answers
        if not any(when is None or answers[id(when)] or not judged(work, row, when) for _, when in moves):
            first = next((move for move, _ in moves if move.message is not None), row.moves[0])
            field = row.entity.by_uid[stages.field]
            work.refuse(pointer_to(row, field.name), "KBK3011", _unmet(work, row.entity, first))
    if work.brought:
        return
    told = {problem.pointer for problem in (*work.problems, *work.told)}
    for field in required_fields(row.entity, row.values.get(stages.field)):
        if pointer_to(row, field.name) not in told and is_empty(work, row, field):
            refuse_empty(work, row, field)


def _unmet(work: Work, entity: Entity, move: Move) -> Message:
    """The words of who made the move, else its condition, to who may read every field it names."""
    if move.message is not None:
        return message("{rule}", rule=move.message)
    if move.when is not None and all(
        uid in work.grants.readable(owner) for owner, uid in uses(move.when, work.model)
    ):
        return message("the move is possible only when: {rule}", rule=move.when.text)
    return message("the move is not possible for this record now")


def is_empty(work: Work, row: Row, field: Field) -> bool:
    """Whether the row has nothing in the field after the write."""
    if field.uid in row.blind:
        return False
    if field.via is not None:
        return (
            not row.pairs[field.uid] if field.uid in row.pairs else not (row.id and there(work, row, field))
        )
    if field.type.name != "children":
        return row.values.get(field.uid) is None
    rows = row.lists.get(field.uid)
    if rows is not None:
        return all(each.action == "delete" for each in rows)
    return not children_of(work, field, [row.id]).get(row.id)
