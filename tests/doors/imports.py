"""The pages of import: nothing of an import that another person began, or of one that is nowhere."""

from __future__ import annotations

from core.records.importing.unfinished import unfinished
from core.web.background import make_worker
from tests.doors.doors import claims
from tests.doors.others import file_on_its_way, job_of_another, me, other
from tests.doors.pages_reading import bare
from tests.doors.visit import Visit


@claims(
    "GET /imports", "POST /imports", "POST /imports/open/{token}/drop", "GET /imports/open/{token}", "POST /imports/open/{token}",
    "GET /imports/open/{token}/check", "POST /imports/open/{token}/check", "POST /imports/open/{token}/go",
    "POST /imports/open/{token}/stop", "GET /imports/{job}", "POST /imports/{job}/stop", "POST /imports/{job}/go-on", "POST /imports/{job}/revert",
)  # fmt: skip
def imports(visit: Visit) -> None:
    """What is not one's own is answered as what is not there; a preview shows no record or cell that is hidden."""
    visit.page("/imports")
    visit.page("/imports?entity=work")
    visit.form("/imports", [("file", "999999999"), ("entity", "work")])
    _of_others(visit)
    table = _table(visit)
    visit.asking = table
    token = file_on_its_way(visit, me(visit), "work", table)
    for path in (f"/imports/open/{token}", f"/imports/open/{token}?row=2"):
        assert visit.page(path).status in (200, 404), path
        visit.page(path, fragment=True)
    if visit.page(f"/imports/open/{token}").status == 200:
        visit.form(f"/imports/open/{token}", [("then", "check")])
        visit.page(f"/imports/open/{token}/check?begin=1")
        worker = make_worker(visit.site.workspace)
        while worker.run_one():
            pass
        assert visit.page(f"/imports/open/{token}/check").status == 200
    visit.asking = ""
    assert visit.form(f"/imports/open/{token}/drop", []).status in (303, 404)


def _table(visit: Visit) -> str:
    """Names of works and parts, codes of organizations, logins: those in sight and those that are not."""
    works, orgs, people = (visit.rows(name) for name in ("work", "org", "user"))
    name, code, login = (
        visit.entity(entity).by_name[field].uid
        for entity, field in (("work", "name"), ("org", "code"), ("user", "login"))
    )
    rows = [
        f"{work[name]};{orgs[n % len(orgs)][code]};{people[n % len(people)][login]}"
        for n, work in enumerate(works)
    ]
    return "\n".join(["name;org;owner", *rows]) + "\n"


def _of_others(visit: Visit) -> None:
    """Each page and form of an import of another person is that of one that is nowhere."""
    foreign, nowhere = file_on_its_way(visit, other(visit), "work", "name\nx\n"), "f" * 32
    for tail in ("", "/check"):
        one, another = (visit.page(f"/imports/open/{each}{tail}") for each in (foreign, nowhere))
        assert bare(one, foreign, nowhere) == bare(another, foreign, nowhere) and one.status == 404, tail
    for tail in ("", "/drop", "/check", "/go", "/stop"):
        one, another = (visit.form(f"/imports/open/{each}{tail}", []) for each in (foreign, nowhere))
        assert bare(one, foreign, nowhere) == bare(another, foreign, nowhere) and one.status == 404, tail
    assert unfinished(visit.site.workspace, other(visit), foreign).recipe is None, "it is as it was"
    job, none = job_of_another(visit, "import"), 999_999
    places = [f"imports{slash}{each}" for each in (job, none) for slash in ("/", "%2F")]
    one, another = (visit.page(f"/imports/{each}") for each in (job, none))
    assert bare(one, *places) == bare(another, *places) and one.status == 404
    for tail in ("/stop", "/go-on", "/revert"):
        one, another = (visit.form(f"/imports/{each}{tail}", []) for each in (job, none))
        assert bare(one, *places) == bare(another, *places) and one.status == 404, (tail, one, another)
    for method, tail in (("GET", ""), ("GET", "/errors"), ("DELETE", "")):
        assert visit.api(method, f"/api/jobs/{job}{tail}").status == 404, (method, tail)
    assert visit.api("POST", f"/api/imports/{job}/go-on").status == 404
