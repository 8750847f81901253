"""Access tests of solutions: each is a scene that is set in a transaction, asked through the real doors, taken back."""

from core.solutions.access_tests.run import (
    Outcome,
    check_tests,
    failing,
    label_of,
    require_passing,
    run_one,
    run_tests,
)

__all__ = ["Outcome", "check_tests", "failing", "label_of", "require_passing", "run_one", "run_tests"]
