"""Reading piece by piece: fields, paths, links, search, drop-downs, the bin, and what is refused."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.access.actor import Actor, system_actor
from core.errors import KubikError
from core.query import Link, Query, count, options, patient, read, record, record_by, titles, visible_ids
from core.query.compile import Part
from core.query.execute import reader_of
from core.storage.patience import Waiting
from metamodel.text import fold
from tests.core.query.world import MOMENT, Oracle, Person, Rule, actor_in, base, make_workspace
from tests.factories import model
from tests.oracle.searching import finds

EVERYTHING = Person(1, None)
READ = frozenset({"read"})
ALL_FIELDS = None


def limited(*rules: tuple[str, int, set[str] | None]) -> Person:
    """Somebody who reads by these rules: entity, number of the rule, fields."""
    return Person(1, tuple(Rule(e, READ, i, None if f is None else frozenset(f)) for e, i, f in rules))


class Asking:
    """Asks as a person, in one snapshot."""

    def __init__(self, place: Any, person: Person) -> None:
        self.workspace, self.world = place
        self.person = person
        self.oracle = Oracle(self.world, person)

    def __enter__(self) -> Asking:
        self._read = self.workspace.read()
        self.tx, self.actor = actor_in(self._read.__enter__(), self.person)
        return self

    def __exit__(self, *error: Any) -> None:
        self._read.__exit__(*error)

    def items(self, entity: str = "deal", *fields: str, **more: Any) -> list[dict[str, Any]]:
        query = Query(entity=entity, fields=fields or None, limit=1000, **more)
        return read(self.tx, self.actor, query).items

    def refused(self, **more: Any) -> str:
        with pytest.raises(KubikError) as error:
            read(self.tx, self.actor, Query(**{"entity": "deal", **more}))
        return error.value.code


def test_default_fields_are_all_but_children(place):
    with Asking(place, EVERYTHING) as asking:
        page = read(asking.tx, asking.actor, Query(entity="deal"))
        names = [column.name for column in page.columns]
        assert names[:2] == ["id", "version"]
        assert {"created_at", "created_by", "expected", "city", "stage", "last_result"} <= set(names)
        assert not {"items", "deleted_at", "position"} & set(names)
        assert set(page.items[0]) == set(names)


def test_named_fields_come_in_their_order_and_id_with_them(place):
    with Asking(place, EVERYTHING) as asking:
        page = read(asking.tx, asking.actor, Query(entity="deal", fields=("stage", "items", "name")))
        assert [column.name for column in page.columns] == ["stage", "items", "name"]
        assert set(page.items[0]) == {"id", "stage", "items", "name"}


def test_a_path_answers_under_its_own_name(place):
    with Asking(place, EVERYTHING) as asking:
        for item in asking.items("activity", "deal.company.city", "deal.stage", "deal.company"):
            row = asking.world.rows["activity"][item["id"]]
            deal = asking.world.get("deal", row["deal"])
            company = asking.world.get("company", deal["company"]) if deal else None
            assert item["deal.company.city"] == (company["city"] if company else None)
            assert item["deal.stage"] == (asking.oracle.shown("deal", deal, "stage") if deal else None)
            linked = item["deal.company"]
            assert (None if linked is None else linked.id) == (deal["company"] if deal else None)


def test_a_path_through_what_is_hidden_is_hidden(place):
    who = limited(("deal", 0, ALL_FIELDS), ("company", 1, {"name", "city"}), ("company", 2, {"name"}))
    with Asking(place, who) as asking:
        for item in asking.items("deal", "company.city", "company.name"):
            company = asking.world.rows["company"].get(asking.world.rows["deal"][item["id"]]["company"])
            for name in ("city", "name"):
                path = f"company.{name}"
                readable = (
                    company is None
                    or company["deleted_at"] is not None
                    and asking.oracle.sees("company", company)
                )
                if readable or asking.oracle.reads("company", company, name):
                    gone = company is None or company["deleted_at"] is not None
                    assert item[path] == (None if gone else company[name])
                else:
                    assert path not in item and path in item["_hidden"]


def test_links_say_when_their_record_is_binned_or_hidden(place):
    with Asking(place, limited(("deal", 0, ALL_FIELDS), ("company", 1, ALL_FIELDS))) as asking:
        kinds = set()
        for item in asking.items("deal", "company"):
            row = asking.world.rows["deal"][item["id"]]
            company = asking.world.rows["company"].get(row["company"])
            if company is None:
                assert item["company"] is None
            elif not asking.oracle.sees("company", company):
                assert item["company"] == Link(id=None, hidden=True)
            else:
                title = asking.oracle.title("company", company)
                assert item["company"] == Link(
                    company["id"], title, deleted=company["deleted_at"] is not None
                )
            kinds.add(item["company"] and (item["company"].deleted, item["company"].hidden))
        assert len(kinds) == 4


def test_a_link_to_an_entity_that_may_not_be_read_is_hidden(place):
    with Asking(place, limited(("deal", 0, ALL_FIELDS))) as asking:
        items = asking.items("deal", "company")
        assert {item["company"] for item in items} == {None, Link(id=None, hidden=True)}
        assert asking.refused(fields=("company.city",)) == "KBK2003"
        assert asking.refused(filter="company.city = 'x'") == "KBK2003"
        with pytest.raises(KubikError) as refused:
            read(asking.tx, asking.actor, Query(entity="company"))
        assert refused.value.code == "KBK2006"


def test_an_unreadable_field_answers_as_one_that_does_not_exist(place):
    who = limited(("deal", 0, {"name", "owner"}), ("user", 0, {"name"}))
    with Asking(place, who) as asking:
        ways: dict[str, Callable[[str], dict[str, Any]]] = {
            "fields": lambda n: {"fields": (n,)},
            "sort": lambda n: {"sort": (f"-{n}",)},
            "filter": lambda n: {"filter": f"{n} IS NULL"},
            "path": lambda n: {"fields": (f"owner.{n}",)},
            "path filter": lambda n: {"filter": f"owner.{n} IS NULL"},
        }
        for kind, write in ways.items():
            messages = []
            for name in ("department", "zzz", "margin", "login"):
                if name == "login" and not kind.startswith("path"):
                    continue
                with pytest.raises(KubikError) as refused:
                    read(asking.tx, asking.actor, Query(entity="deal", **write(name)))
                assert refused.value.code == "KBK2003", (kind, name)
                (error,) = refused.value.errors
                messages.append(str(error.message).replace(name, "X").split(" (did")[0])
            assert len(set(messages)) == 1, messages


def test_children_with_fields_of_their_own(place):
    with Asking(place, EVERYTHING) as asking:
        for item in asking.items("deal", "items.price", "items.product.code"):
            assert list(item) == ["id", "items"]
            for child in item["items"]:
                assert set(child) == {"id", "price", "product.code"}
        whole = next(i for i in asking.items("deal", "items") if i["items"])["items"][0]
        assert set(whole) == {"id", "version", "product", "quantity", "price", "amount"}


def test_the_bin_shows_a_parent_with_the_rows_that_went_with_it(database_url, tmp_path):
    sales = model()
    gone = {"deleted_at": MOMENT}
    rows = [
        ("product", base(id=1, code="P", name="Стол")),
        ("deal", base(id=1, name="А") | gone),
        ("deal", base(id=2, name="Б")),
        *[
            ("deal_item", base(id=i, deal=1 + i // 3, product=1, position=i) | (gone if i < 4 else {}))
            for i in (1, 2, 3, 4)
        ],
    ]
    workspace = make_workspace(database_url, tmp_path, rows, sales)

    def into_bin(tx: Any) -> None:
        for name, bins in (("deal", {1: "one"}), ("deal_item", {1: "before", 2: "one", 3: "other"})):
            table = tx.tables[sales.entities[name].uid].table
            for id, bin_id in bins.items():
                tx.connection.execute(table.update().where(table.c.id == id).values(bin_id=bin_id))

    workspace.write(into_bin)
    with workspace.read() as tx:
        (binned,) = read(tx, system_actor(), Query(entity="deal", fields=("items",), deleted="only")).items
        assert [child["id"] for child in binned["items"]] == [2]
        (live,) = read(tx, system_actor(), Query(entity="deal", fields=("items",))).items
        assert [child["id"] for child in live["items"]] == [4]
        item, _ = record(tx, system_actor(), "deal", 1, deleted=True)
        assert item["deleted_at"] == MOMENT
    workspace.close()


@pytest.mark.parametrize(
    "text",
    ["елк", "ЁЛК", "alpha b", "x" * 203, "б", "%", "_", "a%b", "'", "zzzz", "2026", "y" * 250, "tkrf", "№ 7"],
)
def test_search_finds_the_words_of_what_may_be_read(place, text):
    who = limited(("deal", 0, {"name", "number"}), ("deal", 1, {"lost_reason"}))
    for person in (EVERYTHING, who):
        with Asking(place, person) as asking:
            found = [item["id"] for item in asking.items("deal", "id", search=f" {text} ")]
            names = ("name", "number", "lost_reason", *(("city",) if person is EVERYTHING else ()))
            rows = [row for row in asking.world.rows["deal"].values() if row["deleted_at"] is None]
            texts = {r["id"]: [t for n in names if (t := asking.oracle.value("deal", r, n))] for r in rows}
            plain = [i for i in sorted(texts) if finds(text, texts[i], generous=False)]
            generous = [i for i in sorted(texts) if finds(text, texts[i], generous=True)]
            expected = plain if len(plain) >= 3 else generous
            assert found == expected
            assert count(asking.tx, asking.actor, Query(entity="deal", search=text)) == len(expected)


def test_only_asked_ids_and_repeated_names(place):
    with Asking(place, EVERYTHING) as asking:
        live = [r["id"] for r in asking.world.rows["deal"].values() if r["deleted_at"] is None]
        items = asking.items(
            "deal", "name", "name", "id", ids=(live[0], live[3], 10**6), sort=("-id", "name", "-id")
        )
        assert [i["id"] for i in items] == [live[3], live[0]]
        assert asking.items("deal", "name", ids=()) == []


def test_sorting_by_a_path(place):
    with Asking(place, EVERYTHING) as asking:
        items = asking.items("deal", "company.city", "company.staff", sort=("company.city", "-company.staff"))
        keys = [(i["company.city"], i["company.staff"]) for i in items]
        filled = [k for k in keys if k[0] is not None]
        assert [k[0] is None for k in keys] == sorted(k[0] is None for k in keys)
        assert [fold(k[0])[:200] for k in filled] == sorted(fold(k[0])[:200] for k in filled)
        for _, group in itertools.groupby(filled, key=lambda k: fold(k[0])[:200]):
            staff = [k[1] for k in group]
            assert [s is None for s in staff] == sorted(s is None for s in staff)
            assert [s for s in staff if s is not None] == sorted(
                (s for s in staff if s is not None), reverse=True
            )


def test_what_cannot_be_asked_is_refused(place):
    with Asking(place, EVERYTHING) as asking:
        assert asking.refused(entity="nothing") == "KBK2006"
        assert asking.refused(limit=0) == asking.refused(limit=1001) == "KBK2009"
        assert asking.refused(sort=("items",)) == "KBK2002"
        assert asking.refused(sort=("--name",)) == "KBK2003"
        assert (
            asking.refused(sort=("",))
            == asking.refused(fields=("",))
            == asking.refused(fields=("name.",))
            == "KBK2003"
        )
        assert asking.refused(fields=("name.id",)) == "KBK2003"
        assert asking.refused(sort=tuple(f"f{i}" for i in range(20))) == "KBK2002"
        assert asking.refused(filter="amount >") == "KBK2002"
        assert asking.refused(filter="amount = 'x'") == "KBK1012"
        assert asking.refused(cursor="nonsense") == "KBK2004"
        for id in (0, -1, 2**63, 10**9):
            with pytest.raises(KubikError) as refused:
                record(asking.tx, asking.actor, "deal", id)
            assert refused.value.code == "KBK2006"


def test_a_cursor_belongs_to_its_list_and_its_reader(place):
    with Asking(place, EVERYTHING) as asking:
        query = Query(entity="deal", fields=("name",), sort=("name",), limit=5)
        cursor = read(asking.tx, asking.actor, query).next
        assert read(asking.tx, asking.actor, replace(query, cursor=cursor, limit=7)).items
        assert read(asking.tx, asking.actor, replace(query, cursor=cursor, fields=None)).items
        for other in (
            {"sort": ("-name",)},
            {"filter": "amount > 1"},
            {"search": "a"},
            {"entity": "company"},
            {"deleted": "only"},
        ):
            assert asking.refused(**{"sort": ("name",), **other, "cursor": cursor}) == "KBK2004"
        somebody = replace(asking.actor, user=2)
        with pytest.raises(KubikError):
            read(asking.tx, somebody, replace(query, cursor=cursor))
    with Asking(place, limited(("deal", 0, ALL_FIELDS))) as asking:
        assert asking.refused(fields=("name",), sort=("name",), cursor=cursor) == "KBK2004"


def test_a_record_by_its_unique_field(place):
    with Asking(place, limited(("company", 1, {"name", "inn"}))) as asking:
        for row in asking.world.rows["company"].values():
            if asking.oracle.sees("company", row) and row["deleted_at"] is None:
                item, _ = record_by(asking.tx, asking.actor, "company", "inn", row["inn"])
                assert item["id"] == row["id"]
            else:
                with pytest.raises(KubikError) as refused:
                    record_by(asking.tx, asking.actor, "company", "inn", row["inn"])
                assert refused.value.code == "KBK2006"
        for field in ("name", "zzz", "city"):
            with pytest.raises(KubikError) as refused:
                record_by(asking.tx, asking.actor, "company", field, "x")
            assert refused.value.code == "KBK2003"


def test_titles_and_visible_ids(place):
    with Asking(place, limited(("company", 1, {"name"}))) as asking:
        company = asking.world.model.entities["company"]
        rows = asking.world.rows["company"]
        found = titles(asking.tx, asking.actor, company, [*rows, 999])
        for id, row in rows.items():
            if asking.oracle.sees("company", row):
                assert found[id].title == asking.oracle.title("company", row)
                assert found[id].deleted == (row["deleted_at"] is not None)
            else:
                assert found[id] == Link(id=None, hidden=True)
        assert found[999].hidden
        live = {i for i, r in rows.items() if asking.oracle.sees("company", r) and r["deleted_at"] is None}
        assert visible_ids(asking.tx, asking.actor, company, rows) == live


def test_a_drop_down_offers_visible_and_allowed_records_by_title(place):
    who = limited(
        ("deal", 0, ALL_FIELDS), ("deal_item", 0, ALL_FIELDS), ("product", 0, {"code", "name", "active"})
    )
    with Asking(place, who) as asking:
        products = [
            r for r in asking.world.rows["product"].values() if r["deleted_at"] is None and r["active"]
        ]
        offered = options(asking.tx, asking.actor, "deal_item", "product", "", {}, 50)
        expected = sorted(products, key=lambda r: (fold(asking.oracle.title("product", r))[:200], r["id"]))
        assert [o.id for o in offered] == [r["id"] for r in expected]
        assert [o.title for o in offered] == [asking.oracle.title("product", r) for r in expected]
        assert [o.id for o in options(asking.tx, asking.actor, "deal_item", "product", "P4", {}, 50)] == [4]
        assert options(asking.tx, asking.actor, "deal", "company", "", {}, 50) == []
        with pytest.raises(KubikError) as refused:
            options(asking.tx, asking.actor, "deal_item", "price", "", {}, 50)
        assert refused.value.code == "KBK2003"


def test_one_prepared_question_serves_all_people_with_the_same_grants(place):
    who = limited(("deal", 1, ALL_FIELDS), ("user", 0, ALL_FIELDS))
    with Asking(place, who) as asking:
        query = Query(entity="deal", fields=("name", "owner"), sort=("name",))
        first = reader_of(asking.tx, asking.actor, query)
        for me in (1, 2, 3):
            actor: Actor = replace(asking.actor, user=me)
            assert reader_of(asking.tx, actor, query) is first
            owners = {item["owner"].id for item in read(asking.tx, actor, query).items}
            assert owners == {me}


def test_what_may_not_be_read_is_not_in_the_statement(place):
    who = limited(("deal", 1, {"name"}), ("deal", 4, {"name", "margin"}))
    with Asking(place, who) as asking:
        reader = reader_of(asking.tx, asking.actor, Query(entity="deal"))
        columns = asking.tx.tables[asking.world.model.entities["deal"].uid].columns
        deal = asking.world.model.entities["deal"].by_name
        text = reader.pages.page(Part()).prepared.text
        assert columns[deal["margin"].uid].value.name in text
        assert columns[deal["probability"].uid].value.name not in text
        assert columns[deal["amount"].uid].value.name not in text


def test_a_record_out_of_sight_is_not_asked_for_by_its_number(place):
    """Which deals share a company that is not seen is told by no comparison; its number is that of nothing."""
    for who in (limited(("deal", 0, ALL_FIELDS), ("company", 1, ALL_FIELDS)), EVERYTHING):
        with Asking(place, who) as asking:
            oracle, companies = asking.oracle, asking.world.rows["company"]
            deals = asking.world.rows["deal"]
            led = {
                i["id"]: oracle.value("deal", deals[i["id"]], "company") for i in asking.items("deal", "id")
            }
            hidden = [
                id for id, row in companies.items() if id in led.values() and not oracle.sees("company", row)
            ]
            assert bool(hidden) == (who is not EVERYTHING)

            def found(text, asking=asking):
                return [i["id"] for i in asking.items("deal", "id", filter=text)]

            for id in companies:
                wanted = [deal for deal, to in led.items() if to == id and id not in hidden]
                assert found(f"company = {id}") == found(f"company IN ({id}, 999999)") == wanted
            for id in hidden[:3]:
                for text in (
                    "company <> {}",
                    "NOT (company = {})",
                    "company IN ({}, 1)",
                    "NOT (company IN ({}, 1))",
                ):
                    assert found(text.format(id)) == found(text.format(999_999)), text
            assert found("company = company") == [deal for deal, to in led.items() if to and to not in hidden]


def test_a_filter_that_counts_and_counts_ends_in_time_when_somebody_waits(place, monkeypatch):
    """Each level asks all deals of a company again: a job may, a page may not keep a thread for hours."""
    nested = "COUNT(company.deals WHERE " * 5 + "name IS NOT NULL" + ") > 0" * 5
    with Asking(place, EVERYTHING) as asking:
        assert count(asking.tx, asking.actor, Query(entity="deal", filter=nested))
        monkeypatch.setattr(patient, "MAX_SECONDS", 0.0)
        asking.tx.waiting = Waiting(lambda: None)
        assert asking.items(filter="name IS NOT NULL")
        assert asking.refused(filter=nested) == "KBK2013"


def test_no_list_leads_on_from_a_record_out_of_sight_or_from_a_hidden_link(place):
    """Deals that share a company which is not seen are not told apart by what else leads to it."""
    hidden_rows = limited(("deal", 0, ALL_FIELDS), ("company", 1, ALL_FIELDS))
    hidden_cells = limited(
        ("deal", 0, {"name"}), ("deal", 3, {"name", "company"}), ("company", 0, ALL_FIELDS), ("activity", 0, ALL_FIELDS)
    )  # fmt: skip
    for who in (hidden_rows, hidden_cells, EVERYTHING):
        with Asking(place, who) as asking:
            oracle, rows, told = asking.oracle, asking.world.rows, set()
            expected = {}
            for row in rows["deal"].values():
                id = oracle.value("deal", row, "company")
                seen = id is not None and oracle.sees("company", rows["company"][id])
                expected[row["id"]] = len(oracle.rows_of("deal", "company", id)) if seen else 0
                told.add((id is not None, seen))
            assert told >= {(True, True), (True, who is not hidden_rows)}
            items = asking.items("deal", "id")
            among = [i["id"] for i in items]
            for text, fits in (
                ("COUNT(company.deals) > 1", lambda n: n > 1),
                ("EXISTS(company.deals WHERE id IS NOT NULL)", lambda n: n > 0),
                ("COUNT(company.deals) = 0", lambda n: n == 0),
            ):
                wanted = [id for id in among if fits(expected[id])]
                found = asking.items("deal", "id", filter=text)
                assert [i["id"] for i in found] == wanted and wanted, text
                assert count(asking.tx, asking.actor, Query(entity="deal", filter=text)) == len(wanted)
