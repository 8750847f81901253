"""Templates with the configuration: installed and exported byte for byte, renamed within, broken and mended, undone."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from core.errors import KubikError
from core.solutions.apply import apply
from core.solutions.packages import export_solution, install, plan_source, solution_contents
from core.solutions.source import read_solution, source_of
from core.solutions.template_faults import check_templates, sweep_old_templates
from core.solutions.undo import undo
from core.solutions.uses import where_used
from core.storage.templates import keep_template, template_bytes
from core.storage.workspace import Workspace
from tests.core.solutions.samples import SHOP, SYSTEM, applied, field_of, planned, without
from tests.word import part, word, words_in

LABEL = word(
    "{{ na¦me }} {{ good.¦kind }} {% if kind == 'small' %}x{% endif %}",
    "Всего {{ sales|sum(attribute='count') }}",
    table=[["{%tr for s in sales %}", ""], ["{{ s.count }}", "{{ s.go¦od.name }}"], ["{%tr endfor %}", ""]],
    header="{{ name }}",
    footer="{{ doc.number }}",
)
PAGE = b"<p>{{ name|upper }} {{ above.name }}</p>"
DEFINITION = """
name: label
entity: good
templates: [{file: label.docx}, {file: Ярлык.html}]
number: {format: "Я-{seq:03}", restart: year}
file_name: "Ярлык {number} {name}"
stages: [offer]
when: "price > 1"
"""


def shop(changes: dict[str, bytes | None] | None = None) -> Any:
    files: dict[str, bytes | None] = {name: text.encode() for name, text in SHOP.items()}
    files |= {
        "documents/label.yaml": DEFINITION.encode(), "documents/label.docx": LABEL, "documents/Ярлык.html": PAGE,
        **(changes or {}),
    }  # fmt: skip
    return source_of({name: content for name, content in files.items() if content is not None})


def template(workspace: Workspace, number: int = 0) -> bytes:
    with workspace.read() as tx:
        found = tx.model.documents["label"]
        return template_bytes(tx, (*found.templates, *found.switched_off)[number].sha256)


def test_a_solution_brings_its_templates_and_gives_them_back_byte_for_byte(
    workspace: Workspace, tmp_path: Path
) -> None:
    version = install(workspace, SYSTEM, shop())
    files = solution_contents(workspace, SYSTEM, "shop")
    assert files["documents/label.docx"] == LABEL and files["documents/Ярлык.html"] == PAGE
    assert b"sha256" not in files["documents/label.yaml"]
    export_solution(workspace, SYSTEM, "shop", tmp_path / "shop.zip")
    export_solution(workspace, SYSTEM, "shop", tmp_path / "folder")
    with zipfile.ZipFile(tmp_path / "shop.zip") as archive:
        assert archive.read("documents/label.docx") == LABEL
    for place in ("shop.zip", "folder"):
        assert plan_source(workspace, SYSTEM, read_solution(tmp_path / place)).changes == ()
    assert install(workspace, SYSTEM, read_solution(tmp_path / "folder")) == version
    applied(workspace, lambda it: it["label"].update(gone=True))
    export_solution(workspace, SYSTEM, "shop", tmp_path / "folder")
    assert not (tmp_path / "folder/documents/label.docx").exists()


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize(
    ("changes", "file", "words"),
    [
        ({"documents/label.docx": None}, "documents/label.yaml", "there is no file “label.docx”"),
        (
            {"documents/more.docx": LABEL},
            "documents/more.docx",
            "no document of the solution has this template",
        ),
        ({"documents/label.doc": b"\xd0\xcf\x11\xe0"}, "documents/label.doc", "templates are Word documents"),
        ({"documents/Ярлык.html": b"<p>{{ nane }}</p>"}, "documents/Ярлык.html", "Did you mean “name”?"),
        ({"documents/label.docx": b"PK\x03\x04nothing"}, "documents/label.docx", "The file is damaged"),
    ],
)
def test_a_solution_with_a_faulty_template_is_refused_by_file_and_place(
    workspace: Workspace, changes: dict[str, bytes | None], file: str, words: str
) -> None:
    with pytest.raises(KubikError) as refused:
        install(workspace, SYSTEM, shop(changes))
    assert [(e.file, words in str(e.message)) for e in refused.value.errors] == [(file, True)]


def test_renames_are_written_into_the_files_and_an_undo_brings_the_old_ones_back(
    workspace: Workspace,
) -> None:
    install(workspace, SYSTEM, shop())

    def rename(it: dict[str, Any]) -> None:
        it["good"]["name"] = "thing"
        field_of(it["good"], "name")["name"] = "called"
        kind = field_of(it["good"], "kind")
        kind["name"] = "size"
        kind["choices"][0]["name"] = "tiny"
        field_of(it["good"], "above")["inverse"] = "children"
        field_of(it["sale"], "good").update(name="thing", inverse="sold")
        field_of(it["sale"], "count")["name"] = "pieces"

    applied(workspace, rename)
    now = template(workspace)
    assert words_in(now)[:2] == [
        "{{ called }} {{ thing.size }} {% if size == 'tiny' %}x{% endif %}",
        "Всего {{ sold|sum(attribute='pieces') }}",
    ]
    assert (
        "{{ s.thing.called }}" in words_in(now)
        and "<w:t></w:t>" not in part(now)
        and "<w:t/>" not in part(now)
    )
    assert "{{ called }}" in part(now, "word/header1.xml")
    assert part(now).count("<w:b/>") == part(LABEL).count("<w:b/>")
    assert template(workspace, 1) == b"<p>{{ called|upper }} {{ above.called }}</p>"
    assert "documents/label.docx" in solution_contents(workspace, SYSTEM, "shop")
    undo(workspace, SYSTEM)
    assert template(workspace) == LABEL and template(workspace, 1) == PAGE


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_new_name_that_means_something_else_in_a_template_is_written_as_the_records(
    workspace: Workspace,
) -> None:
    page = "<p>{% for s in sales %}{{ s.count }} {{ name|upper }}{% endfor %}{{ kind }} {{ good.price }} {{ above.name }}</p>"
    install(workspace, SYSTEM, shop({"documents/Ярлык.html": page.encode()}))

    def rename(it: dict[str, Any]) -> None:
        for old, new in (("name", "s"), ("kind", "doc"), ("above", "good")):
            field_of(it["good"], old)["name"] = new

    applied(workspace, rename)
    now = "{% for s in sales %}{{ s.count }} {{ record.s|upper }}{% endfor %}{{ record.doc }} {{ record.price }} {{ good.s }}"
    assert template(workspace, 1).decode() == f"<p>{now}</p>"
    undo(workspace, SYSTEM)
    page = "<p>{% set count = 1 %}{% for record in sales %}{{ count }} {{ name }}{% endfor %}</p>"
    install(workspace, SYSTEM, shop({"documents/Ярлык.html": page.encode()}))
    plan = planned(workspace, lambda it: field_of(it["good"], "name").update(name="count"))
    (broken,) = (broken for change in plan.changes for broken in change.breaks)
    assert "another meaning" in str(broken.remedy), "record.count would be that of the sale"


def test_what_a_template_reads_is_told_where_it_is_used_and_when_it_goes_the_template_is_switched_off(
    workspace: Workspace,
) -> None:
    install(workspace, SYSTEM, shop())
    with workspace.read() as tx:
        used = {(u.kind, u.pointer) for u in where_used(tx.model, "field", "sale.count", tx)}
        assert ("document", "/documents/0/templates/0") in used
        assert ("document", "/documents/0/when") in {
            (u.kind, u.pointer) for u in where_used(tx.model, "field", "good.price", tx)
        }
    plan = planned(workspace, lambda it: without(it["sale"], "count"))
    broken = [b for change in plan.changes for b in change.breaks if b.kind == "document"]
    assert [(b.target, b.pointer) for b in broken] == [("label", "/documents/0/templates/0")]
    assert "label.docx: the template is switched off" in str(broken[0].remedy) and "count" in str(
        broken[0].remedy
    )
    apply(workspace, SYSTEM, plan.id)
    with workspace.read() as tx:
        found = tx.model.documents["label"]
        assert [t.file for t in found.templates] == ["Ярлык.html"]
        assert [t.file for t in found.switched_off] == ["label.docx"]
    assert template(workspace, 1) == LABEL  # the bytes stay, to be mended
    undo(workspace, SYSTEM)
    with workspace.read() as tx:
        assert not tx.model.documents["label"].switched_off

    def gone(it: dict[str, Any]) -> None:
        without(it["good"], "price", "doubled")
        it["goods"]["columns"] = ["name"]

    plan = planned(workspace, gone)
    assert [b.remedy.text for c in plan.changes for b in c.breaks if b.kind == "document"] == [
        "the document goes: its condition cannot be asked any more"
    ]


def test_a_posted_model_names_files_that_are_kept_and_others_are_swept(workspace: Workspace) -> None:
    install(workspace, SYSTEM, shop())
    new = word("{{ name }} и {{ code }}")
    sha256 = workspace.write(lambda tx: keep_template(tx, new))
    applied(workspace, lambda it: it["label"]["templates"][0].update(sha256=sha256))
    assert template(workspace) == new
    with pytest.raises(KubikError) as refused:
        planned(workspace, lambda it: it["label"]["templates"][0].update(sha256="a" * 64))
    assert [(e.pointer, e.code) for e in refused.value.errors] == [("/documents/0/templates/0", "KBK1002")]
    bad = workspace.write(lambda tx: keep_template(tx, word("{{ nam }}")))
    with pytest.raises(KubikError) as refused:
        planned(workspace, lambda it: it["label"]["templates"][0].update(sha256=bad))
    assert refused.value.code == "KBK5009" and "text, paragraph 1" in str(refused.value.errors[0].message)

    assert sweep_old_templates(workspace) == 0

    def long_ago(tx: Any) -> None:
        tx.connection.execute(tx.tables.own.template.update().values(at=tx.now.replace(year=2020)))

    workspace.write(long_ago)
    assert sweep_old_templates(workspace) == 1  # the faulty one: no version and no plan names it
    assert template(workspace) == new
    undo(workspace, SYSTEM)
    assert template(workspace) == LABEL
    assert list(check_templates(workspace)) == []

    def damage(tx: Any) -> None:
        table = tx.tables.own.template
        tx.connection.execute(
            table.update().where(table.c.content == PAGE).values(content=b"<p>{{ name }}</p>")
        )

    workspace.write(damage)
    assert [m.parameters["file"] for m in check_templates(workspace)] == ["Ярлык.html"]
