"""What buttons and rules of the configuration do to records, step by step in one transaction."""

from core.automation.running import run_steps
from core.automation.standing import Documents, Go, Made, Ran, Records, Standing

__all__ = ["Documents", "Go", "Made", "Ran", "Records", "Standing", "run_steps"]
