"""The pages of import: nothing of an import that another person began, or of one that is nowhere."""

from __future__ import annotations

from tests.doors.doors import claims
from tests.doors.pages_reading import bare
from tests.doors.visit import Visit

OPEN = ("0" * 32, "f" * 32)
JOBS = (999_998, 999_999)


@claims(
    "GET /imports", "POST /imports", "POST /imports/open/{token}/drop", "GET /imports/open/{token}", "POST /imports/open/{token}",
    "GET /imports/open/{token}/check", "POST /imports/open/{token}/check", "POST /imports/open/{token}/go",
    "POST /imports/open/{token}/stop", "GET /imports/{job}", "POST /imports/{job}/stop", "POST /imports/{job}/revert",
)  # fmt: skip
def imports(visit: Visit) -> None:
    """What is not one's own is answered as what is not there."""
    visit.page("/imports")
    visit.page("/imports?entity=work")
    visit.form("/imports", [("file", "999999999"), ("entity", "work")])
    for path, pairs in (("/imports/open/{}", ()), ("/imports/open/{}/check", ())):
        one, other = (visit.page(path.format(each)) for each in OPEN)
        assert bare(one, *OPEN) == bare(other, *OPEN) and one.status == 404, (path, pairs)
    for tail in ("", "/drop", "/check", "/go", "/stop"):
        one, other = (visit.form(f"/imports/open/{each}{tail}", []) for each in OPEN)
        assert bare(one, *OPEN) == bare(other, *OPEN) and one.status == 404, tail
    one, other = (visit.page(f"/imports/{each}") for each in JOBS)
    assert bare(one, *JOBS) == bare(other, *JOBS) and one.status == 404
    for tail in ("/stop", "/revert"):
        one, other = (visit.form(f"/imports/{each}{tail}", []) for each in JOBS)
        assert bare(one, *JOBS) == bare(other, *JOBS) and one.status == 404, tail
