"""The system's own solution: users, roles and departments as ordinary definitions, and the guards over them."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
"""Where the definitions of the solution ``system`` stand, in the format of any other solution."""
