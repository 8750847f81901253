"""Actions: rights, conditions, inputs, what steps write, and a free record that goes to one person alone."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from core import query, records
from core.errors import KubikError
from core.query.feed import Asked, feed
from core.records import Ready

LEADS: dict[str, str] = {
    "entities/lead.yaml": """
        name: lead
        label: {ru: Лид, en: Lead}
        fields:
          - {name: name, type: text, required: true}
          - {name: firm, type: text}
          - {name: budget, type: money, currency: RUB}
          - {name: secret_note, type: text}
          - {name: origin, type: choice, choices: [{name: call}, {name: fair}]}
          - {name: owner, type: user, default: me}
          - {name: deal, type: link, to: deal}
          - {name: watchers, type: users}
          - {name: about, type: link_any, to: [deal, company]}
          - {name: wishes, type: children, of: wish, through: lead}
        stages: {pipelines: [{name: all, stages: [{name: new}, {name: ready}]}]}
    """,
    "entities/wish.yaml": """
        name: wish
        fields:
          - {name: lead, type: link, to: lead}
          - {name: product, type: link, to: product}
          - {name: pieces, type: integer}
    """,
    "entities/account.yaml": """
        name: account
        label: {ru: Доступ, en: Account}
        label_many: {ru: Доступы, en: Accounts}
        fields:
          - {name: login, type: text, required: true}
          - {name: rating, type: integer}
          - {name: owner, type: user}
    """,
    "actions/convert.yaml": """
        name: convert
        label: {ru: В сделку, en: Convert}
        entity: lead
        when: "stage = 'new'"
        inputs:
          - {name: title, type: text, required: true, default: "name", max_length: 60}
          - {name: customer, type: link, to: company}
          - {name: hint, type: text, default: secret_note}
        steps:
          - name: company
            do: create
            entity: company
            find: "id = input.customer OR (input.customer IS NULL AND name = record.firm)"
            values: {name: firm}
          - name: deal
            do: create
            entity: deal
            values: {name: input.title, company: step.company, amount: budget, source: origin}
            rows: {items: {of: wishes, where: pieces > 0, values: {product: product, quantity: pieces, price: product.price}}}
          - {do: move, to: ready, values: {deal: step.deal}}
        then: deal
    """,
    "actions/again.yaml": """
        name: again
        entity: lead
        inputs: [{name: more, type: users}]
        steps:
          - name: copy
            do: create
            entity: lead
            values: {name: "name || '!'", owner: owner, watchers: watchers, about: deal}
          - {do: set, values: {watchers: input.more}}
        then: copy
    """,
    "actions/raise.yaml": """
        name: raise
        entity: deal
        inputs: [{name: rate, type: percent, required: true}]
        steps: [{do: set, values: {margin: "amount * input.rate"}}]
    """,
    "actions/raise_for_all.yaml": """
        name: raise_for_all
        entity: deal
        steps: [{do: set, values: {margin: "amount * 0.1"}, as: system}]
    """,
    "actions/take.yaml": """
        name: take
        label: {ru: Взять доступ, en: Take an account}
        entity: account
        where: list
        steps: [{name: account, do: take, entity: account, where: owner IS NULL, sort: [-rating], values: {owner: me}, as: system}]
        then: account
    """,
    "roles/leads.yaml": """
        name: leads
        parent: head
        grants:
          - {entity: lead, actions: [read, update, move], rows: "owner = me", fields: {all_but: [secret_note]}}
          - {entity: lead, actions: [convert], rows: "owner = me"}
          - {entity: company, actions: [read], fields: all}
          - {entity: company, actions: [create], fields: [name]}
          - {entity: product, actions: [read], fields: all}
          - {entity: deal, actions: [read, update], rows: "owner = me", fields: {all_but: [margin]}}
          - {entity: deal, actions: [create], check: "owner = me", fields: {all_but: [margin]}}
          - {entity: deal, actions: [raise]}
          - {entity: deal, actions: [raise_for_all], check: "margin < 1000"}
          - {entity: account, actions: [read], rows: "owner = me", fields: all}
          - {entity: account, actions: [take]}
          - {entity: user, actions: [read], fields: [login, name]}
    """,
}

pytestmark = pytest.mark.parametrize("changes", [LEADS])


def run(office: Any, by: str, entity: str, id: int | None, action: str, **inputs: Any) -> records.Ran:
    return office.workspace.write(
        lambda tx: records.run_action(tx, office.people[by], entity, id, action, inputs)
    )


def refusal(office: Any, *call: Any, **inputs: Any) -> tuple[str, list[str]]:
    with pytest.raises(KubikError) as found:
        run(office, *call, **inputs)
    return found.value.code, [p.pointer for p in found.value.errors]


def lead(office: Any, by: str = "sonya", **values: Any) -> int:
    if "sonya" not in office.people:
        office.hire("sonya", "leads")
    owner = {} if by == "root" else {"owner": office.people[by].user}
    made: int = office.create("lead", {"name": "Стеллажи", "firm": "Ромашка", **owner, **values}).id
    return made


def test_a_lead_becomes_company_and_deal_with_its_rows_and_links(office):
    rack = office.create("product", {"code": "R", "name": "Rack", "price": "150.00"}).id
    wishes = [{"product": rack, "pieces": 2}, {"product": rack, "pieces": 0}, {"product": rack, "pieces": 5}]
    one = lead(office, budget="1000.50", origin="call", wishes=wishes)
    ran = run(office, "sonya", "lead", one, "convert")
    assert [(made.entity, made.how) for made in ran.made] == [("company", "created"), ("deal", "created")]
    assert (ran.go.entity, ran.go.id) == ("deal", ran.made[1].id)
    deal = office.stored("deal", ran.go.id)
    source = office.model.entities["deal"].by_name["source"].choice("call")
    assert (deal["name"], str(deal["amount"]), deal["source"]) == ("Стеллажи", "1000.50", source.uid)
    assert (deal["company"], deal["created_by"]) == (ran.made[0].id, office.people["sonya"].user)
    items = [row for row in office.rows("deal_item").values() if row["deal"] == ran.go.id]
    assert [(str(i["quantity"]).rstrip("0").rstrip("."), str(i["price"])) for i in items] == [
        ("2", "150.00"),
        ("5", "150.00"),
    ]
    assert office.stored("lead", one)["deal"] == ran.go.id
    assert refusal(office, "sonya", "lead", one, "convert") == ("KBK3017", [])

    again = run(office, "sonya", "lead", lead(office), "convert", title="Ещё")
    assert [(m.entity, m.how) for m in again.made] == [("company", "found"), ("deal", "created")]
    assert again.made[0].id == ran.made[0].id and office.stored("deal", again.go.id)["name"] == "Ещё"


def test_lists_and_links_to_any_record_go_along(office):
    sonya = office.hire("sonya", "leads").user
    deal = office.create("deal", {"name": "A", "owner": sonya}).id
    one = office.create("lead", {"name": "L", "owner": sonya, "watchers": [sonya], "deal": deal}).id
    ran = run(office, "root", "lead", one, "again", more=[office.people["root"].user])
    with office.workspace.read() as tx:
        asked = query.Query(entity="lead", fields=("name", "watchers", "about"), sort=("id",))
        first, second = query.read(tx, office.people["root"], asked).items
    assert [link.id for link in first["watchers"]] == [office.people["root"].user]
    assert [link.id for link in second["watchers"]] == [sonya] and second["name"] == "L!"
    assert (second["about"].entity, second["about"].id, ran.go.id) == ("deal", deal, second["id"])


def test_the_history_says_which_action_did_it(office):
    one = lead(office)
    ran = run(office, "sonya", "lead", one, "convert")
    with office.workspace.read() as tx:
        told = query.history(tx, office.people["sonya"], "lead", one).items
        made = query.history(tx, office.people["sonya"], "deal", ran.go.id or 0).items
        everything, of_action = (
            [item["action"] for item in feed(tx, office.people["root"], Asked(action=name)).items]
            for name in (None, "convert")
        )
    assert [item["action"] for item in told] == ["convert", None]
    assert [(item["kind"], item["action"]) for item in made] == [("created", "convert")]
    assert set(everything) == {None, "convert"} and of_action == [one for one in everything if one]


def test_nothing_is_allowed_that_no_grant_names(office):
    one, others = lead(office), lead(office, by="root")
    assert refusal(office, "marina", "lead", one, "convert")[0] == "KBK2006"  # reads no leads
    assert refusal(office, "sonya", "lead", others, "convert")[0] == "KBK2006"  # not hers
    assert refusal(office, "sonya", "lead", one, "nothing")[0] == "KBK2006"
    deal = office.create("deal", {"name": "A", "owner": office.people["marina"].user}).id
    assert refusal(office, "marina", "deal", deal, "raise_for_all")[0] == "KBK4002"  # sees it, may not
    assert refusal(office, "marina", "account", None, "take")[0] == "KBK2006"
    assert run(office, "root", "lead", others, "convert").go.id  # an administrator may everything


def test_an_action_leaves_no_record_outside_the_check_of_its_grant(office):
    office.hire("sonya", "leads")
    deal = office.create("deal", {"name": "A", "amount": 50000}, by="sonya").id
    assert refusal(office, "sonya", "deal", deal, "raise_for_all")[0] == "KBK4002"
    assert office.stored("deal", deal)["margin"] is None
    office.update("deal", deal, {"amount": 5000}, by="sonya")
    run(office, "sonya", "deal", deal, "raise_for_all")
    assert office.stored("deal", deal)["margin"] == 500


def test_inputs_smuggle_nothing_and_are_judged_like_fields(office):
    one = lead(office)
    assert refusal(office, "sonya", "lead", one, "convert", owner=1, margin=5) == (
        "KBK2003",
        ["/owner", "/margin"],
    )
    assert refusal(office, "sonya", "lead", one, "convert", title="") == ("KBK3001", ["/title"])
    assert refusal(office, "sonya", "lead", one, "convert", title="x" * 61) == ("KBK3003", ["/title"])
    assert refusal(office, "sonya", "lead", one, "convert", customer=99) == ("KBK3005", ["/customer"])
    assert office.rows("deal") == {} and office.rows("company") == {}


def test_values_beyond_the_rights_of_the_person_are_refused_unless_the_step_is_the_systems(office):
    one = lead(office)
    deal = run(office, "sonya", "lead", one, "convert").go.id
    office.update("deal", deal, {"amount": "1000"})
    assert refusal(office, "sonya", "deal", deal, "raise", rate="0.2")[0] == "KBK4002"
    assert office.stored("deal", deal)["margin"] is None
    run(office, "sonya", "deal", deal, "raise_for_all")
    stored = office.stored("deal", deal)
    assert str(stored["margin"]) == "100.00" and stored["updated_by"] == office.people["sonya"].user


def test_first_values_show_what_the_person_may_read_alone(office):
    one = lead(office, secret_note="пароль")
    with office.workspace.read() as tx:
        action, first = records.inputs_shown(tx, office.people["sonya"], "lead", one, "convert")
        assert {action.form.by_uid[uid].name: value for uid, value in first.items()} == {
            "title": "Стеллажи", "hint": None,
        }  # fmt: skip
        _, all_of_it = records.inputs_shown(tx, office.people["root"], "lead", one, "convert")
        assert "пароль" in all_of_it.values()


def test_buttons_are_those_that_would_do_something(office):
    one, two = lead(office), lead(office)
    run(office, "sonya", "lead", two, "convert")
    with office.workspace.read() as tx:
        found = records.buttons(tx, office.people["sonya"], "lead", [one, two])
        assert {id: [a.name for a in actions] for id, actions in found.items()} == {one: ["convert"], two: []}
        assert [a.name for a in records.list_buttons(tx, office.people["sonya"], "account")] == ["take"]
        assert records.list_buttons(tx, office.people["marina"], "account") == ()


def test_a_stale_page_is_told_so_before_anything_happens(office):
    one = lead(office)
    office.update("lead", one, {"firm": "Василёк"})
    with pytest.raises(KubikError) as found:
        office.workspace.write(
            lambda tx: records.run_action(
                tx, office.people["sonya"], "lead", one, "convert", {}, if_version=1
            )
        )
    assert found.value.code == "KBK3009" and office.rows("deal") == {}


def test_two_hundred_requests_for_a_free_account_never_get_the_same_one(office):
    office.hire("sonya", "leads")
    free = 150
    logins = [{"login": f"a{n}", "rating": Ready(n % 7)} for n in range(free)]
    office.batch("account", create=logins)
    taken: list[int] = []
    refused: list[str] = []
    waiting = iter(range(200))
    guard = threading.Lock()

    def worker() -> None:
        while True:
            with guard:
                if next(waiting, None) is None:
                    return
            try:
                ran = run(office, "sonya", "account", None, "take")
            except KubikError as error:
                refused.append(error.code)
            else:
                taken.append(ran.go.id or 0)

    threads = [threading.Thread(target=worker) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(taken) == len(set(taken)) == free
    assert refused == ["KBK3016"] * 50
    owners = {row["owner"] for row in office.rows("account").values()}
    assert owners == {office.people["sonya"].user}
