"""Pages of people: who may open them, what a change means before it is saved, coming, leaving, sharing."""

from __future__ import annotations

import re
from typing import Any

from core.jobs.worker import Worker
from core.web.background import handlers
from tests.renderers.surfing import Surfer, sign_in
from tests.sites import Site


def people(site: Site) -> dict[str, int]:
    """The ids of people by login."""
    return {item["login"]: item["id"] for item in site.get("/api/records/user?limit=100").json()["items"]}


def create(site: Site, entity: str, values: dict[str, Any], who: str = "admin") -> int:
    answer = site.post(f"/api/records/{entity}", values, who)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def roles(site: Site) -> dict[str, int]:
    return {item["name"]: item["id"] for item in site.get("/api/records/role").json()["items"]}


def words(html: str) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def send(surfer: Surfer, path: str, *pairs: tuple[str, str], htmx: bool = False) -> Any:
    return surfer.post(path, pairs, **({"hx-request": "true"} if htmx else {}))


def do_jobs(site: Site) -> None:
    worker = Worker(site.workspace, handlers())
    while worker.run_one():
        pass


def test_the_list_is_there_for_who_manages_people_alone_and_tells_roles_ways_and_states(site: Site) -> None:
    known = people(site)
    create(site, "group", {
        "name": "Night shift", "members": [known["nina"]], "roles": [roles(site)["helper"]],
    })  # fmt: skip
    site.patch(f"/api/records/user/{known['mark']}", {"active": False})
    helen = sign_in(site, "helen")
    page = words(helen.get("/people").text)
    assert "Mark" in page and "disabled" in page and "Nina" in page
    assert "Helper (by the group “Night shift”)" in page
    assert (
        "Nina" in helen.get("/people?role=helper").text
        and "Mark" not in helen.get("/people?role=helper").text
    )
    assert "Nina" not in helen.get("/people?state=disabled").text
    assert "Nobody found" in helen.get("/people?state=invited").text
    assert "/people" in helen.get("/e/company").text
    nina = sign_in(site, "nina")
    assert "/people" not in nina.get("/e/company").text
    for path in (
        "/people",
        "/people/new",
        f"/people/{known['mark']}",
        "/departments",
        "/groups",
        "/people/1/options",
    ):
        assert nina.get(path).status_code == 404, path
    for login in ("admin", "helen"):
        assert helen.get(f"/people/{known[login]}").status_code == 403
    assert "Night shift" in helen.get("/groups").text and helen.get("/departments").status_code == 200


def test_what_a_change_means_is_told_by_entity_before_it_is_saved_and_nothing_stays_of_asking(
    site: Site,
) -> None:
    known, helen = people(site), sign_in(site, "helen")
    for n in range(4):
        create(site, "company", {"name": f"V{n}", "vip": True, "owner": known["helen"]})
    create(site, "company", {"name": "own", "owner": known["mark"]})
    group = create(site, "group", {"name": "Shift", "roles": [roles(site)["helper"]]})
    here = f"/people/{known['mark']}"
    page = words(helen.get(here).text)
    assert "Companies 1" in page
    chosen = [("role", "manager"), ("group", str(group))]
    told = words(send(helen, f"{here}/preview", *chosen, htmx=True).text)
    assert "This person will now see: Companies — 5, 4 more than before" in told and "+4" in told
    assert "role" in helen.get(here).text and "by the group" not in helen.get(here).text
    fewer = words(send(helen, f"{here}/preview", htmx=True).text)
    assert "−1" in fewer and "may no more: see records, add records" in fewer
    whole = words(send(helen, f"{here}/preview", *chosen).text)
    assert "4 more than before" in whole  # the same without scripts
    assert send(helen, here, *chosen).status_code == 303
    assert "by the group “Shift”" in helen.get(here).text
    assert len(site.get("/api/records/company", "mark").json()["items"]) == 5
    version = re.search(r'name="_version" value="(\d+)"', helen.get(here).text)
    site.patch(f"/api/records/user/{known['mark']}", {"email": "m@example.org"})
    stale = send(helen, here, ("role", "helper"), ("_version", version[1] if version else ""))
    assert stale.status_code == 412 and "make your change once more" in stale.text
    fresh = re.search(r'name="_version" value="(\d+)"', stale.text)
    assert fresh is not None and version is not None and int(fresh[1]) > int(version[1])
    assert 'value="manager" checked' in stale.text and 'value="helper" checked' not in stale.text
    assert send(helen, here, *chosen, ("_version", fresh[1])).status_code == 303


def test_a_group_that_somebody_else_gave_meanwhile_is_not_taken_by_an_older_page(site: Site) -> None:
    mark, helen = people(site)["mark"], sign_in(site, "helen")
    day, night = (create(site, "group", {"name": name}) for name in ("Day", "Night"))
    version = re.search(r'name="_version" value="(\d+)"', helen.get(f"/people/{mark}").text)
    assert version is not None
    site.patch(f"/api/records/group/{night}", {"members": [mark]})
    older = [("role", "manager"), ("_version", version[1]), ("_had", "")]
    assert send(helen, f"/people/{mark}", *older, ("group", str(day))).status_code == 303
    inside = [item["members"] for item in site.get("/api/records/group?fields=members").json()["items"]]
    assert [[each["id"] for each in members] for members in inside] == [[mark], [mark]]
    taken = [("role", "manager"), ("_had", f"{day},{night}"), ("group", str(night))]
    assert send(helen, f"/people/{mark}", *taken).status_code == 303
    assert site.get(f"/api/records/group/{day}").json()["members"] == []


def test_nobody_gives_a_role_that_is_not_below_theirs(site: Site) -> None:
    known, helen = people(site), sign_in(site, "helen")
    for role in ("administrator", "head"):
        send(helen, f"/people/{known['mark']}", ("role", "manager"), ("role", role))
    held = site.get(f"/api/records/user/{known['mark']}?fields=roles").json()["roles"]
    assert [row["role"]["id"] for row in held] == [roles(site)["manager"]]
    refused = send(helen, "/people/new", ("name", "Eve"), ("login", "eve"), ("role", "head"))
    assert refused.status_code == 422 and "eve" not in people(site)
    everything = create(site, "group", {"name": "Board", "roles": [roles(site)["head"]]})
    refused = send(helen, f"/people/{known['mark']}", ("role", "manager"), ("group", str(everything)))
    assert refused.status_code in (403, 422)
    told = send(
        helen, f"/people/{known['mark']}/preview", ("role", "manager"), ("group", str(everything)), htmx=True
    )
    assert "note red" in told.text


def test_somebody_new_is_let_in_by_a_link_that_is_shown_once(site: Site) -> None:
    helen = sign_in(site, "helen")
    told = words(send(helen, "/people/new/preview", ("role", "helper"), htmx=True).text)
    assert "Users" in told
    told = words(send(helen, "/people/new/preview", ("role", "manager"), htmx=True).text)
    assert (
        "see records, add records, change records, share records" in told and told.count("share records") == 1
    )
    assert "move stages" not in words(send(helen, "/people/new/preview", ("role", "helper"), htmx=True).text)
    wrong = send(helen, "/people/new", ("name", "Olga"), ("login", "mark"), ("role", "manager"))
    assert wrong.status_code == 409 and 'value="Olga"' in wrong.text and "wrong" in wrong.text
    assert re.search(r'name="login"[^>]* autofocus', wrong.text), "the focus is where the fault is"
    made = send(helen, "/people/new", ("name", "Olga"), ("login", "olga"), ("role", "manager"))
    assert (
        made.status_code == 200 and "/join?key=" in made.text and made.headers["cache-control"] == "no-store"
    )
    new = people(site)["olga"]
    page = words(helen.get(f"/people/{new}").text)
    assert "invited" in page and "/join" not in page
    assert send(helen, f"/people/{new}/disable").status_code == 303
    assert "disabled" in words(helen.get(f"/people/{new}").text)
    assert send(helen, f"/people/{new}/link").status_code == 422
    assert send(helen, f"/people/{new}/enable").status_code == 303
    nina = sign_in(site, "nina")
    assert send(helen, f"/people/{people(site)['nina']}/end-sessions").status_code == 303
    assert nina.get("/e/company").status_code in (302, 303)
    for deed in ("link", "end-sessions", "reset-factor", "disable", "leave"):
        assert send(helen, f"/people/{people(site)['admin']}/{deed}").status_code == 403
        assert send(sign_in(site, "mark"), f"/people/{new}/{deed}").status_code == 404


def test_who_leaves_hands_over_to_others_and_it_can_be_taken_back(site: Site) -> None:
    known, helen = people(site), sign_in(site, "helen")
    for n in range(6):
        create(site, "deal", {"name": f"D{n}", "owner": known["mark"]})
    create(site, "company", {"name": "C", "owner": known["mark"]})
    here = f"/people/{known['mark']}/leave"
    page = words(helen.get(here).text)
    assert "Deals" in page and "6" in page and "What is theirs 7" in page
    company = re.search(r'name="(place [^"]+)"', helen.get(here).text)
    assert company is not None
    nobody = send(helen, here, ("to", str(known["mark"])), ("closing", "1"))
    assert nobody.status_code == 422 and "Nobody takes over from themselves." in nobody.text
    unsaid = send(helen, here, ("closing", "1"), (company[1], "stays"))
    assert unsaid.status_code == 422 and "Choose who takes it over" in unsaid.text
    assert site.get("/api/records/deal", "mark").status_code == 200, "nobody is shut out over what is theirs"
    begun = send(
        helen, here, ("to", str(known["nina"])), ("to", str(known["helen"])), (company[1], "stays"),
        ("closing", "1"),
    )  # fmt: skip
    at = begun.headers["location"]
    assert begun.status_code == 303 and "It begins in a moment." in helen.get(at).text
    do_jobs(site)
    done = words(helen.get(at, **{"hx-request": "true"}).text)
    assert "Handed over: 6" in done and "Helen 3" not in done and "signs in no more" in done
    owners = [item["owner"]["id"] for item in site.get("/api/records/deal?fields=owner").json()["items"]]
    assert sorted(owners) == sorted([known["nina"], known["helen"]] * 3)
    assert site.get("/api/records/deal", "mark").status_code == 401
    assert sign_in(site, "nina").get(at).status_code == 404
    assert "Handed over: 6" in words(helen.get(f"/people/{known['mark']}").text)
    assert send(helen, f"{at}/undo").status_code == 303
    do_jobs(site)
    assert "Came back: 6" in words(helen.get(at).text)
    owners = [item["owner"]["id"] for item in site.get("/api/records/deal?fields=owner").json()["items"]]
    assert set(owners) == {known["mark"]}
    assert helen.get(f"{here}/999").status_code == 404


def test_a_record_is_shared_and_the_dialog_says_what_it_really_shows(site: Site) -> None:
    known, mark = people(site), sign_in(site, "mark")
    create(site, "user", {"login": "hal", "name": "Hal", "roles": [{"role": roles(site)["helper"]}]})
    known |= people(site)
    deal = create(site, "deal", {"name": "Racks", "owner": known["mark"]}, "mark")
    other = create(site, "deal", {"name": "Other", "owner": known["nina"]}, "nina")
    here = f"/e/deal/{deal}/share"
    assert here in mark.get(f"/e/deal/{deal}").text
    assert "Nobody: only those see it" in words(mark.get(here).text)

    def told(*pairs: tuple[str, str]) -> str:
        return words(send(mark, f"{here}/preview", *pairs, htmx=True).text)

    assert told(("whom", "user"), ("user", str(known["nina"]))) == "Will see it"
    assert told(("whom", "user"), ("user", str(known["hal"]))) == "Will see it, without: Margin"
    assert "may not change it" in told(("whom", "user"), ("user", str(known["nina"])), ("access", "change"))
    everybody = told(("whom", "role"), ("role", str(roles(site)["helper"])))
    assert everybody.startswith("Will see it")
    assert sign_in(site, "nina").get(f"/e/deal/{deal}").status_code == 404
    shared = send(mark, here, ("whom", "user"), ("user", str(known["nina"])), ("note", "look"), htmx=True)
    assert shared.status_code == 200 and "Nina" in words(shared.text) and "sees it" in words(shared.text)
    nina = sign_in(site, "nina")
    assert nina.get(f"/e/deal/{deal}").status_code == 200
    assert nina.get(here).status_code == 403  # it was shared with her, not hers to share
    assert mark.get(f"/e/deal/{other}/share").status_code == 404
    wrong = send(mark, here, ("whom", "user"), ("user", str(known["nina"])), ("until", "soon"), htmx=True)
    assert wrong.status_code == 422 and 'value="soon"' in wrong.text
    end = re.search(rf'formaction="({here}/\d+/end)"', mark.get(here).text)
    assert end is not None and send(nina, end[1]).status_code == 403
    assert send(mark, end[1]).status_code == 303
    assert nina.get(f"/e/deal/{deal}").status_code == 404
