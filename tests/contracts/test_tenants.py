"""Shapes of rights that offices ask for, each a small solution of its own: every decision, by the API and explained.

Chains of studios keep their own houses: who may do what in a chain comes from posts, which are groups that people and
other groups are put into. Folders open with all below them once one is shared. Expenses are approved by who heads the
person, up to a limit that stands with the approver. Boxes are opened to roles that say nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from core import records
from core.access.actor import system_actor
from core.access.tokens import create_token
from core.storage.install import install_model
from core.storage.workspace import Transaction, Workspace
from metamodel.fields.base import Context
from metamodel.identity import identify
from metamodel.model import Model
from metamodel.parse import parse_files
from metamodel.resolve import resolve
from tests import factories
from tests.conftest import DIALECTS, Databases
from tests.sites import Site, running, settings

RUNS_ALL = "chain.owners CONTAINS me OR EXISTS(chain.directors WHERE id IN my.groups)"
SHAPES: Mapping[str, str] = {
    "solution.yaml": "name: shapes\nlabel: Shapes\n",
    # --- chains of studios
    "entities/chain.yaml": """
        name: chain
        fields:
          - {name: name, type: text, required: true, unique: true}
          - {name: tariff, type: text}
          - {name: owners, type: users, inverse: owned_chains, on_delete: clear}
          - {name: directors, type: links, to: group, inverse: directs, on_delete: clear}
          - {name: bookkeepers, type: links, to: group, inverse: counts_for, on_delete: clear}
          - {name: recruiters, type: links, to: group, inverse: recruits_for, on_delete: clear}
          - {name: authors, type: links, to: group, inverse: writes_for, on_delete: clear}
          - {name: visitors, type: links, to: group, inverse: reads_of, on_delete: clear}
    """,
    "entities/recipe.yaml": """
        name: recipe
        fields:
          - {name: name, type: text, required: true}
          - {name: body, type: long_text}
          - {name: chain, type: link, to: chain, required: true, inverse: recipes}
    """,
    "entities/invitation.yaml": """
        name: invitation
        title: "{email}"
        fields:
          - {name: email, type: text, required: true}
          - {name: chain, type: link, to: chain, required: true, inverse: invitations}
    """,
    # --- a tree of folders
    "entities/cabinet.yaml": "{name: cabinet, fields: [{name: name, type: text}]}\n",
    "entities/folder.yaml": """
        name: folder
        tree: parent
        fields:
          - {name: name, type: text, required: true}
          - {name: cabinet, type: link, to: cabinet, required: true, inverse: folders}
          - {name: parent, type: link, to: folder, inverse: inside}
          - {name: keeper, type: user, inverse: keeps}
        constraints: [{check: "parent IS NULL OR parent.cabinet = cabinet", message: of one cabinet}]
    """,
    "entities/paper.yaml": """
        name: paper
        fields:
          - {name: name, type: text, required: true}
          - {name: folder, type: link, to: folder, required: true, inverse: papers}
    """,
    # --- expenses
    "extensions/user.yaml": "{extends: user, fields: [{name: approves, type: money, currency: RUB}]}\n",
    "entities/expense.yaml": """
        name: expense
        fields:
          - {name: name, type: text, required: true}
          - {name: person, type: user, default: me, required: true, inverse: expenses}
          - {name: amount, type: money, currency: RUB, required: true}
        stages:
          field: state
          pipelines:
            - name: main
              stages: [{name: draft}, {name: sent}, {name: approved, kind: won}, {name: declined, kind: lost}]
              moves: [{from: draft, to: sent}, {from: sent, to: [approved, declined]}, {from: declined, to: draft}]
    """,
    # --- boxes that are opened to roles
    "entities/room.yaml": """
        name: room
        fields:
          - {name: name, type: text, required: true}
          - {name: keepers, type: links, to: role, inverse: keeps_in, on_delete: clear}
    """,
    "entities/box.yaml": """
        name: box
        fields:
          - {name: name, type: text, required: true}
          - {name: room, type: link, to: room, required: true, inverse: boxes}
          - {name: readers, type: links, to: role, inverse: reads, on_delete: clear}
    """,
    "roles/clerk.yaml": "{name: clerk, grants: []}\n",
    "roles/archivist.yaml": "{name: archivist, includes: [clerk], grants: []}\n",
    "roles/warden.yaml": "{name: warden, includes: [archivist], grants: []}\n",
    "roles/fellow.yaml": f"""
        name: fellow
        grants:
          - {{entity: user, actions: [read], fields: [login, name]}}
          - {{entity: chain, actions: [read, update], fields: [name, tariff],
             rows: "owners CONTAINS me OR EXISTS(directors WHERE id IN my.groups) OR EXISTS(bookkeepers WHERE id IN my.groups)"}}
          - {{entity: chain, actions: [read], fields: [name],
             rows: "EXISTS(authors WHERE id IN my.groups) OR EXISTS(visitors WHERE id IN my.groups) OR EXISTS(recruiters WHERE id IN my.groups)"}}
          - {{entity: recipe, actions: [read, create, update, delete], fields: all,
             rows: "{RUNS_ALL} OR EXISTS(chain.authors WHERE id IN my.groups)",
             check: "{RUNS_ALL} OR EXISTS(chain.authors WHERE id IN my.groups)"}}
          - {{entity: recipe, actions: [read], fields: all, rows: "EXISTS(chain.visitors WHERE id IN my.groups)"}}
          - {{entity: invitation, actions: [read, create, delete], fields: all,
             rows: "{RUNS_ALL} OR EXISTS(chain.recruiters WHERE id IN my.groups)",
             check: "{RUNS_ALL} OR EXISTS(chain.recruiters WHERE id IN my.groups)"}}
          - {{entity: folder, actions: [read], fields: all,
             rows: "EXISTS(cabinet.folders WHERE (SHARED() OR keeper = me) AND UNDER(this.id, id))"}}
          - {{entity: folder, actions: [share], rows: "EXISTS(cabinet.folders WHERE keeper = me AND UNDER(this.id, id))"}}
          - {{entity: paper, actions: [read], fields: all,
             rows: "EXISTS(folder.cabinet.folders WHERE (SHARED() OR keeper = me) AND UNDER(this.folder, id))"}}
          - {{entity: paper, actions: [create, update], fields: all,
             rows: "EXISTS(folder.cabinet.folders WHERE (SHARED('change') OR keeper = me) AND UNDER(this.folder, id))",
             check: "EXISTS(folder.cabinet.folders WHERE (SHARED('change') OR keeper = me) AND UNDER(this.folder, id))"}}
          - {{entity: expense, actions: [read, create], rows: "person = me", check: "person = me", fields: all}}
          - {{entity: expense, actions: [update, move], rows: "person = me", check: "person = me", stages: [draft, declined], fields: all}}
          - {{entity: expense, actions: [read], rows: "person IN my.subordinates", fields: all}}
          - {{entity: expense, actions: [move], rows: "person IN my.subordinates AND amount <= my.approves", stages: [sent]}}
          - {{entity: box, actions: [read], rows: "EXISTS(readers WHERE id IN my.roles)", fields: all}}
          - {{entity: box, actions: [read, update], rows: "EXISTS(room.keepers WHERE id IN my.roles)", fields: [name, room],
             check: "EXISTS(room.keepers WHERE id IN my.roles)"}}
    """,
}

PEOPLE = ("root", "olga", "dina", "boris", "vera", "ada", "kim", "egor", "nina")
"""root administers; olga owns Nord; dina, boris, vera, ada and kim have posts there; egor owns Sud; nina has nothing."""

GROUPS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ovens": (("ada",), ()),
    "kitchen": ((), ("ovens",)),
    "house": (("nina",), ()),
    "desk": (("boris", "kim"), ()),
    "post director": (("dina",), ()),
    "post author": ((), ("kitchen", "post director")),
    "post bookkeeper": ((), ("desk",)),
    "post recruiter": (("vera", "kim"), ()),
    "post visitor": (("vera",), ("desk",)),
    "post of Sud": ((), ("kitchen",)),
}
"""By name, its people and the groups inside it; posts are groups, too."""

CHAINS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "Nord": {
        "owners": ("olga",), "directors": ("post director",), "bookkeepers": ("post bookkeeper",),
        "recruiters": ("post recruiter",), "authors": ("post author",), "visitors": ("post visitor",),
    },
    "Sud": {"owners": ("egor",), "visitors": ("post of Sud",), "directors": ("house",)},
}  # fmt: skip
DENIED = ("KBK2003", "KBK2006", "KBK3005", "KBK4002")
"""No such field, record or linked record, or none for this person; or they may not."""
SYSTEM = system_actor()


@cache
def shapes() -> Model:
    """The solution with the system's definitions."""
    return resolve(identify(factories.together(factories.system_document(), parse_files(SHAPES))), 1)


def install(url: str, home: Path) -> dict[str, str]:
    """The solution with its people; their tokens by login."""
    workspace = Workspace.create(settings(url, home))
    try:
        install_model(workspace, shapes())
        workspace.write(records.sync_roles)

        def people(tx: Transaction) -> dict[str, str]:
            found = {}
            for login in PEOPLE:
                role = {"by": {"name": "administrator" if login == "root" else "fellow"}}
                made = add(tx, "user", login=login, name=login.title(), roles=[{"role": role}])
                found[login] = create_token(tx, made, "test")
            return found

        return workspace.write(people)
    finally:
        workspace.close()


def add(tx: Transaction, entity: str, **values: Any) -> int:
    return records.create(tx, SYSTEM, entity, values, context=Context()).id


@pytest.fixture(scope="module", params=DIALECTS)
def site(
    request: pytest.FixtureRequest, lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The served solution."""
    url, home = lasting_database(request.param), tmp_path_factory.mktemp("shapes")
    with running(url, home, install(url, home)) as site:
        put_chains(site)
        yield site


def ids(site: Site, entity: str, key: str = "name") -> dict[str, int]:
    """By name, the ids of all records."""
    return {i[key]: i["id"] for i in site.get(f"/api/records/{entity}?limit=1000", "root").json()["items"]}


def done(site: Site, who: str, method: str, path: str, body: Any = None) -> bool:
    """Whether a call was answered as one that may be made; a refusal is a proper one."""
    answer = site.call(method, path, who, **({} if body is None else {"json": body}))
    if answer.status_code < 300:
        return True
    assert answer.json()["code"] in DENIED, answer.text
    return False


def told(site: Site, who: str, entity: str, id: int, action: str, field: str | None = None) -> bool:
    """What `explain` answers about a person."""
    more = f"&field={field}" if field else ""
    answer = site.get(f"/api/access/explain?user={who}&entity={entity}&id={id}&action={action}{more}", "root")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert bool(found["grants"]) == found["allowed"], "what is allowed names its grants"
    return bool(found["allowed"])


# --- chains


def members(group: str) -> set[str]:
    """Everybody in a group, by the groups inside it."""
    people, inside = GROUPS[group]
    return set(people).union(*(members(each) for each in inside))


def holders(chain: str, *posts: str) -> set[str]:
    """Who runs a chain, and who has one of these posts in it."""
    given = CHAINS[chain]
    found = set(given.get("owners", ()))
    for post in ("directors", *posts):
        found = found.union(*(members(group) for group in given.get(post, ())))
    return found


def put_chains(site: Site) -> None:
    """Groups, posts and chains, with a recipe each."""

    def fill(tx: Transaction) -> None:
        groups: dict[str, int] = {}
        for name, (inside, around) in GROUPS.items():
            groups[name] = add(
                tx,
                "group",
                name=name,
                members=[people[p] for p in inside],
                groups=[groups[g] for g in around],
            )
        for name, given in CHAINS.items():
            posts = {p: [(people if p == "owners" else groups)[g] for g in whom] for p, whom in given.items()}
            chain = add(tx, "chain", name=name, tariff="free", **posts)
            add(tx, "recipe", name=f"of {name}", chain=chain)
            add(tx, "invitation", email=f"of {name}", chain=chain)

    people = ids(site, "user", "login")
    site.workspace.write(fill)


def test_every_decision_in_a_chain_follows_from_its_posts(site: Site) -> None:
    chains, recipes = ids(site, "chain"), ids(site, "recipe")
    invitations = ids(site, "invitation", "email")
    for chain, id in chains.items():
        recipe, invitation = recipes[f"of {chain}"], invitations[f"of {chain}"]
        authors, readers = holders(chain, "authors"), holders(chain, "authors", "visitors")
        counting, hiring = holders(chain, "bookkeepers"), holders(chain, "recruiters")
        for who in PEOPLE[1:]:
            here = (who, chain)
            assert done(site, who, "GET", f"/api/records/recipe/{recipe}") == (who in readers), here
            assert told(site, who, "recipe", recipe, "read") == (who in readers), here
            assert done(site, who, "PATCH", f"/api/records/recipe/{recipe}", {"body": who}) == (
                who in authors
            ), here
            assert told(site, who, "recipe", recipe, "update", "body") == (who in authors), here
            new = {"name": f"by {who}", "chain": id}
            assert done(site, who, "POST", "/api/records/recipe", new) == (who in authors), here
            assert told(site, who, "recipe", recipe, "create") == (who in authors), here
            assert told(site, who, "recipe", recipe, "delete") == (who in authors), here
            assert done(site, who, "DELETE", f"/api/records/recipe/{recipe}") == (who in authors), here
            if who in authors:
                assert done(site, "root", "POST", f"/api/records/recipe/{recipe}/restore", {})
            assert done(site, who, "PATCH", f"/api/records/chain/{id}", {"tariff": who}) == (
                who in counting
            ), here
            assert told(site, who, "chain", id, "update", "tariff") == (who in counting), here
            new = {"email": f"by {who}", "chain": id}
            assert done(site, who, "POST", "/api/records/invitation", new) == (who in hiring), here
            assert told(site, who, "invitation", invitation, "delete") == (who in hiring), here
            posts: dict[str, list[int]] = {"authors": []}
            assert not done(site, who, "PATCH", f"/api/records/chain/{id}", posts), "nobody gives posts"
        seen = {w for w in PEOPLE[1:] if recipe in list_of(site, w, "recipe")}
        assert seen == readers, "the list shows what can be opened"


def list_of(site: Site, who: str, entity: str) -> list[int]:
    return [i["id"] for i in site.get(f"/api/records/{entity}?limit=1000&fields=id", who).json()["items"]]


def test_who_leaves_a_group_deep_inside_has_lost_the_post_at_once(site: Site) -> None:
    recipe, ovens = ids(site, "recipe")["of Nord"], ids(site, "group")["ovens"]
    for inside in ([], [ids(site, "user", "login")["ada"]]):
        assert done(site, "root", "PATCH", f"/api/records/group/{ovens}", {"members": inside})
        assert done(site, "ada", "GET", f"/api/records/recipe/{recipe}") == bool(inside)
        assert told(site, "ada", "recipe", recipe, "update") == bool(inside)
    kitchen = ids(site, "group")["kitchen"]
    assert not done(site, "ada", "PATCH", f"/api/records/group/{kitchen}", {"members": []})
    circle = site.patch(f"/api/records/group/{ovens}", {"groups": [kitchen]}, "root")
    assert circle.status_code == 422, circle.text
    sud = ids(site, "chain")["Sud"]
    assert not done(site, "ada", "PATCH", f"/api/records/recipe/{recipe}", {"chain": sud}), (
        "into no other chain"
    )


# --- folders


def put_folders(site: Site) -> Mapping[str, int]:
    """a > b > c, and d beside b; a paper in each; olga keeps a."""

    def fill(tx: Transaction) -> dict[str, int]:
        cabinet = add(tx, "cabinet", name="one")
        made: dict[str, int] = {}
        for name, parent in (("a", None), ("b", "a"), ("c", "b"), ("d", "a")):
            keeper = people["olga"] if name == "a" else None
            over = made[parent] if parent else None
            made[name] = add(tx, "folder", name=name, cabinet=cabinet, parent=over, keeper=keeper)
            made[f"paper {name}"] = add(tx, "paper", name=name, folder=made[name])
        return made

    people = ids(site, "user", "login")
    return site.workspace.write(fill)


def opened(site: Site, who: str, made: Mapping[str, int], changing: bool = False) -> str:
    """The folders that a person may open, or whose papers they may change."""
    found = ""
    for name in "abcd":
        folder, paper = made[name], made[f"paper {name}"]
        path = f"/api/records/paper/{paper}"
        method, body, action = ("PATCH", {"name": who}, "update") if changing else ("GET", None, "read")
        may = done(site, who, method, path, body)
        assert told(site, who, "paper", paper, action) == may, (who, name)
        if not changing:
            assert done(site, who, "GET", f"/api/records/folder/{folder}") == may, (who, name)
            assert told(site, who, "folder", folder, "read") == may, (who, name)
            assert (paper in list_of(site, who, "paper")) == may, (who, name)
        found += name * may
    return found


def test_a_folder_is_shared_with_all_below_it(site: Site) -> None:
    made, people = put_folders(site), ids(site, "user", "login")
    put = {"about": {"entity": "folder", "id": made["b"]}, "user": people["vera"]}
    assert not done(site, "vera", "POST", "/api/records/share", put), (
        "what is out of sight is shared by nobody"
    )
    assert done(site, "olga", "POST", "/api/records/share", put)
    assert (opened(site, "olga", made), opened(site, "vera", made), opened(site, "nina", made)) == (
        "abcd",
        "bc",
        "",
    )
    assert opened(site, "vera", made, changing=True) == ""
    more = {
        "about": {"entity": "folder", "id": made["c"]},
        "group": ids(site, "group")["kitchen"],
        "access": "change",
    }
    assert done(site, "root", "POST", "/api/records/share", more)
    assert (opened(site, "ada", made), opened(site, "ada", made, changing=True)) == ("c", "c")
    away = {"folder": made["d"]}
    assert not done(site, "ada", "PATCH", f"/api/records/paper/{made['paper c']}", away), (
        "nor put out of sight"
    )
    assert done(site, "root", "PATCH", f"/api/records/folder/{made['c']}", {"parent": made["d"]})
    assert (opened(site, "vera", made), opened(site, "ada", made)) == ("b", "c"), (
        "what is moved follows its place"
    )


# --- expenses


def put_limits(site: Site) -> Mapping[str, int]:
    """Ada works below dina, who works below olga; each has a limit. Their ids."""

    def fill(tx: Transaction) -> None:
        top = add(tx, "department", name="all", head=people["olga"])
        under = add(tx, "department", name="kitchen", parent=top, head=people["dina"])
        for who, place, limit in (("olga", top, "5000"), ("dina", under, "100"), ("ada", under, "900")):
            values = {"department": place, "approves": limit}
            records.update(tx, SYSTEM, "user", people[who], values, context=Context())

    people = ids(site, "user", "login")
    site.workspace.write(fill)
    return people


def test_an_expense_is_approved_by_who_heads_the_person_up_to_their_limit(site: Site) -> None:
    people = put_limits(site)

    def sent(amount: int) -> int:
        given = {"name": "trip", "person": people["ada"], "amount": str(amount), "state": "sent"}
        return site.workspace.write(lambda tx: add(tx, "expense", **given))

    may = {"olga": (100, 101), "dina": (100,), "ada": (), "boris": ()}
    for who, allowed in may.items():
        for amount in (100, 101, 6000):
            one, other = sent(amount), sent(amount)
            here, approves = (who, amount), amount in allowed
            assert done(site, who, "GET", f"/api/records/expense/{one}") == (who != "boris"), here
            assert told(site, who, "expense", one, "read") == (who != "boris"), here
            assert not done(site, who, "PATCH", f"/api/records/expense/{one}", {"amount": "1"}), (
                "sent is sent"
            )
            assert told(site, who, "expense", one, "move") == approves, here
            assert (
                done(site, who, "POST", f"/api/records/expense/{one}/move", {"to": "approved"}) == approves
            ), here
            batch = {"update": [{"id": other, "state": "approved"}]}
            assert done(site, who, "POST", "/api/records/expense/batch", batch) == approves, here
    made = site.post("/api/records/expense", {"name": "lunch", "amount": "10"}, "dina")
    assert made.status_code == 201, made.text
    lunch = f"/api/records/expense/{made.json()['id']}/move"
    assert done(site, "dina", "POST", lunch, {"to": "sent"})
    assert not done(site, "dina", "POST", lunch, {"to": "approved"}), "not one's own"
    mine = f"/api/records/user/{people['dina']}"
    assert not done(site, "dina", "PATCH", mine, {"approves": "9000"}), "nor one's own limit"
    assert done(site, "olga", "POST", lunch, {"to": "declined"})


# --- boxes


def test_a_box_is_opened_to_roles_that_groups_give_and_roles_include(site: Site) -> None:
    """vera is a warden, boris a clerk, ada an archivist by a group inside another one; nina is none of these."""
    people = ids(site, "user", "login")
    named = {name: {"by": {"name": name}} for name in ("clerk", "archivist", "warden")}

    def fill(tx: Transaction) -> dict[str, int]:
        inner = add(tx, "group", name="young archivists", members=[people["ada"]])
        given = {"warden": [people["vera"]], "archivist": [], "clerk": [people["boris"]]}
        made = {}
        for role, members in given.items():
            inside = [inner] if role == "archivist" else []
            made[role] = add(
                tx, "group", name=f"are {role}", members=members, groups=inside, roles=[named[role]]
            )
        room, other = add(tx, "room", name="cellar", keepers=[named["warden"]]), add(tx, "room", name="attic")
        for name, reader in (("letters", "clerk"), ("deeds", "archivist")):
            made[name] = add(tx, "box", name=name, room=room, readers=[named[reader]])
        return {**made, "attic": other}

    made = site.workspace.write(fill)
    reading = {"letters": {"vera", "ada", "boris"}, "deeds": {"vera", "ada"}}

    def asked() -> None:
        for name, readers in reading.items():
            path = f"/api/records/box/{made[name]}"
            for who in PEOPLE[1:]:
                here, keeps = (who, name), who == "vera"
                assert done(site, who, "GET", path) == (who in readers), here
                assert (made[name] in list_of(site, who, "box")) == (who in readers), here
                assert told(site, who, "box", made[name], "read") == (who in readers), here
                assert done(site, who, "PATCH", path, {"name": f"{name} of {who}"}) == keeps, here
                assert told(site, who, "box", made[name], "update", "name") == keeps, here
                assert not done(site, who, "PATCH", path, {"room": made["attic"]}), "into no room of others"

    asked()
    assert done(site, "root", "PATCH", f"/api/records/group/{made['archivist']}", {"groups": []})
    reading = {name: readers - {"ada"} for name, readers in reading.items()}
    asked()
