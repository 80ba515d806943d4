"""What the treatment monitoring system calls areas, substance groups, sexes and ages; its tables are ndtms_tables'."""

import re
from functools import cache

import pandas as pd

from pipeline import naming, places
from pipeline.read.labels import SEX_WORDS, heading
from pipeline.read.periods import Period

YOUNG, ADULT = "under 18", "18 and over"

# Without "and", plurals and what heads every group, each group is known by its words.
GROUPS = {
    frozenset({"opiate"}): "opiate",
    frozenset({"non-opiate", "only"}): "non-opiate only",
    frozenset({"non-opiate", "alcohol"}): "non-opiate and alcohol",
    frozenset({"alcohol", "only"}): "alcohol only",
    frozenset({"total"}): "all",
    frozenset({"all"}): "all",
}
SUBSTANCE_GROUPS = set(GROUPS.values()) - {"all"}
_IDLE = {"and", "substance", "substances", "group", "groups", "adults", "clients", "people", "in", "treatment"}
SEXES = SEX_WORDS | {"total": "all", "all": "all"}

# Neighbours that are too few to be printed alone.
JOINED = {
    frozenset({"E06000052", "E06000053"}): "cornwall-and-isles-of-scilly",
    frozenset({"E09000012", "E09000001"}): "hackney-and-city-of-london",
    frozenset({"E10000018", "E06000017"}): "leicestershire-and-rutland",
}


def substance_group(text: str) -> str | None:
    """The group that a printed label names in one of many spellings ("alcohol & non-opiates"), or None."""
    words = re.findall(r"[a-z-]+", re.sub(r"opiates\b", "opiate", heading(text)))
    return GROUPS.get(frozenset(words) - _IDLE)


def area_codes(labels: pd.Series, newest: Period) -> dict[str, str | None]:
    """The code of each area printed by name, None where there is none; see `naming.codes_for`."""
    joined = {label: _joined(label) for label in labels.unique()}
    alone = [label for label, code in joined.items() if code is None]
    return joined | naming.codes_for(alone, ("country", "region", *places.UPPER_TIER), newest.end)


@cache
def _joined(label: str) -> str | None:
    parts = [part for part in re.split(r"\s+(?:&|and|with)\s+(?:the )?", label) if part]
    today = max(places.areas()["start_date"].dropna())
    return JOINED.get(frozenset(naming.code_for(part, places.UPPER_TIER, today) for part in parts))
