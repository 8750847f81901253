"""What buttons and rules of the configuration do to records, step by step in one transaction."""

from core.automation.running import run_steps
from core.automation.standing import Go, Made, Ran, Records, Standing

__all__ = ["Go", "Made", "Ran", "Records", "Standing", "run_steps"]
