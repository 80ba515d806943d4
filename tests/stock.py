"""The same assets as Dagster runs them by default, a process a step and a record on disk; `make bench` measures it."""

import dagster as dg

from pipeline import build
from pipeline.graph import ASSETS

defs = dg.Definitions(assets=ASSETS, resources={"report": build.Report()})
