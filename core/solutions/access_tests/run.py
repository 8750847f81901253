"""Runs access tests on the model of a transaction; what they make is taken back whatever comes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.access.words import action_words
from core.errors import KubikError
from core.solutions.access_tests.ask import Question, allowed, questions, seen_fields
from core.solutions.access_tests.scene import Scene, set_scene
from core.storage.workspace import Transaction, Workspace
from metamodel.access_tests import AccessTest
from metamodel.errors import Problem
from metamodel.messages import Message, message
from metamodel.model import Model

_WORDS = {
    ("actions", True): message("{test}: may not “{what}”, and must"),
    ("actions", False): message("{test}: may “{what}”, and must not"),
    ("read", True): message("{test}: does not see “{what}”, and must"),
    ("read", False): message("{test}: sees “{what}”, and must not"),
    ("write", True): message("{test}: may not change “{what}”, and must"),
    ("write", False): message("{test}: may change “{what}”, and must not"),
    ("move", True): message("{test}: may not move to “{what}”, and must"),
    ("move", False): message("{test}: may move to “{what}”, and must not"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one test: its place, its words, the faults (none when it passes)."""

    definition: str
    index: int
    pointer: str
    test: AccessTest
    label: Message
    faults: tuple[Problem, ...]

    @property
    def passes(self) -> bool:
        return not self.faults


def run_tests(tx: Transaction) -> tuple[Outcome, ...]:
    """The outcome of every test of the model in force in the transaction, which must be one that may write."""
    return tuple(_all(tx))


def failing(tx: Transaction) -> tuple[Problem, ...]:
    """What fails, with its place in the model's document: ``/tests/0/tests/3/deny/read/0``."""
    return tuple(fault for outcome in _all(tx) for fault in outcome.faults)


def require_passing(tx: Transaction) -> None:
    """KBK1107 with every failing line."""
    faults = failing(tx)
    if faults:
        raise KubikError("KBK1107", message("access tests fail: {count}", count=len(faults)), faults)


def check_tests(workspace: Workspace) -> tuple[Message, ...]:
    """The failing lines of an installation as it is; none when its model cannot be read, which is told elsewhere."""
    try:
        model = _model(workspace)
    except KubikError:
        return ()
    if not any(each.tests for each in model.tests.values()):
        return ()
    return tuple(fault.message for fault in workspace.write(failing))


def _model(workspace: Workspace) -> Model:
    with workspace.read() as tx:
        return tx.model


def run_one(tx: Transaction, test: AccessTest, pointer: str = "") -> tuple[Problem, ...]:
    """What fails of one test; nothing of it stays."""
    label = label_of(tx.model, test)
    whole = tx.connection.begin_nested()
    try:
        try:
            scene = set_scene(tx, test)
        except KubikError as error:
            return (_fault(pointer, message("{test}: cannot be tried: {why}", test=label, why=_why(error))),)
        return tuple(_answers(scene, test, label, pointer))
    finally:
        if whole.is_active:
            whole.rollback()


def _why(error: KubikError) -> Message:
    return error.errors[0].message if error.errors else error.detail


def _all(tx: Transaction) -> Iterator[Outcome]:
    places = {item["uid"]: n for n, item in enumerate(tx.model.document.get("tests", ()))}
    for definition in tx.model.tests.values():
        for index, test in enumerate(definition.tests):
            pointer = f"/tests/{places[definition.uid]}/tests/{index}"
            yield Outcome(
                definition=definition.name, index=index, pointer=pointer, test=test,
                label=label_of(tx.model, test), faults=run_one(tx, test, pointer),
            )  # fmt: skip


def _answers(scene: Scene, test: AccessTest, label: Message, pointer: str) -> Iterator[Problem]:
    seen = seen_fields(scene, dict.fromkeys((*test.allow.read, *test.deny.read)))
    for key, verdicts, wanted in (("allow", test.allow, True), ("deny", test.deny, False)):
        for question, number in questions(verdicts):
            if allowed(scene, question, seen) is wanted:
                continue
            words = _WORDS[question[0], wanted]
            why = message(words.text, test=label, what=_called(scene, question))
            yield _fault(f"{pointer}/{key}/{question[0]}/{number}", why)


def _called(scene: Scene, question: Question) -> object:
    what, of = question
    if what == "actions":
        return action_words(scene.tx.model, of)
    if what == "move":
        assert scene.entity.stages is not None
        return next(s.label for p in scene.entity.stages.pipelines for s in p.stages if s.uid == of)
    return scene.entity.by_uid[of].label


def label_of(model: Model, test: AccessTest) -> Message:
    """What a test is called: by its label, or by who asks and of what."""
    if test.label is not None:
        return message("{text}", text=test.label)
    entity = model.entity_by_uid[test.entity]
    if test.user is not None:
        return message("{who}, {entity}", who=test.user, entity=entity.label)
    if not test.roles:
        return message("nobody's role, {entity}", entity=entity.label)
    return message("{who}, {entity}", who=model.role_by_uid[test.roles[0]].label, entity=entity.label)


def _fault(pointer: str, why: Message) -> Problem:
    return Problem(pointer=pointer, code="KBK1107", message=why)
