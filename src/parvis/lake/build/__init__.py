"""The build: tables in dependency order, only what changed, all or nothing."""

from parvis.lake.build.plan import BuildPlan, Decision, make_plan
from parvis.lake.build.run import BuildReport, Progress, run_build
from parvis.lake.build.step import Frame, Step

__all__ = [
    "BuildPlan",
    "BuildReport",
    "Decision",
    "Frame",
    "Progress",
    "Step",
    "make_plan",
    "run_build",
]
