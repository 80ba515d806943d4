"""What the tables of reoffending and of court orders share: marks, wholes, and a label for several rows."""

import pandas as pd

from pipeline.read.tables import Table

MARKS = {"*": "c", "..": "x"}


def with_whole(parts: pd.DataFrame, wholes: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    """Counts beside the whole they are part of."""
    return parts.join(wholes.drop_duplicates(on).set_index(on)["value"].rename("base"), on=on)


def printed_once(table: Table, heading: str, default: str = "") -> pd.Series:
    """The labels of a column in which each may stand once for the rows below it."""
    labels = table.printed(heading, table.text(table.key).index, default)
    return labels.mask(labels == "").ffill().fillna("")
