"""Template files against the configuration: which are missing or damaged; and the chore that takes away what none names."""

from __future__ import annotations

from collections.abc import Iterator

from core.storage.templates import damaged_templates, drop_templates, unnamed_templates
from core.storage.workspace import Workspace
from metamodel.messages import Message, message


def check_templates(workspace: Workspace) -> Iterator[Message]:
    """The faults that ``kubik check`` tells of the templates in force."""
    with workspace.read() as tx:
        named = {
            template.sha256: (each.name, template.file)
            for each in tx.model.documents.values()
            for template in (*each.templates, *each.switched_off)
        }
        broken = list(damaged_templates(tx, named))
    for sha256 in broken:
        name, file = named[sha256]
        yield message(
            "document {name}: the template {file} is missing or damaged: upload it again",
            name=name,
            file=file,
        )


def sweep_old_templates(workspace: Workspace) -> int:
    """Take away template files that nothing names any more; how many."""
    with workspace.read() as tx:
        gone = unnamed_templates(tx)
    return workspace.write(lambda tx: drop_templates(tx, gone)) if gone else 0
