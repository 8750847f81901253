"""Pages from templates: one Jinja environment, the files of the build by their source names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from core.errors import KubikError
from metamodel.messages import message

if TYPE_CHECKING:
    from core.web.context import Visitor


class Templates:
    """The templates of all renderers and plugins, and ``asset(name)`` from the ``manifest.json`` of their builds."""

    def __init__(
        self, folders: Sequence[Path], static: Sequence[Path], page_files: Sequence[str] = ()
    ) -> None:
        self.manifest = read_manifests(static)
        self.environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals["asset"] = self.asset
        self.environment.globals["page_styles"] = [self.asset(n) for n in page_files if n.endswith(".css")]
        self.environment.globals["page_scripts"] = [self.asset(n) for n in page_files if n.endswith(".js")]

    def asset(self, name: str) -> str:
        """The address of a built file; one that the build did not make is a fault of the template."""
        return f"/assets/{self.manifest[name]}"

    def page(self, visitor: Visitor, name: str, variables: Mapping[str, Any]) -> str:
        """A template as text, with what every page knows of its reader."""
        return self.environment.get_template(name).render(**visitor.template_variables(), **variables)


def read_manifests(folders: Sequence[Path]) -> dict[str, str]:
    """Plain name to file of all builds; KBK6004 when two of them have a file of one plain name."""
    found: dict[str, str] = {}
    for folder in folders:
        manifest = read_manifest(folder)
        for name in sorted(found.keys() & manifest):
            raise KubikError("KBK6004", message("The web file “{name}” is built twice.", name=name))
        found |= manifest
    return found


def read_manifest(static: Path) -> dict[str, str]:
    """Source name to hashed file of the build; a folder without it means that the assets were not built."""
    try:
        manifest: dict[str, str] = json.loads((static / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        why = message("The web assets are not built ({why}): run ./kubik once.", why=str(error))
        raise KubikError("KBK6002", why) from error
    return manifest
