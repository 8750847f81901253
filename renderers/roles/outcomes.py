"""The outcomes of access tests, as screens show them."""

from __future__ import annotations

from core.access.words import action_words
from core.solutions.access_tests import Outcome, run_tests
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import message
from renderers.roles.view import TestView


def outcomes_of(who: Visit, tx: Transaction, role: str | None = None) -> tuple[Outcome, ...]:
    """The outcomes of the access tests (of a role), run once for a model and kept with it."""
    if not any(each.tests for each in tx.model.tests.values()):
        return ()
    kept: dict[str, tuple[Outcome, ...]] = tx.model.derived.setdefault("access_tests", {})
    if "all" not in kept:
        kept["all"] = who.workspace.write(run_tests)
    return tuple(each for each in kept["all"] if role is None or role in each.test.roles)


def test_view(who: Visit, *, tx_model: Transaction, outcome: Outcome) -> TestView:
    """An access test as it is shown."""
    model, texts = tx_model.model, who.texts
    entity = model.entity_by_uid[outcome.test.entity]
    asked = []
    for verdicts, words in (
        (outcome.test.allow, message("may: {what}")),
        (outcome.test.deny, message("may not: {what}")),
    ):
        if verdicts.count:
            names = [texts.render(action_words(model, right)) for right in verdicts.actions]
            names += [
                texts.phrase("see “{field}”", field=texts.render(entity.by_uid[u].label))
                for u in verdicts.read
            ]
            names += [
                texts.phrase("change “{field}”", field=texts.render(entity.by_uid[u].label))
                for u in verdicts.write
            ]
            stages = {s.uid: s for p in entity.stages.pipelines for s in p.stages} if entity.stages else {}
            names += [
                texts.phrase("move to “{stage}”", stage=texts.render(stages[u].label)) for u in verdicts.move
            ]
            asked.append(texts.phrase(words.text, what=", ".join(names)))
    solution = model.solutions[model.tests[outcome.definition].solution]
    return TestView(
        label=texts.render(outcome.label), passes=outcome.passes, asked="; ".join(asked),
        faults=tuple(texts.render(fault.message) for fault in outcome.faults), solution=texts.render(solution.label),
    )  # fmt: skip
