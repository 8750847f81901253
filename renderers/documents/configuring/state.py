"""A document on its screen: its settings and files as they are typed and sent, which nothing keeps until it is applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from metamodel.documents import Format
from metamodel.labels import LANGUAGES, make_label
from metamodel.model import Model
from metamodel.names import transliterate
from renderers.roles.editing import Sent

FORMATS: tuple[Format, ...] = ("docx", "html")
_RESTARTS = ("never", "year", "month", "day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A template file of the document; ``fresh`` when it is not the one in force."""

    file: str
    sha256: str
    fresh: bool = False
    off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What stands on the screen; ``name`` is empty for a document that is not there yet."""

    name: str
    entity: str
    labels: Mapping[str, str]
    files: Mapping[Format, Chosen] = field(default_factory=dict)
    number: str = ""
    restart: str = "never"
    by: str = ""
    file_name: str = ""
    stages: tuple[str, ...] = ()
    when: str = ""
    roles: tuple[str, ...] = ()
    everybody: bool = True
    language: str = ""
    order: str = ""
    show: Format = "docx"
    record: str = ""

    @property
    def shown(self) -> Chosen | None:
        """The file that is looked at."""
        return self.files.get(self.show)

    def with_file(self, format: Format, chosen: Chosen) -> State:
        """The same with a file in the place of the one of its format."""
        return replace(self, files={**self.files, format: chosen}, show=format)


def state_of(model: Model, name: str) -> State:
    """The state of a document as it is in force."""
    written = next(item for item in model.document["documents"] if item["name"] == name)
    label = make_label(written.get("label"), name)
    number = written.get("number", {})
    files: dict[Format, Chosen] = {}
    for each in written["templates"]:
        format: Format = "docx" if each["file"].endswith(".docx") else "html"
        files[format] = Chosen(file=each["file"], sha256=each.get("sha256", ""), off=bool(each.get("off")))
    return State(
        name=name, entity=written["entity"],
        labels={language: getattr(label, language) or "" for language in LANGUAGES}, files=files,
        number=number.get("format", ""), restart=number.get("restart", "never"), by=number.get("by", ""),
        file_name=written.get("file_name", ""), stages=tuple(written.get("stages", ())), when=str(written.get("when", "")),
        roles=tuple(written.get("roles", ())), everybody="roles" not in written, language=written.get("language", ""),
        order=str(written.get("order", "")), show=next((f for f in FORMATS if f in files), "docx"),
    )  # fmt: skip


def state_sent(model: Model, name: str, entity: str, sent: Sent) -> State:
    """The state of a form; files in force are those of the model, others those that the form names."""
    known = {each.sha256: each for each in state_of(model, name).files.values()} if name else {}
    files: dict[Format, Chosen] = {}
    for format in FORMATS:
        sha256, file = sent.one(f"{format}_sha256"), sent.one(f"{format}_file")
        if sha256 and file:
            was = known.get(sha256)
            files[format] = Chosen(
                file=file, sha256=sha256, fresh=was is None, off=was is not None and was.off
            )
    show: Format = "html" if sent.one("show") == "html" else "docx"
    restart = sent.one("restart")
    return State(
        name=name, entity=entity, labels={each: sent.one(f"label_{each}")[:200] for each in LANGUAGES}, files=files,
        number=sent.one("number")[:100], restart=restart if restart in _RESTARTS else "never", by=sent.one("by"),
        file_name=sent.one("file_name")[:200], stages=tuple(sent.all("stages")), when=sent.one("when"),
        roles=tuple(sent.all("roles")), everybody=sent.one("who") != "some", language=sent.one("language"),
        order=sent.one("order"), show=show if show in files or not files else next(iter(files)), record=sent.one("record"),
    )  # fmt: skip


def definition_of(state: State, taken: Sequence[str]) -> dict[str, Any]:
    """The keys of the definition; None takes one away."""
    labels = {language: text for language, text in state.labels.items() if text}
    number: dict[str, Any] | None = None
    if state.number:
        number = {"format": state.number}
        if state.by:
            number["by"] = state.by
        if state.restart != "never":
            number["restart"] = state.restart
    made: dict[str, Any] = {
        "label": labels or None,
        "templates": [{"file": each.file, "sha256": each.sha256} for each in state.files.values()],
        "number": number,
        "file_name": state.file_name or None,
        "stages": list(state.stages) or None,
        "when": state.when or None,
        "roles": None if state.everybody else list(state.roles),
        "language": state.language or None,
        "order": int(state.order) if state.order.lstrip("-").isdigit() and len(state.order) < 6 else None,
    }
    if not state.name:
        made = {key: value for key, value in made.items() if value is not None}
        made |= {
            "name": _free_name(labels.get("en") or labels.get("ru") or state.entity, taken),
            "entity": state.entity,
        }
    return made


def _free_name(label: str, taken: Sequence[str]) -> str:
    base = transliterate(label)[:40] or "document"
    return next(name for n in range(1, 10_000) if (name := base if n == 1 else f"{base}_{n}") not in taken)
