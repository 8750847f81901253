"""Roles: who may do what, in a matrix and in words, changed through the ordinary plan; and why somebody may or may not."""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs import hookimpl


@hookimpl
def kubik_routers() -> Sequence[object]:
    """The pages of this renderer."""
    from renderers.roles.edit_pages import NewRole, OneGrant, check_rule, delete_role
    from renderers.roles.pages import role_page, roles_page, tests_page
    from renderers.roles.plan_pages import apply_plan, take_back
    from renderers.roles.settings_pages import RoleSettings
    from renderers.roles.why_pages import keep_answer, why_page

    return [
        roles_page, role_page, tests_page, NewRole, RoleSettings, OneGrant, check_rule, delete_role, apply_plan, take_back, why_page,
        keep_answer,
    ]  # fmt: skip
