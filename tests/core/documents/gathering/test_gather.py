"""What a template reads of records: everything behind links and lists, under the reader's rights, told cell by cell."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image

from core import records
from core.access.actor import Actor, system_actor
from core.access.login import load_actor
from core.documents.gathering import Data, gather
from core.documents.needs import Needs
from core.errors import KubikError
from core.records.uploads import keep_file, measured
from core.storage.install import install_model
from core.storage.workspace import Transaction, Workspace
from tests import factories
from tests.conftest import Databases, Dialect
from tests.sites import settings

ADMIN = replace(system_actor(), language="ru")
COMPANY = """          - {name: about, type: rich_text}
          - {name: papers, type: json}
          - {name: tags, type: links, to: product}
          - {name: partner, type: link, to: company}
          - {name: logo, type: image}
          - {name: scans, type: files}
"""
NOTE = """
    name: note
    label: {ru: Заметка, en: Note}
    title: "{text}"
    fields:
      - {name: text, type: text}
      - {name: about, type: link_any, to: [deal, company], inverse: remarks}
      - {name: currency, type: text}
      - {name: cost, type: money, currency_field: currency}
"""


Made = Callable[[Dialect], tuple[Workspace, dict[str, int]]]


@pytest.fixture(scope="module")
def made(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A workspace of each database with the records of `_filled`, made once: these tests only read."""
    found: dict[Dialect, tuple[Workspace, dict[str, int]]] = {}

    def get(dialect: Dialect) -> tuple[Workspace, dict[str, int]]:
        if dialect not in found:
            company = factories.SAMPLE["entities/company.yaml"].rstrip(" ") + COMPANY
            workspace = Workspace.create(settings(lasting_database(dialect), tmp_path_factory.mktemp("home")))
            install_model(
                workspace, factories.model({"entities/company.yaml": company, "entities/note.yaml": NOTE})
            )
            workspace.write(records.sync_roles)
            found[dialect] = workspace, _filled(workspace)
        return found[dialect]

    yield get
    for workspace, _ in found.values():
        workspace.close()


@pytest.fixture
def workspace(dialect: Dialect, made: Made) -> Workspace:
    return made(dialect)[0]


@pytest.fixture
def world(dialect: Dialect, made: Made) -> dict[str, int]:
    return made(dialect)[1]


def _sent(workspace: Workspace, name: str, size: int) -> int:
    """A picture that somebody sent; ``size`` pixels a side of noise."""
    picture = io.BytesIO()
    Image.frombytes("RGB", (size, size), random.Random(size).randbytes(size * size * 3)).save(picture, "PNG")
    incoming = workspace.files.receive()
    incoming.write(picture.getvalue())
    stored = incoming.keep()
    return workspace.write(
        lambda tx: keep_file(tx, ADMIN, stored, name, *measured(workspace, stored, name))
    ).id


def _filled(workspace: Workspace) -> dict[str, int]:
    """A deal of Mark's with two items, its company with a remark, another deal of Nina's on the same company."""
    logo, photo = _sent(workspace, "logo.png", 8), _sent(workspace, "photo.png", 1500)

    def fill(tx: Transaction) -> dict[str, int]:
        def make(entity: str, **values: Any) -> int:
            return records.create(tx, ADMIN, entity, values).id

        roles = [{"role": {"by": {"name": "manager"}}}]
        mark, nina = (
            make("user", login=who, name=who.title(), email=f"{who}@a.ru", roles=roles)
            for who in ("mark", "nina")
        )
        disk, rack = (
            make("product", code="D", name="Диск", price=10),
            make("product", code="R", name="Стойка", price=500),
        )
        partner = make("company", name="Партнёр", city="Орёл", logo=photo)
        company = make(
            "company", name="ООО «Ёлка»", inn="7707083893", city="Тверь", about="<p>О <b>нас</b></p>", tags=[rack, disk],
            logo=logo, scans=[logo, photo], papers={"rows": [{"n": 1.50, "цвет": "синий"}]}, partner=partner, vip=True, founded="2020-02-29",
        )  # fmt: skip
        items = [{"product": rack, "quantity": 2}, {"product": disk, "quantity": "1.5"}]
        deal = make(
            "deal",
            name="Поставка",
            company=company,
            owner=mark,
            probability="0.2",
            margin=7,
            items=items,
            source="site",
        )
        other = make("deal", name="Другая", company=company, owner=nina, amount=900)
        make("note", text="Важно", about={"entity": "company", "id": company}, cost=3, currency="EUR")
        return {
            "mark": mark,
            "nina": nina,
            "deal": deal,
            "other": other,
            "company": company,
            "rack": rack,
            "disk": disk,
        }

    return workspace.write(fill)


def person(workspace: Workspace, id: int) -> Actor:
    with workspace.read() as tx:
        actor = load_actor(tx, id)
    assert actor is not None
    return actor


def gathered(
    workspace: Workspace, actor: Actor, entity: str, needs: Needs, *ids: int, language: str = "ru"
) -> dict[int, Data]:
    with workspace.read() as tx:
        return gather(tx, actor, tx.model.entities[entity], needs, ids, language)


def values(data: Data) -> dict[str, Any]:
    found: dict[str, Any] = data.values["record"][1]["values"]
    return found


def needs(*names: str, **inner: Needs) -> Needs:
    return Needs({**dict.fromkeys(names), **inner})


def test_every_kind_of_value_travels_exactly_and_as_a_screen_shows_it(
    workspace: Workspace, world: dict[str, int]
) -> None:
    about = needs(
        "amount",
        "probability",
        "stage",
        "source",
        "lost_reason",
        "city",
        "items_total",
        "company",
        "opened_on",
    )
    found = values(gathered(workspace, ADMIN, "deal", about, world["deal"])[world["deal"]])
    assert found["amount"] == ["money", "1015.00", "1\N{NO-BREAK SPACE}015,00", "RUB"]
    assert found["probability"][:2] == ["number", "0.2000"] and found["probability"][2].startswith("20")
    assert found["stage"] == ["choice", "lead", "Обращение"] and found["source"] == ["choice", "site", "Сайт"]
    assert found["lost_reason"] is None and found["city"] == "Тверь"
    assert found["items_total"][:2] == ["number", "1015.00"]
    assert found["company"][1]["title"] == "ООО «Ёлка»"
    assert found["opened_on"][0] == "date"
    more = needs("about", "papers", "tags", "vip", "founded", "remarks")
    company = values(
        gathered(workspace, ADMIN, "company", more, world["company"], language="en")[world["company"]]
    )
    assert company["about"] == ["html", "<p>О <b>нас</b></p>", "О нас"] and company["papers"] == [
        "json",
        '{"rows":[{"n":1.5,"цвет":"синий"}]}',
    ]
    assert [tag[1]["title"] for tag in company["tags"][1]] == ["R Стойка", "D Диск"]
    assert company["vip"] is True and company["founded"] == ["date", "2020-02-29", "2020-02-29"]
    assert [note[1]["title"] for note in company["remarks"][1]] == ["Важно"]


def test_rows_and_what_lies_behind_them_come_in_order_by_a_few_questions(
    workspace: Workspace, world: dict[str, int]
) -> None:
    inner = needs("quantity", "amount", product=needs("name", "price"))
    about = needs(
        "name",
        items=inner,
        company=needs("inn", partner=needs("city"), remarks=needs("cost")),
        activities=needs("subject"),
    )
    asked: list[str] = []
    with workspace.read() as tx:
        gather(tx, ADMIN, tx.model.entities["deal"], about, [world["deal"]], "ru")
        sa.event.listen(tx.connection, "before_cursor_execute", lambda *a: asked.append(a[2]))
        data = gather(tx, ADMIN, tx.model.entities["deal"], about, [world["other"], world["deal"]], "ru")
    assert list(data) == [world["other"], world["deal"]]
    found = values(data[world["deal"]])
    rows = [row[1]["values"] for row in found["items"][1]]
    assert [(row["product"][1]["values"]["name"], row["quantity"][1], row["amount"][1]) for row in rows] == [
        ("Стойка", "2.000", "1000.00"), ("Диск", "1.500", "15.00"),
    ]  # fmt: skip
    company = found["company"][1]["values"]
    assert company["inn"] == "7707083893" and company["partner"][1]["values"]["city"] == "Орёл"
    assert company["remarks"][1][0][1]["values"]["cost"] == ["money", "3.00", "3,00", "EUR"]
    assert found["activities"] == ["list", []]
    assert len(asked) <= 12, asked


def test_a_reader_gets_what_they_may_see_and_is_told_how_much_is_hidden(
    workspace: Workspace, world: dict[str, int]
) -> None:
    mark = person(workspace, world["mark"])
    about = needs("name", "margin", company=needs(deals=needs("name", "margin")))
    found = gathered(workspace, mark, "deal", about, world["deal"], world["other"])
    assert list(found) == [world["deal"]], "the deal of a colleague is not there"
    data = found[world["deal"]]
    assert values(data)["margin"] is None and data.hidden == 2, (
        "once of the deal, once in the list of its company"
    )
    deals = values(data)["company"][1]["values"]["deals"][1]
    assert [deal[1]["values"] for deal in deals] == [{"name": "Поставка", "margin": None}]
    with workspace.read() as tx:
        margin = tx.model.entities["deal"].by_name["margin"].uid
    assert all(margin not in source.fields for source in data.made_of)
    with pytest.raises(KubikError, match="KBK2006"):
        gathered(workspace, mark, "note", needs("text"), 1)


def test_every_cell_is_told_titles_and_operands_of_computed_fields_among_them(
    workspace: Workspace, world: dict[str, int]
) -> None:
    about = needs("city", "expected", "items_total", "company", items=needs("product"))
    data = gathered(workspace, ADMIN, "deal", about, world["deal"])[world["deal"]]
    with workspace.read() as tx:
        names = {
            (tx.model.entity_by_uid[s.entity].name, tx.model.entity_by_uid[s.entity].by_uid[uid].name, id)
            for s in data.made_of
            for uid in s.fields
            for id in s.ids
        }
    deal, company = world["deal"], world["company"]
    assert names >= {
        ("deal", n, deal) for n in ("city", "expected", "amount", "probability", "company", "items")
    }
    assert {(e, n) for e, n, id in names if e == "company" and id == company} == {
        ("company", "name"),
        ("company", "city"),
    }
    assert {n for e, n, _ in names if e == "deal_item"} == {"amount", "product", "quantity", "price"}
    assert all(source.ids for source in data.made_of), "rows that are added up are told one by one"
    assert {(n, id) for e, n, id in names if e == "product"} == {
        (n, id) for n in ("code", "name") for id in (world["rack"], world["disk"])
    }


def test_a_person_is_known_to_themselves_and_others_follow_rights(
    workspace: Workspace, world: dict[str, int]
) -> None:
    mark = person(workspace, world["mark"])
    asked = replace(needs("owner"), my=needs("name", "email", "department"))
    data = gathered(workspace, mark, "deal", asked, world["deal"])[world["deal"]]
    assert data.values["my"][1]["values"] == {"name": "Mark", "email": "mark@a.ru", "department": None}
    assert set(data.values["called"]) >= {"deal", "сделка"}
    hidden = needs(owner=needs("email"))
    assert values(gathered(workspace, mark, "deal", hidden, world["deal"])[world["deal"]])["owner"][1][
        "values"
    ] == {"email": None}


def test_pictures_come_with_their_contents_large_ones_small_and_files_as_names(
    workspace: Workspace, world: dict[str, int]
) -> None:
    mark = person(workspace, world["mark"])
    about = needs(company=needs("logo", "scans", partner=needs("logo")))
    data = gathered(workspace, mark, "deal", about, world["deal"])[world["deal"]]
    company = values(data)["company"][1]["values"]
    kind, key, name = company["logo"]
    assert (kind, name) == ("image", "logo.png") and data.files[key].startswith(b"\x89PNG")
    assert [file[:2] for file in company["scans"][1]] == [["file", "logo.png"], ["file", "photo.png"]]
    large = data.files[company["partner"][1]["values"]["logo"][1]]
    assert large[8:12] == b"WEBP" and len(large) < 3 * 1024 * 1024
    assert len(data.files) == 2, "what is printed as a name is not read"
