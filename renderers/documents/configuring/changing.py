"""What a press on the screen of a document changes: a file sent, the starter, a fault mended, another file looked at."""

from __future__ import annotations

import re
from dataclasses import replace

from core.documents.checking import check
from core.documents.checking.repairing import repaired
from core.documents.reading import tags_of
from core.documents.reading.package import MOST_OF_A_TEMPLATE
from core.documents.starter import starter_template
from core.errors import KubikError
from core.query.opening import open_file
from core.storage.templates import keep_template, template_bytes
from core.web.context import Visit
from metamodel.documents import Format
from metamodel.fields.file import REASONS, REFUSED
from metamodel.labels import Label
from metamodel.messages import message
from renderers.documents.configuring.api import format_of
from renderers.documents.configuring.state import Chosen, State
from renderers.roles.editing import Sent

_ID = re.compile(r"\d{1,18}")
_NOT_IN_FILES = re.compile(r'[/\\:*?"<>|\x00-\x1f]')


def changed(who: Visit, state: State, do: str, sent: Sent) -> State:
    """The state after what was pressed."""
    if do == "starter":
        return _starter(who, state)
    if do.startswith("repair:"):
        return _repaired(who, state, do.removeprefix("repair:"))
    if do.startswith("show:"):
        return replace(state, show="html" if do == "show:html" else "docx")
    if do.startswith("drop:"):
        files = {
            format: chosen for format, chosen in state.files.items() if format != do.removeprefix("drop:")
        }
        return replace(state, files=files, show=next(iter(files), "docx"))
    if do == "file" or sent.one("file"):
        return _sent(who, state, sent.one("file"))
    return state


def _sent(who: Visit, state: State, file: str) -> State:
    """The state with a file that was sent in the place of the one of its format."""
    if not _ID.fullmatch(file):
        why = file.removeprefix(REFUSED) if file.startswith(REFUSED) else ""
        raise KubikError("KBK5004", REASONS.get(why) or message("Choose a file first."))
    with who.workspace.read() as tx:
        opened = open_file(tx, who.actor, int(file))
    name = _NOT_IN_FILES.sub("_", opened["name"]).lstrip("._~")
    format = format_of(name)
    with who.workspace.files.open(opened["hash"]) as content:
        data = content.read(MOST_OF_A_TEMPLATE + 1)  # more of it is refused all the same
    tags_of(format, data)
    return _with(who, state, format, f"{name.rpartition('.')[0][:80] or 'template'}.{format}", data)


def _with(who: Visit, state: State, format: Format, file: str, data: bytes) -> State:
    """Keep a file and put it on the screen, under a name that no other document's file has."""
    sha256 = who.workspace.write(lambda tx: keep_template(tx, data))
    with who.workspace.read() as tx:
        others = {
            t.file.casefold(): t.sha256
            for each in tx.model.documents.values()
            if each.name != state.name
            for t in (*each.templates, *each.switched_off)
        }
    stem, made, number = file.rpartition(".")[0], file, 1
    while others.get(made.casefold(), sha256) != sha256:
        number += 1
        made = f"{stem} ({number}).{format}"
    return state.with_file(format, Chosen(file=made, sha256=sha256, fresh=True))


def _starter(who: Visit, state: State) -> State:
    """The template that is made from the fields of the entity."""
    with who.workspace.read() as tx:
        entity = tx.model.entities[state.entity]
        label = Label(ru=state.labels.get("ru") or None, en=state.labels.get("en") or None)
        data = starter_template(tx.model, entity, label if label.ru or label.en else entity.label, who.texts)
    return _with(who, state, "docx", f"{state.name or entity.name}.docx", data)


def _repaired(who: Visit, state: State, number: str) -> State:
    """The state with one fault mended, or with all that one press can mend."""
    chosen = state.shown
    if chosen is None:
        return state
    with who.workspace.read() as tx:
        data = template_bytes(tx, chosen.sha256)
        look = check(tx.model, tx.model.entities[state.entity], state.show, data)
    if not number.isdigit() or not 0 < int(number) <= len(look.faults):
        return state
    repair = look.faults[int(number) - 1].repair
    if repair is None:
        return state
    return _with(who, state, state.show, chosen.file, repaired(state.show, data, repair))
