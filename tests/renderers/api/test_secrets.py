"""Secrets: encrypted where they stand, told to who may be told, and found nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core import records
from core.access.actor import system_actor
from core.errors import KubikError
from core.records.shapes import Ready
from core.storage.sealing import Place
from tests.conftest import Databases, Dialect
from tests.papers import PAPERS, papers_model
from tests.renderers.api.test_records import problem
from tests.sites import Site, install, running

SECRET = "Пароль-Zx9!вертолёт"
OTHER = "Другой-пароль-Qw7"


@pytest.fixture
def papers(dialect: Dialect, fresh_database: Databases, tmp_path: Path) -> Iterator[Site]:
    url = fresh_database(dialect)
    tokens = install(url, tmp_path, papers_model())
    with running(url, tmp_path, tokens) as found:
        yield found


def everything_stored(site: Site) -> str:
    """Every table of the workspace, and the database file itself, as text."""
    database = site.workspace.database
    found: list[str] = []
    with database.outside.connect() as connection:
        for table in sa.inspect(connection).get_table_names(schema=database.schema):
            rows = connection.execute(
                sa.select(sa.text("*")).select_from(sa.table(table, schema=database.schema))
            )
            found += [str(tuple(row)) for row in rows]
    for path in site.workspace.settings.home.rglob("*"):
        if path.is_file():
            found.append(path.read_bytes().decode("utf-8", "ignore"))
    return "\n".join(found)


def test_a_secret_is_found_nowhere_but_in_the_answer_to_who_may_be_told(
    papers: Site, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []

    def told(answer: Any) -> Any:
        seen.append(answer.text + str(answer.headers))
        return answer

    body = {"name": "Router", "code": SECRET, "lines": [{"name": "a", "pin": OTHER}, {"name": "b"}]}
    key = {"idempotency-key": "k1"}
    made = told(papers.post(PAPERS, body, headers=key)).json()
    assert made["code"] == {"set": True} and made["has_code"] is True
    assert told(papers.post(PAPERS, body, headers=key)).json() == made
    one = f"{PAPERS}/{made['id']}"
    lines = told(papers.get(f"{one}?fields=lines")).json()["lines"]
    assert [line["pin"] for line in lines] == [{"set": True}, {"set": False}]

    for wrong in (
        {"name": None, "code": SECRET},
        {"code": [SECRET]},
        {"code": SECRET + "\0"},
        {"code": SECRET * 900},
    ):
        assert told(papers.patch(one, wrong)).status_code == 422
    assert told(papers.call("PATCH", one, content=f'{{"code": "{SECRET}"'.encode())).status_code == 400
    told(papers.patch(one, {"code": SECRET, "name": "Switch"}, headers={"if-match": '"9"'}))
    told(papers.patch(one, {"name": "Switch"}))
    told(papers.post(f"{PAPERS}/batch", {"create": [{"name": "x", "code": SECRET}, {"code": SECRET}]}))
    for path in (
        PAPERS, f"{PAPERS}?fields=code,name", f"{PAPERS}?search={SECRET}", f"{one}/history", "/api/changes",
        f"{PAPERS}?filter=code IS NOT NULL", f"{PAPERS}?filter=code = '{SECRET}'", f"{PAPERS}?sort=code",
        "/api/openapi.json", "/api/model",
    ):  # fmt: skip
        answer = told(papers.get(path))
        if "search=" in path:
            assert answer.json()["items"] == []
        if "filter=code =" in path:
            problem(answer, 422, "KBK1012")
    history = papers.get(f"{one}/history").json()["items"]
    assert history[-1]["changes"]["code"] == {"from": {"set": False}, "to": {"set": True}}

    assert not any(SECRET in text or OTHER in text for text in seen)
    stored = everything_stored(papers)
    assert SECRET not in stored and OTHER not in stored
    logged = "".join(capfd.readouterr()) + caplog.text
    assert SECRET not in logged and OTHER not in logged

    answer = papers.call("POST", f"{one}/reveal/code")
    assert answer.json() == {"value": SECRET} and answer.headers["cache-control"] == "no-store"


def test_telling_a_secret_needs_its_own_right_on_row_and_field_and_is_recorded_first(papers: Site) -> None:
    made = papers.post(PAPERS, {"name": "Router", "code": SECRET, "lines": [{"pin": OTHER}]}, "mark").json()
    one = f"{PAPERS}/{made['id']}"
    line = papers.get(f"{one}?fields=lines", "mark").json()["lines"][0]["id"]
    problem(papers.call("POST", f"{one}/reveal/code", "mark"), 403, "KBK4002")
    problem(papers.call("POST", f"{one}/reveal/code", "nina"), 404, "KBK2006")
    problem(papers.call("POST", f"{one}/reveal/name", "helen"), 404, "KBK2006")
    problem(papers.call("POST", f"{one}/reveal/nothing", "helen"), 404, "KBK2006")
    problem(papers.get(f"{one}/reveal/code", "helen"), 405, "KBK2007")
    before = papers.get("/api/changes", "helen").json()["items"]
    assert papers.call("POST", f"{one}/reveal/code", "helen").json() == {"value": SECRET}
    assert papers.call("POST", f"/api/records/paper_line/{line}/reveal/pin", "helen").json() == {
        "value": OTHER
    }
    last = papers.get(f"{one}/history", "helen").json()["items"][0]
    assert last["kind"] == "revealed" and last["by"]["title"] == "Helen"
    assert last["changes"] == {"code": {"from": {"set": True}, "to": {"set": True}}}
    assert papers.get("/api/changes", "helen").json()["items"] == before
    assert papers.get(one, "helen").headers["etag"] == '"1"'
    answer = papers.patch(one, {"code": None}, "mark", headers={"if-match": '"1"'})
    assert answer.json()["code"] == {"set": False}
    assert papers.call("POST", f"{one}/reveal/code", "helen").json() == {"value": None}
    assert len(papers.get(f"{one}/history", "helen").json()["items"]) == 3


def test_a_ciphertext_opens_in_its_own_place_alone(papers: Site) -> None:
    ids = [papers.post(PAPERS, {"name": "p", "code": SECRET}).json()["id"] for _ in range(2)]
    model = papers_model()
    entity = model.entities["paper"]
    uid = entity.by_name["code"].uid
    workspace = papers.workspace
    with workspace.read() as tx:
        table = tx.tables[entity.uid]
        column = table.columns[uid].value
        rows = tx.connection.execute(sa.select(table.table.c.id, column)).all()
        sealed = {row[0]: row[1] for row in rows}
    assert sealed[ids[0]] != sealed[ids[1]]
    place = Place(entity=entity.uid, record=ids[0], field=uid)
    assert workspace.sealing.open(sealed[ids[0]], place) == SECRET
    for moved in (replace(place, record=ids[1]), replace(place, field="x"), replace(place, entity="x")):
        with pytest.raises(KubikError, match="KBK5006"):
            workspace.sealing.open(sealed[ids[0]], moved)
    for elsewhere in (replace(workspace.sealing, workspace="x"), replace(workspace.sealing, key=b"1" * 32)):
        with pytest.raises(KubikError, match="KBK5006"):
            elsewhere.open(sealed[ids[0]], place)
    workspace.write(lambda tx: tx.connection.execute(
        sa.update(tx.tables[entity.uid].table).where(tx.tables[entity.uid].table.c.id == ids[1]).values(
            {tx.tables[entity.uid].columns[uid].value: sealed[ids[0]]})))  # fmt: skip
    problem(papers.call("POST", f"{PAPERS}/{ids[1]}/reveal/code"), 409, "KBK5006")
    with pytest.raises(ValueError, match="belongs to one record"):
        workspace.write(lambda tx: records.update(
            tx, system_actor(), "paper", ids[1], {"code": Ready("k1.other")}))  # fmt: skip
