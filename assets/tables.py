"""The project's own tables about its metrics, each under its contract; figures of publications come from sources."""

from pathlib import Path

import pandas as pd
from pandera.typing import DataFrame

from schemas.tables import ControlFigure, KnownError, Limit

LIMITS = Path(__file__).with_name("limits.csv")
CONTROL_FIGURES = Path(__file__).with_name("control_figures.csv")
KNOWN_ERRORS = Path(__file__).with_name("known_errors.csv")


def limits() -> DataFrame[Limit]:
    """What metrics cannot say: breaks, gaps, availability by area level, lags, revisions."""
    frame = pd.read_csv(LIMITS, dtype="str", keep_default_na=False)
    for name in ("first_day", "last_day"):
        frame[name] = pd.to_datetime(frame[name].where(frame[name] != "")).astype("datetime64[ns]")
    return Limit.validate(frame)


def control_figures() -> DataFrame[ControlFigure]:
    """Published national figures that the marts must agree with."""
    frame = pd.read_csv(CONTROL_FIGURES, dtype="str", keep_default_na=False)
    return ControlFigure.validate(frame.astype({"value": float, "within": float}))


def known_errors() -> DataFrame[KnownError]:
    """Figures that publishers print wrong, and what they should be."""
    return KnownError.validate(pd.read_csv(KNOWN_ERRORS, dtype="str", keep_default_na=False))
