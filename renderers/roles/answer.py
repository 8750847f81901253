"""The answer to “why”: one sentence, the chain that leads to it, what would change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.access.explain import Explanation, Reason, stand
from core.access.managing import may_everything
from core.access.words import action_words
from core.query.why import HeldRole, explain_person, group_names, groups_of
from core.records.statements import load
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import Message, message
from metamodel.model import Choice, Entity, Field, Grant, Role
from renderers.roles.reading import may_change, speaker_of
from renderers.roles.why_view import Answer, Change, Pieces, Step
from renderers.roles.words import Piece, Speaker, grant_words, rule_words

FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whether a person may do an action (a right) on a record, of a field when one is given."""

    person: int
    name: str
    entity: Entity
    record: int
    title: str
    action: str
    field: Field | None


def answer(who: Visit, tx: Transaction, question: Question, others: tuple[str, ...]) -> Answer:
    """The whole answer; ``others`` are the names of who can, too."""
    return _Answering(who, tx, question).made(others)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A reason with its parts told apart."""

    reason: Reason
    rows: bool
    at_stage: bool
    covers: bool

    @property
    def gives(self) -> bool:
        return self.rows and self.at_stage and self.covers


class _Answering:
    def __init__(self, who: Visit, tx: Transaction, question: Question) -> None:
        self.who, self.tx, self.asked = who, tx, question
        self.speaker: Speaker = speaker_of(who, tx)
        self.texts = who.texts
        field = question.field.uid if question.field is not None else None
        self.why = explain_person(
            tx, question.person, question.entity, question.record, question.action, field
        )
        self.found = self.why.explanation
        self.roles = self.why.actor.roles if self.why.actor is not None else ()
        # what hides the answer is explained in its place: a record out of sight cannot be changed
        self.shown = self.found.sight or self.found
        self.action = "read" if self.found.sight is not None else question.action
        self.judged = [self._judge(reason) for reason in self.shown.reasons]
        self.stage = self._stage()

    def made(self, others: tuple[str, ...]) -> Answer:
        return Answer(
            allowed=self.why.allowed,
            sentence=self._sentence(),
            steps=tuple(self._steps()),
            others=self._others(others),
            changes=() if self.why.allowed else tuple(self._changes())[:3],
            can_keep=may_everything(self.tx.model, self.who.actor),
        )

    # --- what is known

    def _judge(self, reason: Reason) -> _Judged:
        if reason.grant is None:
            return _Judged(reason, reason.holds, True, True)
        rows = reason.holds
        if not rows and not reason.at_stage:
            without = replace(reason.grant, stages=None)
            (rows,) = stand(
                self.tx, self.asked.person, self.asked.entity, self.asked.record, [without], self.action
            )
        return _Judged(reason, rows, reason.at_stage, reason.covers)

    def _stage(self) -> Choice | None:
        entity = self.asked.entity
        if entity.stages is None or not self.speaker.knows(entity.uid, entity.stages.field):
            return None
        raw = load(self.tx, entity, [self.asked.record]).get(self.asked.record, {}).get(entity.stages.field)
        return entity.by_uid[entity.stages.field].choice(raw) if raw is not None else None

    def _label(self, role: Role) -> str:
        return self.texts.render(role.label)

    def _held(self, held: HeldRole) -> str:
        """A role with where it comes from, when that is not the person's own record."""
        label = self._label(held.role)
        if any(way.kind == "own" for way in held.ways):
            return label
        way = held.ways[0]
        if way.role is not None:
            other = self._label(self.tx.model.role_by_uid[way.role])
            return self.texts.phrase("{role} (included in “{other}”)", role=label, other=other)
        group = group_names(self.tx, self.who.actor, groups_of((held,))).get(way.group or 0)
        if group is None:
            return self.texts.phrase("{role} (by a group)", role=label)
        return self.texts.phrase("{role} (by the group “{group}”)", role=label, group=group)

    def _does(self) -> str:
        return self.texts.render(action_words(self.tx.model, self.action))

    def _stages_of(self, grant: Grant) -> Pieces:
        entity = self.asked.entity
        assert entity.stages is not None
        named = [s for p in entity.stages.pipelines for s in p.stages if s.uid in (grant.stages or ())]
        return self.speaker.listed([Piece(self.texts.render(s.label), "value") for s in named])

    # --- the sentence

    def _sentence(self) -> Pieces:
        say = self.speaker.say
        if not self.found.exists:
            return say(message("There is no such record"))
        if self.found.narrowed:
            return say(message("This is taken away by how the person acts now, whatever the roles say"))
        if self.why.actor is None:
            return say(message("{person} may not sign in, and so may nothing", person=self.asked.name))
        if self.found.allowed:
            return self._allowed()
        if not self.roles:
            return say(
                message("{person} has no role: what is not granted is not allowed", person=self.asked.name)
            )
        nearest = self._nearest()
        if nearest is None and self.shown.parent is not None and not self.shown.parent.allowed:
            return say(message("The record belongs to another one, on which this is not allowed either"))
        if nearest is None:
            roles = ", ".join(self._label(self.tx.model.role_by_uid[uid]) for uid in self.roles)
            words = message("No rule of the roles {roles} gives “{action}”: {records}", roles=roles, action=self._does(),
                            records=self.asked.entity.label_many)  # fmt: skip
            return say(words)
        return self._lacking(nearest)

    def _allowed(self) -> Pieces:
        giving = next((j for j in self.judged if j.gives), None)
        if giving is None:
            return self.speaker.say(
                message("The record follows the one it belongs to, on which this is allowed")
            )
        role = self._label(giving.reason.role)
        if giving.reason.grant is None:
            return self.speaker.say(message("The role “{role}” may do everything", role=role))
        if giving.reason.grant.rows is None:
            words = message("The role “{role}” may “{action}” all records: {records}", role=role, action=self._does(),
                            records=self.asked.entity.label_many)  # fmt: skip
            return self.speaker.say(words)
        words = message(
            "The role “{role}” may “{action}” where {rule}, and so it is", role=role, action=self._does()
        )
        return self.speaker.say(words, rule=rule_words(self.speaker, giving.reason.grant.rows))

    def _nearest(self) -> _Judged | None:
        """The reason that lacks least."""
        lacking = [j for j in self.judged if not j.gives and j.reason.grant is not None]
        return max(lacking, key=lambda j: (j.rows, j.at_stage, j.covers), default=None)

    def _lacking(self, nearest: _Judged) -> Pieces:
        grant, role = nearest.reason.grant, self._label(nearest.reason.role)
        assert grant is not None
        given = {"role": role, "action": self._does()}
        say = self.speaker.say
        if not nearest.rows and grant.rows is not None:
            words = message(
                "The role “{role}” may “{action}” only where {rule}, and this is not so here", **given
            )
            return say(words, rule=rule_words(self.speaker, grant.rows))
        if not nearest.at_stage:
            words = message(
                "The record is at the stage {stage}, and the role “{role}” may “{action}” at {stages}",
                **given,
            )
            stage = (Piece(self.texts.render(self.stage.label) if self.stage else "?", "value"),)
            return say(words, stage=stage, stages=self._stages_of(grant))
        field = self.asked.field
        label = (Piece(self.texts.render(field.label) if field else "", "field"),)
        return say(
            message("The role “{role}” may “{action}” the record, but not the field {field}", **given),
            field=label,
        )

    # --- the chain

    def _steps(self) -> Iterator[Step]:
        names = ", ".join(self._held(held) for held in self.why.roles)
        yield Step(
            state="good" if names else "bad",
            title=self.texts.phrase(
                "Roles of the person: {roles}", roles=names or self.texts.gettext("none")
            ),
        )
        if self.found.sight is not None:
            yield Step(
                state="bad",
                title=self.texts.gettext("What is out of sight cannot be changed: about seeing it"),
            )
        for judged in self.judged:
            yield from self._of_reason(judged)
        if not self.judged:
            yield Step(state="bad", title=self.texts.gettext("No rule is about this action"))
        about = sum(1 for uid in self.roles for g in self.tx.model.role_by_uid[uid].grants
                    if g.entity == self.asked.entity.uid) - len(self.judged)  # fmt: skip
        if about > 0:
            words = message("Other rules about these records, not about this action: {count}", count=about)
            yield Step(state="none", title=self.texts.render(words))
        if self.shown.parent is not None:
            yield self._of_parent(self.shown.parent)

    def _of_reason(self, judged: _Judged) -> Iterator[Step]:
        grant, role = judged.reason.grant, judged.reason.role
        if grant is None:
            yield Step(
                state="good",
                title=self.texts.phrase("The role “{role}” may do everything", role=self._label(role)),
            )
            return
        words = grant_words(self.speaker, grant)
        title = self.texts.phrase("A rule of the role “{role}”", role=self._label(role))
        if judged.gives:
            yield Step(state="good", title=title, detail=words.sentence)
            return
        yield Step(
            state="bad", title=title, detail=(*words.sentence, Piece(". "), *self._why_not(judged, grant))
        )

    def _why_not(self, judged: _Judged, grant: Grant) -> Pieces:
        say = self.speaker.say
        if not judged.rows:
            return say(message("The record does not fit"))
        if not judged.at_stage:
            stage = (Piece(self.texts.render(self.stage.label) if self.stage else "?", "value"),)
            words = message("The stage does not fit: needed {stages}, now {stage}")
            return say(words, stages=self._stages_of(grant), stage=stage)
        return say(message("The field is not covered"))

    def _of_parent(self, parent: Explanation) -> Step:
        words: Message = (
            message("The record it belongs to allows it") if parent.allowed
            else message("The record it belongs to does not allow it")
        )  # fmt: skip
        return Step(state="good" if parent.allowed else "bad", title=self.texts.render(words))

    def _others(self, names: tuple[str, ...]) -> str:
        if not names:
            return self.texts.gettext("Of the people you see nobody else")
        few, more = ", ".join(names[:FEW]), len(names) - FEW
        if more <= 0:
            return few
        return self.texts.render(message("{names} and {count} more", names=few, count=more))

    # --- what would change it

    def _changes(self) -> Iterator[Change]:
        nearest = self._nearest()
        model, entity = self.tx.model, self.asked.entity
        action = next((a.name for a in model.actions_of[entity.uid] if a.right == self.action), self.action)
        if nearest is None or nearest.reason.grant is None:
            for uid in self.roles:
                role = model.role_by_uid[uid]
                if may_change(self.tx, self.who.actor, role):
                    words = message(
                        "Give the role “{role}” a rule for “{action}”",
                        role=self._label(role),
                        action=self._does(),
                    )
                    yield Change(label=self.texts.render(words),
                                 href=f"/roles/{role.name}/grant/new?entity={entity.name}&action={action}")  # fmt: skip
            return
        role, grant = nearest.reason.role, nearest.reason.grant
        if not may_change(self.tx, self.who.actor, role):
            return
        href = f"/roles/{role.name}/grant/{role.grants.index(grant)}"
        given = {"role": self._label(role), "action": self._does()}
        if not nearest.rows:
            yield Change(
                label=self.texts.render(message("Change the rule of the role “{role}”", **given)), href=href
            )
        elif not nearest.at_stage and self.stage is not None:
            words = message(
                "Let the role “{role}” “{action}” at “{stage}”, too", stage=self.stage.label, **given
            )
            yield Change(label=self.texts.render(words), href=f"{href}?stage={self.stage.name}")
        elif self.asked.field is not None:
            words = message(
                "Let the role “{role}” “{action}” the field “{field}”, too",
                field=self.asked.field.label,
                **given,
            )
            yield Change(label=self.texts.render(words), href=f"{href}?field={self.asked.field.name}")
