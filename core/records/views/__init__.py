"""Views that people save for themselves and share with roles, and how they like to see lists."""

from core.records.views.preferences import Preferences, keep_preference, preferences
from core.records.views.service import (
    Kind,
    SavedView,
    arrange_views,
    delete_view,
    rename_view,
    save_state,
    save_view,
    saved_view,
    saved_views,
    share_view,
)
from core.records.views.state import SHAPE, Shade, State

__all__ = [
    "SHAPE", "Kind", "Preferences", "SavedView", "Shade", "State", "arrange_views", "delete_view", "keep_preference", "preferences",
    "rename_view", "save_state", "save_view", "saved_view", "saved_views", "share_view",
]  # fmt: skip
