"""The sample installation, served."""

from tests.site_fixtures import installed, site

__all__ = ["installed", "site"]
