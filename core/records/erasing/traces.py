"""What is left on disk behind an erasure: contents of files that nothing holds any more."""

from __future__ import annotations

from collections.abc import Sequence

from core.records.sweeping import is_known
from core.storage.workspace import Workspace


def clear_files(workspace: Workspace, hashes: Sequence[str]) -> None:
    """Remove contents that no record has any more; those that somebody has sent again meanwhile stay."""
    for hash in hashes:
        if not is_known(workspace, hash):
            workspace.files.remove(hash, unless_younger=0.0)
