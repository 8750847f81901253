"""A site: the workspace that is served, with everything that requests share; made once a process."""

from __future__ import annotations

from dataclasses import dataclass

import pluggy

from core.settings import Settings
from core.storage.workspace import Workspace
from core.web.assets import Assets
from core.web.events import Poller
from core.web.metrics import Metrics
from core.web.operations import Routes
from core.web.security import Seals
from core.web.templates import Templates


@dataclass(slots=True, kw_only=True, eq=False)
class Site:
    """The parts of a served installation; ``seals`` signs cookies and forms with the workspace's key."""

    settings: Settings
    workspace: Workspace
    plugins: pluggy.PluginManager
    routes: Routes
    seals: Seals
    metrics: Metrics
    poller: Poller
    templates: Templates
    assets: Assets

    def close(self) -> None:
        """Let the database go."""
        self.workspace.close()
