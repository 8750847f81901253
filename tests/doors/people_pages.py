"""Pages about people, groups, departments, roles, shares and one's own security: nothing of whom one does not manage."""

from __future__ import annotations

from tests.doors.api_reading import UNKNOWN, alike
from tests.doors.doors import claims
from tests.doors.pages_reading import bare, no_page
from tests.doors.visit import Visit


def forms_alike(
    visit: Visit, path: str, hidden: object, unknown: object, pairs: list[tuple[str, str]]
) -> None:
    """A form about what is hidden is answered as one about what is not there."""
    told, nothing = (visit.form(path.replace("{}", str(each)), pairs) for each in (hidden, unknown))
    assert bare(told, hidden, unknown) == bare(nothing, hidden, unknown), (path, told.status, nothing.status)


@claims(
    "GET /people", "GET /people/{identity}/options", "POST /people/new/preview", "GET /people/new", "POST /people/new", "GET /people/{identity}",
    "POST /people/{identity}", "POST /people/{identity}/preview", "GET /departments", "GET /groups",
    "POST /people/{identity}/end-sessions", "POST /people/{identity}/link", "POST /people/{identity}/reset-factor",
    "POST /people/{identity}/disable", "POST /people/{identity}/enable", "GET /people/{identity}/leave", "POST /people/{identity}/leave",
    "GET /people/{identity}/leave/{job}", "POST /people/{identity}/leave/{job}/cancel", "POST /people/{identity}/leave/{job}/undo",
)  # fmt: skip
def people(visit: Visit) -> None:
    """People out of sight are nobody, on every page about people."""
    for path in ("/people", "/people?q=q", "/people/new", "/departments", "/groups"):
        visit.page(path)
    visit.form("/people/new/preview", [("/login", "anna")])
    visit.form("/people/new", [("/login", "")])
    user = visit.entity("user")
    for row in visit.rows("user"):
        here = f"/people/{row['id']}"
        if visit.rights.sees(user, row) or row["id"] == visit.rights.person.me:
            for tail in ("", "/leave"):
                visit.page(here + tail)
            visit.form(f"{here}/preview", [("department", "")])
            visit.form(here, [("_version", "0"), ("login", "")])
            continue
        for tail in ("", "/leave", "/leave/1"):
            no_page(visit, "/people/{}" + tail, row["id"], UNKNOWN)
        for tail in (
            "",
            "/preview",
            "/end-sessions",
            "/link",
            "/reset-factor",
            "/disable",
            "/enable",
            "/leave",
            "/leave/1/cancel",
            "/leave/1/undo",
        ):
            forms_alike(visit, "/people/{}" + tail, row["id"], UNKNOWN, [])


@claims("GET /e/{entity}/{identity}/share", "POST /e/{entity}/{identity}/share", "POST /e/{entity}/{identity}/share/{share}/end",
        "POST /e/{entity}/{identity}/share/preview")  # fmt: skip
def shares(visit: Visit) -> None:
    """A record out of sight is shared by nobody."""
    work = visit.entity("work")
    for row in visit.some(visit.rights.world.rows[work.uid], 5):
        if visit.rights.sees(work, row):
            visit.page(f"/e/work/{row['id']}/share", fragment=True)
            visit.form(f"/e/work/{row['id']}/share/preview", [("user", str(UNKNOWN))])
            visit.form(f"/e/work/{row['id']}/share/{UNKNOWN}/end", [])
            continue
        no_page(visit, "/e/work/{}/share", row["id"], UNKNOWN)
        for tail in ("/share", "/share/preview", f"/share/{UNKNOWN}/end"):
            forms_alike(visit, "/e/work/{}" + tail, row["id"], UNKNOWN, [])


@claims("GET /roles", "GET /roles/{name}", "GET /roles/access-tests", "GET /roles/new-role", "POST /roles/new-role",
        "GET /roles/{name}/grant/{number}", "POST /roles/{name}/grant/{number}", "GET /roles/check-rule", "POST /roles/{name}/delete",
        "GET /roles/{name}/settings", "POST /roles/{name}/settings",
        "POST /roles/apply-plan", "POST /roles/take-back", "GET /why", "POST /why/keep", "GET /api/access/explain")  # fmt: skip
def roles(visit: Visit) -> None:
    """Explanations are for who manages people, and of records that they see themselves."""
    for path in (
        "/roles",
        "/roles/administrator",
        "/roles/access-tests",
        "/roles/new-role",
        "/roles/nothing",
        "/roles/nothing/settings",
        "/roles/administrator/settings",
    ):
        visit.page(path)
    visit.page("/roles/check-rule?entity=work&rule=owner+%3D+me")
    for path in (
        "/roles/new-role",
        "/roles/nothing/grant/0",
        "/roles/nothing/delete",
        "/roles/nothing/settings",
        "/roles/apply-plan",
        "/roles/take-back",
        "/why/keep",
    ):
        visit.form(path, [])
    work, user = visit.entity("work"), visit.entity("user")
    for row in visit.some(visit.rights.world.rows[work.uid], 4):
        for person in visit.rows("user"):
            ask = f"user={person['id']}&entity=work&id={row['id']}&action=read"
            visit.page(f"/why?{ask}")
            visit.api("GET", f"/api/access/explain?{ask}&field=hint")
    for person in visit.rows("user"):
        if not visit.rights.sees(user, person) and person["id"] != visit.rights.person.me:
            alike(visit, "GET", "/api/access/explain?user={}&entity=work&action=read", person["id"], UNKNOWN)


@claims(
    "GET /sign-in/code", "POST /sign-in/code", "GET /sign-in/factor", "POST /sign-in/factor", "GET /join", "POST /join",
    "GET /me/security/confirm", "POST /me/security/confirm", "GET /me/security", "POST /me/security/sessions/{handle}/end",
    "POST /me/security/sessions/end", "GET /me/security/password", "POST /me/security/password", "GET /me/security/factor",
    "POST /me/security/factor", "POST /me/security/factor/off", "POST /me/security/recovery", "GET /me/security/tokens/new",
    "POST /me/security/tokens/new", "POST /me/security/tokens/{token}/end", "GET /me/security/deputies/new",
    "POST /me/security/deputies/new", "POST /me/security/deputies/{deputy}/end", "GET /me/acting", "POST /me/acting", "POST /me/acting/end",
)  # fmt: skip
def oneself(visit: Visit) -> None:
    """One's own keys alone; those of others are as those that nobody has."""
    for path in ("/sign-in/code", "/sign-in/factor", "/join?key=x", "/me/security/confirm", "/me/security", "/me/security/password",
                 "/me/security/factor", "/me/security/tokens/new", "/me/security/deputies/new", "/me/acting"):  # fmt: skip
        visit.page(path)
    for path in ("/sign-in/code", "/sign-in/factor", "/join", "/me/security/password", "/me/security/factor", "/me/security/factor/off",
                 "/me/security/recovery", "/me/security/confirm"):  # fmt: skip
        visit.form(path, [])
    for number in (1, 2, 3, 4, 5):
        forms_alike(visit, "/me/security/deputies/{}/end", 58_000_000 + number, UNKNOWN, [])
    user = visit.entity("user")
    for person in visit.rows("user"):
        if not visit.rights.sees(user, person):
            forms_alike(
                visit, "/me/acting", person["id"], UNKNOWN, [("user", str(person["id"])), ("mode", "view")]
            )
