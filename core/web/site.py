"""A site: the workspace that is served, with everything that requests share; made once a process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pluggy

from core.settings import Settings
from core.storage.workspace import Workspace
from core.web.assets import Assets
from core.web.events import Poller
from core.web.metrics import Metrics
from core.web.operations import Routes
from core.web.rates import Rates
from core.web.security import SESSION_COOKIE, Seals
from core.web.templates import Templates

if TYPE_CHECKING:
    from core.web.exchange import Call


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
    rates: Rates | None = None

    def count(self, call: Call) -> None:
        """Refuse one request too many of a key, a session or an address (KBK2010)."""
        if self.rates is not None:
            key = call.bearer() or call.cookie(SESSION_COOKIE)
            self.rates.take(key.encode() if key else None, call.address.encode())

    def known(self, key: str) -> None:
        """Who sent this key is somebody: what they ask is counted for them alone."""
        if self.rates is not None:
            self.rates.vouch(key.encode())

    def close(self) -> None:
        """Let the database go."""
        self.workspace.close()
