"""The page of a role from the model and the reader's rights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from core.access.actor import Actor
from core.access.grants import grants_of
from core.access.managing import answers_for, below, manages_anybody, may_everything
from core.access.words import ACTIONS
from core.errors import KubikError
from core.query.read import titles
from core.solutions.access_tests import Outcome
from core.solutions.foresight import holders
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import message
from metamodel.model import Entity, Grant, Role
from metamodel.names import SYSTEM_SOLUTION
from renderers.pages.icons import icon_name
from renderers.pages.options import Option
from renderers.pages.titles import title_words
from renderers.roles.matrix import COLUMNS, Row, in_order, matrix
from renderers.roles.outcomes import outcomes_of, test_view
from renderers.roles.tree import Branch, seen_roles, tree
from renderers.roles.view import CellView, RoleLine, RolePage, RowView, RuleView
from renderers.roles.words import Speaker, grant_words
from renderers.roles.written import known, rule_count, written_fields, written_rule

MOST_PEOPLE = 100
_ICONS = {"all": "check", "part": "filter", "none": "minus", "follows": "corner-down-right"}
_STATES = {
    "all": message("all records"),
    "part": message("a part of the records or fields"),
    "none": message("not allowed"),
    "follows": message("as the record it belongs to"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of the page is asked for."""

    entity: str = ""
    action: str = ""
    person: str = ""
    differences: bool = False
    done: bool = False


def require_manager(tx: Transaction, actor: Actor) -> None:
    """Refuse who manages nobody (KBK4002)."""
    if not manages_anybody(tx.model, actor):
        raise KubikError("KBK4002", message("roles are seen by who manages people"))


def role_named(tx: Transaction, actor: Actor, name: str) -> Role:
    """A role of the tree that the reader sees; KBK2006 for any other."""
    require_manager(tx, actor)
    found = next((r for r in seen_roles(tx.model, actor) if r.name == name), None)
    if found is None:
        raise KubikError("KBK2006", message("there is no role “{name}”", name=name[:100]))
    return found


def named(who: Visit, tx: Transaction, people: Iterable[int]) -> dict[int, str]:
    """The names of those of the people whom the reader sees."""
    links = titles(tx, who.actor, tx.model.entities["user"], people)
    return {id: title_words(link.title, id, who.texts) for id, link in links.items() if not link.hidden}


def may_change(tx: Transaction, actor: Actor, role: Role) -> bool:
    """Whether the reader may make plans about the role; what of them is too much the plan itself refuses."""
    if role.everything:
        return False
    if may_everything(tx.model, actor):
        return True
    entity = tx.model.entities["role"]
    return role.uid in below(tx.model, actor) and grants_of(tx.model, actor).may(entity.uid, "configure")


def changeable(who: Visit, tx: Transaction, name: str) -> Role:
    """A role that the reader may change: KBK2006 for one they do not see, KBK4002 for another."""
    role = role_named(tx, who.actor, name)
    if not may_change(tx, who.actor, role):
        raise KubikError("KBK4002", message("you may not change this role"))
    return role


def speaker_of(who: Visit, tx: Transaction) -> Speaker:
    """Who says rules to the reader: of fields they may not read it only says that there are some."""
    grants = grants_of(tx.model, who.actor)
    return Speaker(
        texts=who.texts, model=tx.model, knows=lambda entity, field: field in grants.readable(entity)
    )


def shown_entities(tx: Transaction, actor: Actor) -> list[Entity]:
    """The entities that the reader may know of, child rows behind what they belong to; switched off ones left out."""
    grants = grants_of(tx.model, actor)
    shown = [e for e in tx.model.entities.values() if not e.off and grants.may(e.uid, "read")]
    return in_order(tx.model, shown)


def role_page(who: Visit, tx: Transaction, name: str, asked: Asked) -> RolePage:
    """Everything on the page of a role."""
    return _Page(who, tx, role_named(tx, who.actor, name), asked).made()


class _Page:
    def __init__(self, who: Visit, tx: Transaction, role: Role, asked: Asked) -> None:
        self.who, self.tx, self.role, self.asked = who, tx, role, asked
        self.model, self.texts = tx.model, who.texts
        self.entities = shown_entities(tx, who.actor)
        chosen = next((e for e in self.entities if e.name == asked.entity), None)
        self.entity = chosen or self._first()
        self.can_change = may_change(tx, who.actor, role)
        self.people = self._people()

    def _first(self) -> Entity:
        own = [e for e in self.entities if e.solution != SYSTEM_SOLUTION]
        ruled = [e for e in own if any(g.entity == e.uid for g in self.role.grants)]
        if not own and not self.entities:
            raise KubikError("KBK2006")
        return (ruled or own or self.entities)[0]

    def _people(self) -> tuple[Option, ...]:
        """The people with the role whom the reader sees and answers for: numbers are told over all rows."""
        found = named(self.who, self.tx, holders(self.tx, self.role, MOST_PEOPLE))
        return tuple(
            Option(value=str(id), label=name, chosen=str(id) == self.asked.person)
            for id, name in found.items()
            if answers_for(self.tx, self.who.actor, id)
        )

    def made(self) -> RolePage:
        rows = matrix(self.model, self.role, self.entities)
        above = self._above(rows)
        views = [self._row(row, above) for row in rows]
        kept = [v for v in views if v.differs or v.current] if self.asked.differences else views
        system = {self.texts.render(e.label) for e in self.entities if e.solution == SYSTEM_SOLUTION}
        branches = tree(self.tx, self.who.actor)
        outcomes = outcomes_of(self.who, self.tx, self.role.uid)
        return RolePage(
            name=self.role.name,
            label=self.texts.render(self.role.label),
            about=self._about(branches),
            everything=self.role.everything,
            can_change=self.can_change,
            can_undo=may_everything(self.model, self.who.actor),
            roles=tuple(self._line(branch) for branch in branches),
            columns=tuple(self.texts.render(words) for words in COLUMNS.values()),
            rows=tuple(v for v in kept if v.label not in system),
            system_rows=tuple(v for v in kept if v.label in system),
            entity=self.entity.name,
            entity_label=self.texts.render(self.entity.label),
            action=self.asked.action,
            rules=tuple(self._rules()),
            people=self.people,
            person=next((p.label for p in self.people if p.chosen), ""),
            tests=tuple(test_view(self.who, tx_model=self.tx, outcome=each) for each in outcomes),
            passing=self._passing(outcomes),
            done=self.asked.done,
            only_differences=self.asked.differences,
            differences_href=self.href(differences=not self.asked.differences) if self.role.parent else "",
        )

    def _about(self, branches: Iterable[Branch]) -> str:
        parts = []
        if self.role.parent is not None and self.role.parent in self.model.role_by_uid:
            parent = self.model.role_by_uid[self.role.parent]
            parts.append(self.texts.phrase("managed by “{role}”", role=self.texts.render(parent.label)))
        included = [self.model.role_by_uid[uid] for uid in self.role.includes]
        if included:
            names = ", ".join(self.texts.render(r.label) for r in included)
            parts.append(self.texts.phrase("includes: {roles}", roles=names))
        people = next((b.people for b in branches if b.role.uid == self.role.uid), 0)
        parts.append(self.texts.render(message("{count} people", count=people)))
        return " · ".join(parts)

    def _above(self, rows: tuple[Row, ...]) -> Mapping[str, Row]:
        """The rows of the role that manages this one, when the reader sees it."""
        parent = self.model.role_by_uid.get(self.role.parent or "")
        if parent is None or parent not in seen_roles(self.model, self.who.actor):
            return {}
        return {row.entity.uid: row for row in matrix(self.model, parent, [row.entity for row in rows])}

    def href(self, **changes: Any) -> str:
        """This page with something else chosen."""
        now = {
            "entity": self.entity.name, "action": self.asked.action, "person": self.asked.person,
            "differences": "1" if self.asked.differences else "",
        }  # fmt: skip
        now |= {k: ("1" if v is True else "" if v is False else v) for k, v in changes.items()}
        query = urlencode({key: value for key, value in now.items() if value})
        return f"/roles/{self.role.name}" + (f"?{query}" if query else "")

    def _line(self, branch: Branch) -> RoleLine:
        icon = "crown" if branch.role.everything else "user-star" if not branch.depth else "user"
        return RoleLine(
            href=f"/roles/{branch.role.name}?{urlencode({'entity': self.entity.name})}",
            label=self.texts.render(branch.role.label), icon=icon, depth=min(branch.depth, 5),
            people=self.texts.number(branch.people), current=branch.role.uid == self.role.uid,
        )  # fmt: skip

    def _row(self, row: Row, above: Mapping[str, Row]) -> RowView:
        entity, label = row.entity, self.texts.render(row.entity.label)
        other = above.get(entity.uid)
        here = entity.uid == self.entity.uid
        return RowView(
            icon=icon_name(entity.icon), label=label, href=self.href(entity=entity.name, action=""), current=here,
            child=entity.parent is not None,
            differs=other is None or other.states != row.states,
            cells=tuple(
                CellView(
                    state=state, icon=_ICONS[state], href=self.href(entity=entity.name, action=action) + "#rules",
                    current=here and action == self.asked.action,
                    words=f"{label}, {self.texts.render(ACTIONS[action])}: {self.texts.render(_STATES[state])}",
                )
                for action, state in row.states
            ),
        )  # fmt: skip

    def _rules(self) -> Iterator[RuleView]:
        speaker = speaker_of(self.who, self.tx)
        for role in [self.role, *self._included()]:
            for number, grant in enumerate(role.grants):
                if grant.entity != self.entity.uid:
                    continue
                own = role.uid == self.role.uid and known(speaker, grant)
                words = grant_words(speaker, grant, fields=written_fields(self.tx, role, number))
                yield RuleView(
                    sentence=words.sentence,
                    notes=words.notes,
                    text=written_rule(self.tx, role, number) if known(speaker, grant) else "",
                    count=self._count(grant),
                    current=bool(self.asked.action) and self.asked.action in grant.actions,
                    href=f"/roles/{role.name}/grant/{number}" if own and self.can_change else None,
                    origin="" if role.uid == self.role.uid else self.texts.render(role.label),
                )

    def _included(self) -> list[Role]:
        uids: set[str] = {*self.model.included.get(self.role.uid, ())} - {self.role.uid}
        return [role for role in self.model.roles.values() if role.uid in uids]

    def _count(self, grant: Grant) -> str:
        """How many records the rule takes in for the chosen person."""
        chosen = next((p for p in self.people if p.chosen), None)
        if chosen is None or grant.actions == {"create"} or not known(speaker_of(self.who, self.tx), grant):
            return ""  # how many records a rule about hidden fields leaves would tell of them
        here = rule_count(self.tx, int(chosen.value), self.entity, grant)
        words = message(
            "{records} records for {person}", records=self.texts.number(here), person=chosen.label
        )
        return self.texts.render(words)

    def _passing(self, outcomes: tuple[Outcome, ...]) -> str:
        if not outcomes:
            return ""
        good = sum(1 for each in outcomes if each.passes)
        return self.texts.phrase("{good} of {all} pass", good=good, all=len(outcomes))
