"""A small hand-made model with every kind of column, and workspaces that hold it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.settings import Settings
from core.storage.install import install_model
from core.storage.workspace import Workspace
from metamodel.expression.types import TEXT, Type, number
from metamodel.fields import field_types
from metamodel.labels import Label
from metamodel.model import Choice, Constraint, Entity, Field, Model

STAGES = (
    Choice(uid="stlead", name="lead", label=Label(ru="Лид", en="Lead")),
    Choice(uid="stwon", name="won", label=Label(ru="Успех", en="Won")),
)


def make_field(entity: str, name: str, kind: str, **more: Any) -> Field:
    """A field whose uid is made of the names of its entity and of itself."""
    uid = f"{entity}{name}".replace("_", "")[:20]
    options = more.pop("options", {})
    return Field(
        **{
            "uid": uid,
            "name": name,
            "label": Label(ru=name, en=name),
            "type": field_types()[kind],
            "result": more.pop("result", TEXT),
            "column": f"f_{uid}",
            "options": options,
            **more,
        }
    )


def make_entity(name: str, *fields: Field, **more: Any) -> Entity:
    """An entity named like its uid."""
    label = Label(ru=name, en=name)
    return Entity(
        uid=name.replace("_", ""), name=name, solution="test", label=label, label_many=label, title=(), fields=fields, **more
    )  # fmt: skip


def make_model(*entities: Entity, version: int = 1) -> Model:
    """A model of just these entities."""
    return Model(
        version=version,
        solutions={},
        entities={e.name: e for e in entities},
        roles={},
        views={},
        menus={},
        document={"hand": "made"},
    )


def link(entity: str, name: str, target: str, **more: Any) -> Field:
    return make_field(entity, name, "link", target=target, result=Type(kind="link", entity=target), **more)


def sample_entities() -> tuple[Entity, ...]:
    """People as the system solution has them, and deals with items."""
    return (
        make_entity(
            "department",
            make_field("department", "name", "text"),
            link("department", "parent", "department"),
            tree="departmentparent",
        ),
        make_entity(
            "role",
            make_field("role", "name", "text", unique=True),
            make_field("role", "definition", "text", unique=True),
        ),
        make_entity(
            "user",
            make_field("user", "login", "text", unique=True),
            make_field("user", "name", "text"),
            link("user", "department", "department"),
            make_field(
                "user", "language", "choice",
                choices=(
                    Choice(uid="lngru", name="ru", label=Label(ru="ru")),
                    Choice(uid="lngen", name="en", label=Label(en="en")),
                ),
            ),
            make_field("user", "time_zone", "text"),
            make_field("user", "active", "boolean"),
        ),
        make_entity(
            "user_role",
            link("user_role", "user", "user"),
            link("user_role", "role", "role"),
            parent="userroleuser",
            constraints=(Constraint(uid="urpair", unique=("userroleuser", "userrolerole")),),
        ),
        make_entity(
            "deal",
            make_field("deal", "name", "text"),
            make_field("deal", "order", "text", unique=True),
            make_field("deal", "note", "long_text"),
            make_field("deal", "amount", "money", result=number(2)),
            make_field("deal", "rate", "decimal", result=number(7)),
            make_field("deal", "count", "integer", indexed=True),
            make_field("deal", "hot", "boolean"),
            make_field("deal", "closes_on", "date"),
            make_field("deal", "met_at", "datetime"),
            make_field("deal", "stage", "choice", choices=STAGES),
            link("deal", "owner", "user"),
            link("deal", "company", "department"),
        ),
        make_entity(
            "deal_item",
            link("deal_item", "deal", "deal"),
            make_field("deal_item", "price", "money", result=number(2)),
            parent="dealitemdeal",
        ),
    )  # fmt: skip


def sample_model(version: int = 1) -> Model:
    return make_model(*sample_entities(), version=version)


def settings_for(database_url: str, home: Path) -> Settings:
    return Settings(home=home, database_url=database_url, time_zone="Europe/Moscow", secret_key=b"k" * 32)


def sample_workspace(database_url: str, home: Path) -> Workspace:
    """A workspace in which the sample model is in force."""
    workspace = Workspace.create(settings_for(database_url, home))
    install_model(workspace, sample_model())
    return workspace
