"""What the templates of people draw: everything decided, named and formatted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from renderers.pages.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A word about a person, with its tone and icon."""

    label: str
    tone: Literal["", "blue", "green", "amber", "red"] = ""
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRole:
    """A role of a person; ``why`` says how they came by it, empty when it is simply their own."""

    label: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """A person in the list."""

    href: str
    person: Person
    login: str
    department: str
    roles: tuple[HeldRole, ...]
    marks: tuple[Mark, ...]
    seen: str
    off: bool = False
    no_roles: bool = False
    """Whether it is known that there are no roles, when there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way to narrow a list, or to choose."""

    label: str
    value: str = ""
    href: str = ""
    on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A chip above the list."""

    label: str
    value: str
    options: tuple[Option, ...]
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleList:
    """The list of people."""

    title: str
    count: str
    search: str
    hidden: tuple[tuple[str, str], ...]
    filters: tuple[Filter, ...]
    lines: tuple[PersonLine, ...]
    with_roles: bool
    reset_href: str = ""
    more_href: str = ""
    create_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChoice:
    """A role that can be given, or is had by another way and only shown; ``depth`` is how far below the top it stands."""

    value: str
    label: str
    help: str
    depth: int
    on: bool
    locked: bool
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A person or thing that stands in a choice of several."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SightLine:
    """One entity in “what the person sees”: how much then, and how that differs from now."""

    label: str
    icon: str
    count: str
    difference: str = ""
    tone: Literal["", "green", "red"] = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SightView:
    """What a person sees, or would see; ``words`` is the whole of it in a sentence."""

    words: str
    lines: tuple[SightLine, ...]
    changed: bool = False
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A word about a person's keys, and the button beside it."""

    icon: str
    label: str
    value: str
    action: str = ""
    verb: str = ""
    tone: Literal["", "amber"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLine:
    """A handover of the person that can be looked at."""

    href: str
    words: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessForm:
    """Department, roles and groups of a person, to be changed."""

    action: str
    preview: str
    version: str
    had: str
    departments: tuple[Option, ...]
    department: str
    may_department: bool
    roles: tuple[RoleChoice, ...]
    groups: tuple[RoleChoice, ...]
    may_roles: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """The page of a person; addresses are empty where the reader may not."""

    id: int
    person: Person
    login: str
    here: str
    facts: tuple[str, ...]
    marks: tuple[Mark, ...]
    access: AccessForm
    sight: SightView
    keys: tuple[Fact, ...]
    past: tuple[PastLine, ...]
    off: bool
    profile_href: str = ""
    edit_href: str = ""
    leave_href: str = ""
    disable_href: str = ""
    enable_href: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A link for a password, shown once."""

    person: Person
    href: str
    link: str
    email: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileField:
    """A text of a new person."""

    name: str
    label: str
    value: str
    help: str = ""
    required: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPersonView:
    """The form of a new person; ``focus`` names the field to begin with: the first that was refused."""

    fields: tuple[ProfileField, ...]
    focus: str
    access: AccessForm
    sight: SightView
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentLine:
    """A department in the tree; ``whole`` counts those below it, too."""

    href: str
    name: str
    depth: int
    head: Person | None
    own: str
    whole: str
    people_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentsView:
    """The tree of departments."""

    lines: tuple[DepartmentLine, ...]
    create_href: str
    list_href: str
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """A group: how many are in it, what it gives, what is inside it."""

    href: str
    name: str
    people: str
    roles: tuple[str, ...]
    groups: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsView:
    """The list of groups."""

    lines: tuple[GroupLine, ...]
    create_href: str
    list_href: str
