"""Forms: one record to write."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from renderers.forms.draft_pages import discard_draft, keep_form, list_drafts
    from renderers.forms.form_pages import ChangeRecord, NewRecord, options_of_field
    from renderers.forms.live import recalculate
    from renderers.forms.lookup_pages import named_records

    return [
        NewRecord,
        ChangeRecord,
        options_of_field,
        named_records,
        recalculate,
        keep_form,
        discard_draft,
        list_drafts,
    ]
