"""The office of the tests of records: its people are what the guards are about."""

from __future__ import annotations

from tests.core.records.conftest import changes, office, offices

__all__ = ["changes", "office", "offices"]
