"""The worksheets of figures: which observations stand on each, as what its cells show, and what stands above them."""

from collections import defaultdict
from collections.abc import Iterator

import pandas as pd

from pipeline.editions import words
from pipeline.editions.limits import Limit, levels
from pipeline.editions.workbook.lookup import Metric
from pipeline.editions.workbook.sheet import ABOUT, DECLINED, NUMBERS, OBSERVATION, SHOWN_AS_TEXT, Column, Sheet
from schemas.observation import SERIES
from schemas.vocabulary import STATUS

# Does not apply to amounts, but for the denominator that some are printed with.
_OF_RATES = ("lower_95", "upper_95", "numerator", "denominator")


def figures(
    metrics: dict[str, Metric], rows: pd.DataFrame, limits: dict[str, list[Limit]]
) -> Iterator[tuple[str, Sheet]]:
    """The worksheets of figures by name, in the order of the scorecard."""
    shown = _shown(rows)
    for name, found in rows.groupby("worksheet", sort=False):
        worksheet, first = str(name), found.iloc[0]
        metric = metrics[first["metric_id"]]
        local = worksheet != metric.metric_id
        series = ", ".join(f"{OBSERVATION[name].heading.lower()} {metric.series[name]}" for name in reversed(SERIES))
        led = "comes first" if all(first[name] == metric.series[name] for name in SERIES) else "has no figure here"
        says = [f"The series that leads the metric {led}: {series}."]
        columns = _columns(found, OBSERVATION if local else SHOWN_AS_TEXT | NUMBERS | ABOUT)
        if "national" in columns:
            says.append(f"The national value is that of {first['nation_name']}.")
        if metric.refused is not None:
            says.append(f"Older figures may stand here: {metric.refused}")
        told = ["", *levels(first["area_kind"])]
        says += [
            _said_of(limit)
            for limit in limits.get(metric.metric_id, ())
            if local or (limit.area_kind in told and limit.concerns(first["area_code"]))
        ]
        place = "newest figures of every area" if local else f"{first['area_name']} ({first['area_code']})"
        yield (
            worksheet[:31],
            Sheet(
                f"{metric.title}: {place}",
                f"{metric.outcome}: {metric.tier} metric.",
                columns,
                shown.loc[found.index],
                tuple(says),
                " ".join(publications(found)),
                frozen=2 if local else 1,
            ),
        )


def publications(rows: pd.DataFrame) -> list[str]:
    """The publications that observations come from, a line each with the days of the releases."""
    used = rows[["publication", "released", "publisher"]].drop_duplicates()
    days = defaultdict(list)
    for publication, released, publisher in sorted(used.itertuples(index=False, name=None)):
        days[f"{publication} ({publisher})"].append(words.day(released))
    return [f"Source: {publication}, released {', '.join(of)}." for publication, of in days.items()]


def _columns(rows: pd.DataFrame, columns: dict[str, Column]) -> dict[str, Column]:
    """Without those that hold nothing on this sheet."""
    empty = [name for name in NUMBERS if name != "value" and rows[name].isna().all()]
    empty += ["note"] if rows["note"].eq("").all() else []
    return {name: column for name, column in columns.items() if name not in empty}


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Observations as their cells show them: a number, or in its place the shorthand for why there is none."""
    said = {code: f"{meaning.partition(':')[0]} [{code}]" if code else meaning for code, meaning in STATUS.items()}
    absent = rows["value"].isna() & rows["status"].eq("")
    shown = {"status": rows["status"].map(said).mask(absent, DECLINED)}
    amounts = rows["statistic"].isin(["count", "quantity"])
    for name in NUMBERS:
        instead = rows["national_instead" if name == "national" else "instead"]
        if name in _OF_RATES:
            held = rows.groupby(["worksheet", "statistic", "unit"])[name].transform("count") > 0
            instead = instead.mask(amounts & ~held, "[z]")
        shown[name] = rows[name].astype(object).where(rows[name].notna(), instead)
    return rows.assign(**shown)


def _said_of(limit: Limit) -> str:
    """A limit in one sentence: break, from 1 April 2022: ..."""
    about = [limit.kind.capitalize(), limit.area_kind, limit.availability, limit.breakdown]
    days = [("from", limit.first_day), ("to", limit.last_day)]
    dated = " ".join(f"{word} {words.day(day)}" for word, day in days if day is not None)
    return f"{', '.join(filter(None, [*about, dated]))}: {limit.says}"
