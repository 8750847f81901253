"""Check digits by published numbers; what is said of a wrong one; an account beside the code of its bank."""

from __future__ import annotations

from typing import Any

import pytest

from core import records
from core.access.actor import system_actor
from core.errors import KubikError
from core.i18n import texts
from core.query import Query, read
from core.settings import Settings
from core.storage.install import install_model
from core.storage.workspace import Workspace
from metamodel.errors import ProblemsFound, ValueRefused
from metamodel.fields.formats import text_formats
from plugins.requisites.digits import account_key
from plugins.requisites.forms import FORMS
from tests import factories

PUBLISHED = [
    ("inn", "7707083893"), ("inn", "7736050003"), ("inn", "500100732259"), ("ogrn", "1027700132195"), ("ogrn", "1027700070518"),
    ("ogrnip", "304500116000157"), ("snils", "11223344595"), ("kpp", "773601001"), ("kpp", "7710AB001"), ("bik", "044525225"),
    ("account", "30101810400000000225"),
]  # fmt: skip
"""Numbers that their owners publish (Sberbank, Gazprom) or that the rules themselves give as examples."""

ACCOUNTS = [
    ("30101810400000000225", "044525225"), ("30101810145250000974", "044525974"), ("30101810200000000700", "044525700"),
    ("40702810900000002453", "044525700"), ("40602810700000000025", "044525225"),
]  # fmt: skip


def refused(name: str, text: str, language: str = "en") -> str:
    with pytest.raises(ValueRefused) as error:
        text_formats()[name].read(text)
    assert error.value.code == "KBK3003"
    return texts(language).render(error.value.message)


@pytest.mark.parametrize(("name", "number"), PUBLISHED)
def test_published_numbers_are_kept_as_digits_however_they_are_spelled(name: str, number: str) -> None:
    form = text_formats()[name]
    spelled = " ".join((number[:3], f"{number[3:6]}–{number[6:]}"))
    assert form.read(number) == form.read(spelled) == form.read(form.show(number)) == number


@pytest.mark.parametrize(("name", "number"), [each for each in PUBLISHED if each[0] in ("inn", "ogrn", "ogrnip", "snils")])  # fmt: skip
def test_every_wrong_check_digit_is_refused_with_the_right_one(name: str, number: str) -> None:
    for digit in "0123456789":
        wrong = number[:-1] + digit
        if wrong != number:
            told = refused(name, wrong)
            assert f"digit {len(number)} is {digit}" in told and f"should be {number[-1]}" in told


def test_what_is_wrong_is_told_by_its_place() -> None:
    assert "place 3" in refused("inn", "77O7083893") and "«O»" in refused("inn", "77O7083893", "ru")
    assert "10 or 12" in refused("inn", "770708389") and "these are 9" in refused("inn", "770708389")
    assert "digit 11 is 0" in refused("inn", "500100732209")
    assert "10–11 is 00" in refused("snils", "112-233-445 00")
    assert "place 5" in refused("kpp", "7736-Я1001")
    assert "begins with 0" in refused("bik", "144525225")
    assert refused("inn", "0000000000") == "Zeros alone are no number."
    assert "Контрольная цифра (место 10) — 4" in refused("inn", "7707083894", "ru")


def test_old_insurance_numbers_have_no_check_digits() -> None:
    assert text_formats()["snils"].read("001-001-998 00") == "00100199800"
    assert text_formats()["snils"].show("11223344595") == "112-233-445 95"


@pytest.mark.parametrize(("account", "bank"), ACCOUNTS)
def test_the_key_of_an_account_is_that_of_the_bank_of_russia(account: str, bank: str) -> None:
    assert account_key([int(c) for c in account], [int(c) for c in bank]) == int(account[8])


def test_each_requisite_is_a_type_and_a_format_of_one_implementation() -> None:
    model = factories.model({"entities/firm.yaml": FIRM})
    firm = model.entities["firm"]
    assert {field.type.name for field in firm.fields} >= {form.name for form in FORMS}
    assert firm.by_name["code"].type.name == "text"
    assert firm.by_name["code"].type.json_schema(firm.by_name["code"])["pattern"] == "^(?:[0-9]{11})$"


FIRM = """
name: firm
label: {ru: Фирма, en: Firm}
fields:
  - {name: inn, type: inn, unique: true}
  - {name: kpp, type: kpp}
  - {name: ogrn, type: ogrn}
  - {name: ogrnip, type: ogrnip}
  - {name: bank, type: bik}
  - {name: account, type: account, bik: bank}
  - {name: snils, type: snils}
  - {name: code, type: text, format: snils}
"""


@pytest.fixture
def workspace(database_url: str, tmp_path: Any) -> Any:
    made = Workspace.create(Settings(home=tmp_path / "home", database_url=database_url, time_zone="UTC"))
    install_model(made, factories.model({"entities/firm.yaml": FIRM}))
    made.write(records.sync_roles)
    yield made
    made.close()


def test_an_account_is_judged_beside_the_code_of_its_bank_whichever_is_written(workspace: Workspace) -> None:
    def create(**values: Any) -> int:
        return workspace.write(lambda tx: records.create(tx, system_actor(), "firm", values)).id

    def update(record: int, **values: Any) -> None:
        workspace.write(lambda tx: records.update(tx, system_actor(), "firm", record, values))

    account, bank = ACCOUNTS[0]
    with pytest.raises(KubikError) as error:
        create(account=account[:8] + "5" + account[9:], bank=bank)
    assert [(p.pointer, p.code) for p in error.value.errors] == [("/account", "KBK3003")]
    assert "(место 9) — 5, а с БИК 044525225 должна быть 4" in texts("ru").render(
        error.value.errors[0].message
    )
    without = create(account=account[:8] + "5" + account[9:], inn="7707 083 893", code="112-233-445 95")
    with pytest.raises(KubikError):
        update(without, bank=bank)
    update(without, account=account, bank=bank)
    with workspace.read() as tx:
        [row] = read(tx, system_actor(), Query(entity="firm", filter="inn = '7707083893'")).items
    assert (row["account"], row["code"]) == (account, "11223344595")


def test_an_option_that_names_no_field_is_told_by_its_place() -> None:
    with pytest.raises(ProblemsFound) as error:
        factories.model({"entities/firm.yaml": FIRM.replace("bik: bank", "bik: banc")})
    [problem] = error.value.problems
    assert (problem.code, problem.pointer) == ("KBK1002", "fields[5].bik")
    assert "bank" in texts("en").render(problem.message)


def test_a_format_that_no_plugin_brings_is_told_by_its_name() -> None:
    with pytest.raises(ProblemsFound) as error:
        factories.model({"entities/firm.yaml": FIRM.replace("format: snils", "format: snilz")})
    [problem] = error.value.problems
    assert texts("ru").render(problem.message) == "нет формата текста «snilz» (возможно, «snils»?)"
