"""The requisites as field types; an account is judged beside the code of its bank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.fields.base import SIBLING, ColumnType, Context, FieldType, JudgedTogether
from metamodel.fields.formats import TextFormat
from metamodel.fields.operators import OF_TEXT
from metamodel.fields.texts import clean_text
from metamodel.labels import Label
from metamodel.messages import message
from plugins.requisites import forms
from plugins.requisites.digits import account_key

if TYPE_CHECKING:
    from metamodel.model import Field

_LONGEST = 60
"""Characters with all the spaces that people put between digits."""
_BANK_DIGITS = 9


class Requisite(FieldType):
    """A field type of one format of text."""

    _form: ClassVar[TextFormat]
    widget: ClassVar[str] = "digits"
    cell: ClassVar[str] = "text"
    operators: ClassVar[tuple[str, ...]] = OF_TEXT
    options_schema: ClassVar[Mapping[str, Any]] = {}

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="text")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^(?:{self._form.pattern})$"}

    def parse(self, field: Field, raw: Any, context: Context) -> str | None:
        text = clean_text(raw, context, longest=_LONGEST, lines=False)
        return None if text is None else self._form.read(text)

    def format(self, field: Field, value: Any, context: Context) -> Any:
        if context.medium == "json":
            return value
        if not value:
            return ""
        return value if context.medium == "csv" else self._form.show(value)


class Inn(Requisite):
    """A taxpayer's number."""

    _form: ClassVar[TextFormat] = forms.Inn()
    name: ClassVar[str] = forms.Inn.name
    label: ClassVar[Label] = forms.Inn.label


class Kpp(Requisite):
    """The reason of a registration."""

    _form: ClassVar[TextFormat] = forms.Kpp()
    name: ClassVar[str] = forms.Kpp.name
    label: ClassVar[Label] = forms.Kpp.label
    widget: ClassVar[str] = "text"


class Ogrn(Requisite):
    """The registration number of an organisation."""

    _form: ClassVar[TextFormat] = forms.Ogrn()
    name: ClassVar[str] = forms.Ogrn.name
    label: ClassVar[Label] = forms.Ogrn.label


class Ogrnip(Requisite):
    """The registration number of an entrepreneur."""

    _form: ClassVar[TextFormat] = forms.Ogrnip()
    name: ClassVar[str] = forms.Ogrnip.name
    label: ClassVar[Label] = forms.Ogrnip.label


class Bik(Requisite):
    """The code of a bank."""

    _form: ClassVar[TextFormat] = forms.Bik()
    name: ClassVar[str] = forms.Bik.name
    label: ClassVar[Label] = forms.Bik.label


class Account(Requisite, JudgedTogether):
    """An account; with ``bik`` naming the field of the bank's code its check digit is checked, too."""

    _form: ClassVar[TextFormat] = forms.Account()
    name: ClassVar[str] = forms.Account.name
    label: ClassVar[Label] = forms.Account.label
    options_schema: ClassVar[Mapping[str, Any]] = {
        "bik": {**SIBLING, "description": "the field with the code of the bank, for the check digit"}
    }

    def judge(self, field: Field, value: Any, others: Mapping[str, Any]) -> None:
        bank = forms.bare(str(others.get("bik") or ""))
        if len(bank) != _BANK_DIGITS or not bank.isdigit() or _of_treasury(value):
            return
        key = account_key([int(sign) for sign in value], [int(sign) for sign in bank])
        if key != int(value[8]):
            raise forms.refuse(
                message(
                    "Check digit 9 is {found}, with the bank code {bik} it should be {expected}: compare account and code.",
                    found=value[8],
                    bik=bank,
                    expected=str(key),
                )
            )


def _of_treasury(account: str) -> bool:
    """Accounts of the Treasury (03…, and 40102) have keys by rules of their own."""
    return account.startswith(("03", "40102"))


class Snils(Requisite):
    """A personal insurance number."""

    _form: ClassVar[TextFormat] = forms.Snils()
    name: ClassVar[str] = forms.Snils.name
    label: ClassVar[Label] = forms.Snils.label


TYPES: tuple[type[Requisite], ...] = (Inn, Kpp, Ogrn, Ogrnip, Bik, Account, Snils)
