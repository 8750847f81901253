"""The steps of an action one after another; what one of them refuses is told as of the action."""

from __future__ import annotations

from core.automation.standing import Go, Ran, Standing
from core.automation.steps import STEPS
from core.errors import KubikError
from metamodel.actions import Step
from metamodel.errors import Problem
from metamodel.expression.tree import Path, walk
from metamodel.messages import Message, message
from metamodel.model import Entity

_NOT_THEIRS = frozenset({"KBK2003", "KBK2006"})
"""“There is no such field or record” is what somebody hears who asked for it; here it is the action that did."""


def run_steps(standing: Standing) -> Ran:
    """Do every step whose condition holds; a refusal points at the inputs that its values came from."""
    standing.refresh()
    for step in standing.action.steps:
        if standing.holds(step.condition):
            try:
                STEPS[step.do](standing, step)
            except KubikError as error:
                raise _told(standing, step, error) from error
    made = tuple(dict.fromkeys(standing.made))
    issued = tuple(standing.issued)
    return Ran(action=standing.action, record=standing.id, made=made, issued=issued, go=_go(standing))


def _go(standing: Standing) -> Go:
    action = standing.action
    if action.then == "step":
        step = next(s for s in action.steps if s.name == action.then_step)
        found = standing.results.get(action.results.by_name[step.name].uid)
        if found is not None:
            return Go(entity=standing.tx.model.entity_by_uid[step.entity].name, id=found)
    return Go(entity=standing.entity.name, id=None if action.then == "list" else standing.id)


def _told(standing: Standing, step: Step, error: KubikError) -> KubikError:
    """The error of a write in the words of the action: which record it was about, which inputs are at fault."""
    if step.do == "print" or (not error.errors and error.code not in _NOT_THEIRS):
        return error
    entity = standing.tx.model.entity_by_uid[step.entity]
    if error.code in _NOT_THEIRS or any(p.code in _NOT_THEIRS for p in error.errors):
        return KubikError(
            "KBK4002", message("{entity}: this action writes what you may not write", entity=entity.label)
        )
    problems = [
        Problem(pointer=_pointer(standing, step, entity, p.pointer), code=p.code, message=_words(standing, entity, p))
        for p in error.errors
    ]  # fmt: skip
    detail = problems[0].message if len(problems) == 1 else None
    return KubikError(error.code, detail, problems, **error.extra)


def _words(standing: Standing, entity: Entity, problem: Problem) -> Message:
    """Of another record than the one before the person, its kind is said first."""
    if standing.id is not None and entity.uid == standing.entity.uid:
        return problem.message
    return message("{entity}: {why}", entity=entity.label, why=problem.message)


def _pointer(standing: Standing, step: Step, entity: Entity, pointer: str) -> str:
    """The input that the value of a refused field came from, where it is one; else the action as a whole."""
    field = entity.by_name.get(pointer.strip("/").partition("/")[0])
    expression = step.values.get(field.uid) if field is not None else None
    if expression is None:
        return ""
    inputs = {
        n.steps[0][1] for n in walk(expression.root) if isinstance(n, Path) and n.root == "input" and n.steps
    }
    form = standing.action.form.by_uid
    return f"/{form[min(inputs)].name}" if len(inputs) == 1 else ""
