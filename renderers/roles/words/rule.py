"""A rule in words: “Owner is the person themself or Department is theirs or one below”."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from metamodel.any_link import AnyLink
from metamodel.expression.print import constant_text, print_expression
from metamodel.expression.sharing import is_shared
from metamodel.expression.tree import Aggregate, Call, Constant, Expression, Me, MySet, Node, Path
from metamodel.messages import Message, message
from renderers.roles.words.pieces import Piece, Pieces, Speaker, joined

_ADDED = {"ANY": 0, "SCALE": 0, "DATE_OF": 0, "CHOICE_NAME": 0, "TEXT": 0, "MONEY": 1}
"""Conversions that nobody wrote, and which of their arguments was."""

_SETS: dict[tuple[str, bool], Message] = {
    ("departments", False): message("{field} is their own or one below it"),
    ("departments", True): message("{field} is neither their own nor one below it"),
    ("subordinates", False): message("{field} is one of their subordinates"),
    ("subordinates", True): message("{field} is none of their subordinates"),
    ("groups", False): message("{field} is one of their groups"),
    ("groups", True): message("{field} is none of their groups"),
    ("roles", False): message("{field} is one of their roles"),
    ("roles", True): message("{field} is none of their roles"),
}
_SHARED: dict[tuple[str, bool], Message] = {
    ("shared", False): message("the record is shared with them"),
    ("shared", True): message("the record is not shared with them"),
    ("shared_change", False): message("the record is shared with them to be changed"),
    ("shared_change", True): message("the record is not shared with them to be changed"),
}
_ORDER: dict[tuple[str, bool], Message] = {
    ("<", False): message("{field} is less than {value}"),
    ("<=", False): message("{field} is at most {value}"),
    (">", False): message("{field} is more than {value}"),
    (">=", False): message("{field} is at least {value}"),
    ("<", True): message("{field} is before {value}"),
    ("<=", True): message("{field} is not after {value}"),
    (">", True): message("{field} is after {value}"),
    (">=", True): message("{field} is not before {value}"),
}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def rule_words(speaker: Speaker, rule: Expression) -> Pieces:
    """The words of a condition; what has no words of its own is shown as its text."""
    return joined(_Teller(speaker, rule).tell(rule.root))


class _Teller:
    def __init__(self, speaker: Speaker, rule: Expression) -> None:
        self.speaker, self.rule = speaker, rule

    def tell(self, node: Node, negated: bool = False, inside: str = "") -> Pieces:
        """A condition; ``inside`` is AND or OR around it, which asks for parentheses of the other."""
        node = _written(node)
        say = self.speaker.say
        match node:
            case Call(function="NOT"):
                return self.tell(node.arguments[0], not negated, inside)
            case Call(function="AND" | "OR"):
                return self.chain(node, negated, inside)
            case Call():
                return self.comparison(node, negated)
            case Aggregate(function="EXISTS"):
                return self.exists(node, negated)
            case Path():
                words = message("{field}: no") if negated else message("{field}: yes")
                return say(words, field=self.value(node))
            case Constant(value=True | False):
                holds = node.value is not negated
                return say(message("always") if holds else message("never"))
        return self.code(node, negated)

    def chain(self, node: Call, negated: bool, inside: str) -> Pieces:
        function = {"AND": "OR", "OR": "AND"}[node.function] if negated else node.function
        word = message(" and ") if function == "AND" else message(" or ")
        made: list[Piece] = []
        for index, each in enumerate(node.arguments):
            made += self.speaker.say(word) if index else ()
            made += self.tell(each, negated, function)
        if inside and inside != function:
            return (Piece("("), *made, Piece(")"))
        return tuple(made)

    def comparison(self, node: Call, negated: bool) -> Pieces:
        say, arguments = self.speaker.say, node.arguments
        match node.function:
            case "=" | "<>" | "IS_DISTINCT":
                different = (node.function != "=") is not negated
                return self.equal(_written(arguments[0]), _written(arguments[1]), different)
            case "<" | "<=" | ">" | ">=":
                sign = _OPPOSITE[node.function] if negated else node.function
                timely = arguments[0].type.kind in ("date", "datetime", "time")
                return say(
                    _ORDER[sign, timely], field=self.value(arguments[0]), value=self.value(arguments[1])
                )
            case "IS_NULL":
                words = message("{field} is filled in") if negated else message("{field} is empty")
                return say(words, field=self.value(arguments[0]))
            case "IN":
                return self.among(node, negated)
            case "BETWEEN" if not negated:
                least, most = self.value(arguments[1]), self.value(arguments[2])
                words = message("{field} is from {least} to {most}")
                return say(words, field=self.value(arguments[0]), least=least, most=most)
            case "CONTAINS":
                words = message("{field} lacks {value}") if negated else message("{field} has {value}")
                return say(words, field=self.value(arguments[0]), value=self.value(arguments[1]))
            case "LIKE":
                words = (
                    message("{field} is not like {value}") if negated else message("{field} is like {value}")
                )
                return say(words, field=self.value(arguments[0]), value=self.value(arguments[1]))
            case "UNDER" if not negated:
                words = message("{field} is {value} or one below it")
                return say(words, field=self.value(arguments[0]), value=self.value(arguments[1]))
        return self.code(node, negated)

    def equal(self, left: Node, right: Node, different: bool) -> Pieces:
        if isinstance(left, Me) and not isinstance(right, Me):
            left, right = right, left
        if isinstance(right, Me):
            mine = message("{field} is not the person themself") if different else message(
                "{field} is the person themself"
            )  # fmt: skip
            return self.speaker.say(mine, field=self.value(left))
        if isinstance(right, Constant) and right.type.kind == "boolean":
            return self.tell(left, bool(right.value) is different)
        words = message("{field} is not {value}") if different else message("{field} is {value}")
        return self.speaker.say(words, field=self.value(left), value=self.value(right))

    def among(self, node: Call, negated: bool) -> Pieces:
        value, *items = node.arguments
        found = _written(items[0])
        if isinstance(found, MySet) and is_shared(found):
            return self.speaker.say(_SHARED[found.name, negated])
        if isinstance(found, MySet):
            return self.speaker.say(_SETS[found.name, negated], field=self.value(value))
        chips = self.speaker.listed([piece for each in items for piece in self.value(each)])
        words = message("{field} is none of {values}") if negated else message("{field} is one of {values}")
        return self.speaker.say(words, field=self.value(value), values=chips)

    def exists(self, node: Aggregate, negated: bool) -> Pieces:
        rows = self.speaker.model.entity_by_uid[node.entity]
        name = (Piece(self.speaker.word(rows.label_many), "field"),)
        if node.where is None:
            words = message("there are no {rows}") if negated else message("there are {rows}")
            return self.speaker.say(words, rows=name)
        words = (
            message("there are no {rows} where {rule}")
            if negated
            else message("there are {rows} where {rule}")
        )
        return self.speaker.say(words, rows=name, rule=self.tell(node.where, inside="AND"))

    def value(self, node: Node) -> Pieces:
        """What is compared: a field as a chip of its labels, a value as people read it."""
        node = _written(node)
        match node:
            case Me():
                return self.speaker.say(message("the person themself"))
            case Path():
                return (Piece(self.path(node), "field"),)
            case Constant():
                return (Piece(self.constant(node), "value"),)
            case Call(function="TODAY"):
                return self.speaker.say(message("today"))
            case Call(function="NOW"):
                return self.speaker.say(message("this moment"))
        return self.code(node, False)

    def path(self, node: Path) -> str:
        model, labels = self.speaker.model, []
        for entity, uid in node.steps:
            owner = model.entity_by_uid.get(entity)
            field = owner.by_uid.get(uid) if owner else None
            labels.append(self.speaker.field(entity, field) if field is not None else uid)
        whose = {"my": message("the person's: {path}"), "record": message("of the record: {path}")}
        path = " › ".join(labels) or self.speaker.texts.gettext("the record")
        words = whose.get(node.root)
        return path if words is None else self.speaker.texts.phrase(words.text, path=path)

    def constant(self, node: Constant) -> str:
        value, texts = node.value, self.speaker.texts
        if node.type.kind in ("choice", "choices") and value is not None and node.type.field is not None:
            uid = value if isinstance(value, str) else value[0]
            for entity in self.speaker.model.entities.values():
                field = entity.by_uid.get(node.type.field)
                choice = field.choice(uid) if field is not None else None
                if choice is not None:
                    return texts.render(choice.label)
        match value:
            case None:
                return texts.gettext("nothing")
            case bool():
                return texts.gettext("yes") if value else texts.gettext("no")
            case int() | Decimal():
                return texts.number(value)
            case datetime():
                return value.isoformat()
            case date():
                return texts.date(value)
            case str():
                return value
            case AnyLink():
                return f"{self.speaker.model.entity_by_uid[value.entity].name}:{value.id}"
        return constant_text(value)

    def code(self, node: Node, negated: bool) -> Pieces:
        """What has no words: its text, when the reader may know all that it names."""
        if not self.speaker.knows_all(self.rule):
            return (Piece("…", "code"),)
        root = Call(function="NOT", type=node.type, arguments=(node,)) if negated else node
        try:
            text = print_expression(replace(self.rule, root=root), self.speaker.model)
        except (KeyError, AssertionError, StopIteration):
            text = self.rule.text
        return (Piece(text, "code"),)


def _written(node: Node) -> Node:
    while isinstance(node, Call) and node.function in _ADDED:
        node = node.arguments[_ADDED[node.function]]
    return node


def chips(texts: Sequence[str], kind: str = "field") -> tuple[Piece, ...]:
    """Words as chips."""
    return tuple(Piece(text, kind) for text in texts)  # type: ignore[arg-type]
