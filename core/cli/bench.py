"""``kubik bench``: the benchmarks of a checkout, which live in the package ``bench``."""

from __future__ import annotations

import importlib
import importlib.util

import click

from core.errors import KubikError
from metamodel.messages import message


@click.command(
    short_help="Run the benchmarks.",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
    add_help_option=False,
)
@click.pass_context
def bench(context: click.Context) -> None:
    """Run the benchmarks: each prints its figures and the ratio to hand-written SQL of the same run."""
    if importlib.util.find_spec("bench") is None or importlib.util.find_spec("bench.__main__") is None:
        raise KubikError(
            "KBK6002", message("The benchmarks are part of the source code, not of the installed package.")
        )
    module = importlib.import_module("bench.__main__")
    context.exit(module.main(context.args))
