"""The sample installation for tests of history."""

from tests.site_fixtures import installed, site

__all__ = ["installed", "site"]
