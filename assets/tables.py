"""The project's own tables about its metrics, each under its contract; figures of publications come from sources."""

from pathlib import Path

from pipeline.publish.tables import table
from schemas.tables import ControlFigure, KnownError, Limit

HERE = Path(__file__).parent

table("limits", Limit, HERE / "limits.csv")
table("control_figures", ControlFigure, HERE / "control_figures.csv")
table("known_errors", KnownError, HERE / "known_errors.csv")
