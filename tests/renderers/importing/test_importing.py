"""The way of a file through the pages: sent, looked at, corrected, tried, imported, taken back."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from core.web.background import make_worker
from metamodel.model import Grant
from tests.renderers.surfing import Surfer, changed, sign_in
from tests.sites import Site

TABLE = "Клиенты за год;;\r\nНазвание;ИНН;Город\r\nООО «Ромашка»;7707083893;Москва\r\nАО «Прибой»;12;Омск\r\nИтого;2;\r\n"


def send(surfer: Surfer, data: bytes, name: str = "клиенты.csv", entity: str = "company") -> Any:
    page = surfer.get("/imports")
    token = re.search(r'name="_csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    answer = surfer.site.client.post(
        "/imports", data={"_csrf_token": token[1], "entity": entity}, files={"file": (name, data)},
        headers={"cookie": "; ".join(f"{n}={v}" for n, v in surfer.jar.items())}, follow_redirects=False,
    )  # fmt: skip
    surfer.site.client.cookies.clear()
    return answer


def work(site: Site) -> None:
    worker = make_worker(site.workspace)
    while worker.run_one():
        pass


def test_a_table_of_a_russian_excel_goes_in_without_an_option_and_comes_out_again(site: Site) -> None:
    surfer = sign_in(site, "admin")
    answer = send(surfer, TABLE.encode("cp1251"))
    assert answer.status_code == 303, answer.text[:600]
    opened = answer.headers["location"]
    page = surfer.get(opened)
    assert page.status_code == 200, page.text[:800]
    assert "ООО «Ромашка»" in page.text and "Windows-1251" in page.text
    before = site.get("/api/records/company?count=exact").json()["count"]
    form = surfer.form(opened)
    went = surfer.post(opened, [*changed(form, {}), ("then", "check")])
    assert went.status_code == 303, went.text[:500]
    begun = surfer.get(went.headers["location"])
    assert begun.status_code == 200, begun.text[:800]
    work(site)
    checked = surfer.get(f"{opened}/check")
    assert checked.status_code == 200, checked.text[:800]
    assert site.get("/api/records/company?count=exact").json()["count"] == before
    gone = surfer.post(f"{opened}/go", [])
    assert gone.status_code in (302, 303), gone.text[:500]
    job = gone.headers["location"]
    work(site)
    done = surfer.get(job)
    assert done.status_code == 200, done.text[:800]
    after = site.get("/api/records/company?count=exact").json()["count"]
    assert after > before
    assert surfer.get(opened).status_code == 404
    assert "клиенты.csv" in surfer.get("/imports").text
    back = surfer.post(f"{job}/revert", [("scope", "untouched")])
    assert back.status_code in (302, 303), back.text[:500]
    work(site)
    assert site.get("/api/records/company?count=exact").json()["count"] == before
    assert surfer.get(job).status_code == 200


def test_a_file_that_cannot_be_read_is_refused_on_the_page(site: Site) -> None:
    surfer = sign_in(site, "admin")
    for name, data, words in (
        ("a.xlsx", b"PK\x03\x04", "damaged"),
        ("a.pdf", b"%PDF-1.4", "PDF"),
        ("a.csv", b"\n", "empty"),
    ):
        answer = send(surfer, data, name)
        assert answer.status_code == 422 and words in answer.text, (name, answer.status_code)


def test_errors_are_repaired_one_by_one_and_by_one_answer_and_an_import_is_nobody_elses(site: Site) -> None:
    surfer, other = sign_in(site, "admin"), sign_in(site, "helen")
    table = "Название;ИНН\r\nАльфа;12\r\nБета;ошибка\r\nГамма;ошибка\r\nДельта;7714632091\r\n"
    opened = send(surfer, table.encode("cp1251")).headers["location"]
    surfer.post(opened, [*changed(surfer.form(opened), {}), ("then", "check")])
    work(site)
    page = surfer.get(f"{opened}/check")
    names = re.findall(r'name="fix:([^"]+)" value="(12|ошибка)"', page.text)
    assert [value for _, value in dict(names).items()] == ["12", "ошибка", "ошибка"], page.text[:2000]
    one = names[0][0]
    surfer.post(
        f"{opened}/check", [(f"was:{one}", "12"), (f"fix:{one}", "7714632092"), ("answer:1:ошибка", "")]
    )
    work(site)
    assert 'value="12"' not in surfer.get(f"{opened}/check").text
    surfer.post(f"{opened}/check", [(f"was:{names[1][0]}", "ошибка"), (f"fix:{names[1][0]}", "")])
    surfer.post(f"{opened}/check", [("answer:1:ошибка", "7714632093")])
    work(site)
    assert "fix:" not in surfer.get(f"{opened}/check").text
    for path in (opened, f"{opened}/check"):
        assert other.get(path).status_code == 404
        assert other.post(path, []).status_code == 404
    job = surfer.post(f"{opened}/go", []).headers["location"]
    work(site)
    assert other.get(job).status_code == 404 and other.post(f"{job}/revert", []).status_code == 404
    assert site.get("/api/records/company?filter=inn = '7714632093'&count=exact").json()["count"] == 1


def test_records_that_are_there_are_shown_before_the_import_and_may_be_said_to_be_others(site: Site) -> None:
    surfer = sign_in(site, "admin")
    table = "Название;Город\r\nЗаря;Омск\r\nВосход;Тверь\r\n".encode()
    keys = {"mode:company": "upsert", "key:company": "name"}
    for step in ("first", "again"):
        opened = send(surfer, table).headers["location"]
        surfer.post(opened, [*changed(surfer.form(opened), keys), ("then", "check")])
        work(site)
        page = surfer.get(f"{opened}/check").text
        assert ("Not the same" in page) == (step == "again"), page[:3000]
        if step == "again":
            lines = re.findall(r'name="shown" value="([^"]+)"', page)
            assert len(lines) == 2 and "Заря" in page
            answers = [("apart-of", "company"), *(("shown", line) for line in lines), ("apart", lines[0])]
            surfer.post(f"{opened}/check", answers)
            work(site)
            page = surfer.get(f"{opened}/check").text
            assert page.count("a new record is made") == 1 and len(re.findall('name="shown"', page)) == 2
            assert "checked" in page
        surfer.post(f"{opened}/go", [])
        work(site)
    found = site.get("/api/records/company?filter=name IN ('Заря', 'Восход')&sort=id").json()["items"]
    assert [each["name"] for each in found] == ["Заря", "Восход", "Заря"]


def test_an_error_of_a_field_that_no_column_fills_says_what_to_do(site: Site) -> None:
    surfer = sign_in(site, "admin")
    opened = send(surfer, "ИНН;Город\r\n7714632091;Омск\r\n".encode()).headers["location"]
    surfer.post(opened, [*changed(surfer.form(opened), {}), ("then", "check")])
    work(site)
    page = surfer.get(f"{opened}/check").text
    assert "No column fills this field." in page and "fix:" not in page, page[:3000]
    assert f'<a href="{opened}">Choose a column, or add one to the file</a>' in page


def test_the_trial_of_who_may_not_read_what_a_link_leads_to_is_shown_without_titles_of_it(site: Site) -> None:
    with site.workspace.read() as tx:
        model = tx.model
    company, manager = model.entities["company"], model.roles["manager"]
    grant = Grant(entity=company.uid, actions=frozenset(("read", "create", "import")))
    alone = {**model.roles, "manager": replace(manager, grants=(grant,))}
    site.workspace.remember(replace(model, roles=alone))
    try:
        surfer = sign_in(site, "mark")
        answer = send(surfer, "name;inn;owner\r\nООО «Ромашка»;7707083893;Marinа\r\n".encode())
        assert answer.status_code == 303, answer.text[:600]
        opened = answer.headers["location"]
        went = surfer.post(opened, [*changed(surfer.form(opened), {}), ("then", "check")])
        assert went.status_code == 303, went.text[:500]
        surfer.get(f"{opened}/check?begin=1")
        work(site)
        checked = surfer.get(f"{opened}/check")
        assert checked.status_code == 200 and "Marinа" in checked.text, checked.text[:800]
    finally:
        site.workspace.remember(model)
