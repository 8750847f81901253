"""Templates and the files of the build."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import KubikError
from core.web.assets import Assets
from core.web.templates import Templates, read_manifest


def test_assets_that_were_not_built_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(KubikError) as refusal:
        read_manifest(tmp_path)
    assert refusal.value.code == "KBK6002"
    (tmp_path / "manifest.json").write_text(json.dumps({"app.js": "app-1.js"}))
    templates = Templates([tmp_path], [tmp_path])
    assert templates.asset("app.js") == "/assets/app-1.js"
    with pytest.raises(KeyError):
        templates.asset("nope.js")


def test_text_from_data_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("{{ value }}")
    template = Templates([tmp_path], []).environment.get_template("a.html")
    assert template.render(value="<script>") == "&lt;script&gt;"


def test_only_files_of_the_folder_are_served(tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / "app-1.js").write_text("1")
    (folder / "app-1.js.br").write_bytes(b"compressed")
    (folder / "manifest.json").write_text("{}")
    (tmp_path / "secret.key").write_text("x")
    assets = Assets([folder])
    assert assets.answer("app-1.js", "", None) is not None
    found = assets.answer("app-1.js", "gzip, br", None)
    assert found is not None and found.body == b"compressed" and (b"content-encoding", b"br") in found.headers
    for name in ("../secret.key", "secret.key", "manifest.json", "app-1.js.br", "", "/etc/passwd"):
        assert assets.answer(name, "br", None) is None
