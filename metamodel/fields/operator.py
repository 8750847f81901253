"""An operator of filters: what it is called, what it is asked with, how it is written in the expression language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from metamodel.labels import Label

Operand = Literal["none", "one", "two", "list", "span", "rows"]
"""What an operator is asked with: values of the field; ``span`` is a length of time as ``P7D``, ``rows`` a condition on
the rows that are asked about."""

_WILD = frozenset("%_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """An operator a filter offers; ``template`` has ``{field}`` and ``{0}``, ``{1}`` or ``{list}``.

    With ``join`` the template is written for each operand, with that word between; with ``negated`` NOT stands before
    it all. ``also`` are other ways to write the same, which are understood. ``said`` is how it reads with its values
    behind the name of a field; without it the label and the values. ``group`` says beside which others it is offered.
    """

    name: str
    label: Label
    operand: Operand
    template: str
    join: Literal["", "AND", "OR"] = ""
    negated: bool = False
    also: tuple[str, ...] = ()
    said: Label | None = None
    group: Literal["", "period", "span", "person"] = ""
    pattern: Literal["", "start", "end"] = ""
    """Of a form that LIKE finds: ``template`` with ``%`` beside the text; a text with ``%`` or ``_`` is written by the
    first of ``also`` instead, because nothing escapes them."""

    def text(self, field: str, *operands: str) -> str:
        """The condition on ``field`` (a name or path) with operands that are already expression texts."""
        if self.pattern:
            return self._formed(field, operands[0])
        if self.join:
            each = (self.template.format(operand, field=field) for operand in operands)
            made = "(" + f" {self.join} ".join(each) + ")"
        else:
            made = self.template.format(*operands, field=field, list=", ".join(operands))
        return f"NOT {made}" if self.negated else made

    def _formed(self, field: str, operand: str) -> str:
        inner = operand[1:-1]
        if _WILD & set(inner):
            return self.also[0].format(operand, field=field)
        form = f"'{inner}%'" if self.pattern == "start" else f"'%{inner}'"
        return self.template.format(form, field=field)
