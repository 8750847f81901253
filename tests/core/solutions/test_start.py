"""An installation that an earlier Kubik made: its tables and the system's own definitions become those of this one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.errors import KubikError
from core.records import create
from core.solutions import start
from core.solutions.packages import install
from core.solutions.start import bring_system, initialize
from core.solutions.undo import undo
from core.storage.check import check_storage
from core.storage.upgrades import CURRENT, STEPS, read_fact, write_fact
from core.storage.workspace import Workspace
from tests.core.solutions.samples import SYSTEM, add, settings_for, shop, values

NEW_ENTITIES = ("group", "share", "deputy", "erasure")
NEW_TABLES = (
    "sighting", "sighted", "member", "shared", "factor", "recovery", "invitation", "challenge", "security",
)  # fmt: skip
NEW_COLUMNS = {
    "journal": ("behalf",),
    "session": ("agent", "proved_at", "strong", "acting", "mode"),
    "token": ("scope", "hint"),
}


Earlier = Callable[[str, Mapping[str, str]], Workspace]


@pytest.fixture
def earlier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Earlier:
    """`earlier(url, files)`: the shop, with those files, in an installation as the release with step 3 made it."""

    def make(database_url: str, files: Mapping[str, str]) -> Workspace:
        system = tmp_path / "system"
        shutil.copytree(
            start.SYSTEM, system, ignore=shutil.ignore_patterns(*(f"{e}.yaml" for e in NEW_ENTITIES))
        )
        settings = settings_for(database_url, tmp_path)
        with monkeypatch.context() as patched:
            patched.setattr(start, "SYSTEM", system)
            workspace = initialize(settings, login="boss")
            install(workspace, SYSTEM, shop(files))
        _back_to_step_3(workspace)
        workspace.close()
        return Workspace.open(settings)

    return make


def _back_to_step_3(workspace: Workspace) -> None:
    own = workspace.own
    with workspace.read() as tx:
        good = tx.model.entities["good"]
        assert good.stages is not None
        since = tx.tables[good.uid].columns[good.stages.since].value
    with workspace.database.plain.begin() as connection:
        quoted = connection.dialect.identifier_preparer.format_table
        for name in NEW_TABLES:
            getattr(own, name).drop(connection)
        for name, columns in NEW_COLUMNS.items():
            for column in columns:
                connection.execute(
                    sa.text(f'ALTER TABLE {quoted(getattr(own, name))} DROP COLUMN "{column}"')
                )
        view = sa.Table("v_good", sa.MetaData(schema=own.meta.schema))
        connection.execute(sa.text(f"DROP VIEW {quoted(view)}"))
        write_fact(connection, own, "views", None)
        for index in since.table.indexes:
            if since.name in index.columns:
                index.drop(connection)
        connection.execute(sa.text(f'ALTER TABLE {quoted(since.table)} DROP COLUMN "{since.name}"'))
        write_fact(connection, own, "schema_version", "3")
        write_fact(connection, own, "system", None)


def test_an_installation_of_an_earlier_release_is_brought_up_to_this_one_and_undo_leaves_it_there(
    earlier: Earlier, database_url: str
) -> None:
    workspace = earlier(database_url, {})
    more = {"entities/extra.yaml": "name: extra\nfields: [{name: name, type: text}]\n"}
    install(workspace, SYSTEM, shop(more))
    with workspace.read() as tx:
        assert not set(NEW_ENTITIES) & set(tx.model.entities)
        assert read_fact(tx.connection, tx.tables.own, "schema_version") == str(CURRENT)
    assert values(workspace, "good", "stage") == ["fresh", "fresh"]
    assert None not in values(workspace, "good", "stage_since"), "there since it was made"
    assert (bring_system(workspace), bring_system(workspace)) == (True, False)
    with workspace.read() as tx:
        assert set(NEW_ENTITIES) <= set(tx.model.entities)
    assert list(check_storage(workspace, whole=True)) == []
    people = {
        "name": "sellers",
        "roles": [{"by": {"name": "seller"}}],
        "members": [{"by": {"login": "boss"}}],
    }
    workspace.write(lambda tx: create(tx, SYSTEM, "group", people))
    assert add(workspace, stage="offer", name="Нож")
    undo(workspace, SYSTEM, accept_loss=True)
    with workspace.read() as tx:
        assert "extra" not in tx.model.entities and set(NEW_ENTITIES) <= set(tx.model.entities)
    workspace.close()


def test_steps_may_be_repeated_on_what_they_made(workspace: Workspace) -> None:
    with workspace.database.plain.begin() as connection:
        for step in STEPS:
            step.apply(connection, workspace.own)
    assert list(check_storage(workspace, whole=True)) == []


def test_a_name_that_a_solution_took_keeps_the_earlier_system(earlier: Earlier, tmp_path: Path) -> None:
    taken = "name: people\nextends: user\nfields: [{name: groups, type: text}]\n"
    workspace = earlier(f"sqlite:///{tmp_path}/taken.db", {"extensions/people.yaml": taken})
    with pytest.raises(KubikError) as refusal:
        bring_system(workspace)
    assert "groups" in str([each.message for each in refusal.value.errors])
    with workspace.read() as tx:
        assert "group" not in tx.model.entities
    install(
        workspace,
        SYSTEM,
        shop({"extensions/people.yaml": taken.replace("groups", "circles")}),
        accept_loss=True,
    )
    assert bring_system(workspace)
    workspace.close()
