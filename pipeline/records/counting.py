"""Records counted into figures: the text run, the grid filled, people protected; storing is release's."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import places
from pipeline.read import periods
from pipeline.read.counted import spans
from pipeline.read.opening import Refused
from pipeline.records import disclosure, release
from pipeline.records.disclosure import KEY, Sum
from pipeline.records.engine import Engine
from pipeline.records.extract import Extract
from pipeline.records.lying import lying
from schemas.records.record import AREA
from schemas.rules import ENGLAND, ENGLAND_AND_WALES, WALES

# Windows of three years that do not overlap, so that no year is the difference of two: they end in 2021, 2024, ...
_WINDOW_ENDS = 2021


def count(extract: Extract, engine: Engine, where: Mapping[str, str], years: Iterable[int]) -> pd.DataFrame:
    """The counts of an extract for some years: the columns of KEY and `value`, as they are, before any protection.

    `where` says where each of its tables lies; the year of a period is that in which it ends. Raises Refused for what
    cannot be read, for records that break their contract, and for an area that nobody knows.
    """
    if apart := set(extract.tables) ^ set(where):
        raise Refused(f"{extract.id} is counted from {', '.join(extract.tables)}: {', '.join(sorted(apart))} apart")
    for table, contract in extract.tables.items():
        engine.lay(table, lying(where[table]), contract)
    for name, rows in _lookups(extract, sorted(years)).items():
        engine.lookup(name, rows)
    _require_areas(extract, engine)
    counted = engine.ask(extract.text)
    if counted.empty:
        raise Refused(f"{extract.id}: no record is of the years that are asked for")
    counted["value"] = counted["value"].astype("int64")
    counted["area"] = _coded(extract, counted["area"])
    counted = counted[[*KEY, "value"]].groupby(KEY).sum().reset_index()
    return _filled(counted) if extract.rule.hidden else counted


def _require_areas(extract: Extract, engine: Engine) -> None:
    """Refuse records of an area that no register has: they would be missing from every total."""
    for table, contract in extract.tables.items():
        columns = contract.to_schema().columns
        for name in (name for name, column in columns.items() if (column.metadata or {}).get(AREA)):
            printed = f"SELECT {name} AS code, count(*) AS records FROM {table} GROUP BY {name}"
            unknown = engine.ask(f"""
                SELECT code, records
                FROM ({printed}) AS p LEFT JOIN (SELECT DISTINCT area_code FROM areas) AS a ON area_code = code
                WHERE area_code IS NULL ORDER BY code
            """)
            if len(unknown):
                codes = ", ".join(unknown["code"].head(5))
                raise Refused(
                    f"{table}, {name}: {int(unknown['records'].sum()):,} records of no area there was: {codes}"
                )


def released(
    data: Path, extract: Extract, engine: Engine, where: Mapping[str, str], years: Iterable[int], day: date
) -> pd.DataFrame:
    """Count records and keep what may be seen of them as the release of a day; the protected counts.

    Raises Refused as `count` does, Unprotected where a count cannot be hidden.
    """
    made_up = {release.is_made_up(place) for place in where.values()}
    if len(made_up) > 1:
        raise Refused(f"{extract.id}: made-up records are never counted with others")
    seen = protected(extract, count(extract, engine, where, years), release.said_before(data, extract, day))
    release.store(data, extract, seen, day, where, made_up=True in made_up)
    return seen


def protected(extract: Extract, counts: pd.DataFrame, before: Mapping[disclosure.Key, float]) -> pd.DataFrame:
    """Counts as they may be seen, with `base`, the count of the measure that is the whole of each; see `protect`."""
    sums = _sums(extract, counts) if extract.rule.hidden else []
    seen = disclosure.protect(counts, extract.rule, sums, before)
    wholes = seen["measure"].map(extract.bases).dropna()
    of_whole = seen.loc[wholes.index, KEY].assign(measure=wholes).merge(seen, "left", on=KEY)["value"]
    base = np.full(len(seen), None, dtype=object)
    base[wholes.index] = of_whole.to_numpy()
    return seen.assign(base=base)


def _sums(extract: Extract, counts: pd.DataFrame) -> list[Sum]:
    """The sums between counts: those that are declared, those of areas and of years, and of what is said of a part."""
    beyond = (ENGLAND_AND_WALES, extract.whole) if extract.elsewhere else ()
    categories = {*counts["category"]}
    told = [
        Sum("category", whole, (one,), rest=True)
        for one in sorted(categories)
        if (whole := one.partition(": ")[0]) != one and whole in categories
    ]
    areas = disclosure.area_sums(_inside(counts["area"].unique()), beyond)
    answers = [Sum("category", extract.subject, parts) for parts in extract.themes.values()]
    return [*areas, *_windows(counts["period"].unique()), *extract.sums, *answers, *told]


def _lookups(extract: Extract, years: list[int]) -> dict[str, pd.DataFrame]:
    found = {
        name: pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
        for name, path in extract.lookups.items()
    }
    for rows in found.values():
        for column in rows.columns[rows.columns.str.endswith("_from")]:
            rows[column] = pd.to_datetime(rows[column]).dt.date
    of_year = periods.calendar_year if extract.year == "calendar" else periods.financial_year
    asked = {year: of_year(year) for year in years}
    ends = {year: year + (_WINDOW_ENDS - year) % 3 for year in years}
    whole = [year for year in years if {ends[year] - 2, ends[year] - 1, ends[year]} <= set(years)]
    return found | {
        "areas": _areas(extract),
        "years": pd.DataFrame(
            [(year, span.label, span.start, span.end) for year, span in asked.items()],
            columns=["year", "label", "starts", "ends"],
        ),
        "months": pd.DataFrame(
            [
                (f"{year}-{month:02}", periods.months(month, month, year).label)
                for year in years
                for month in range(1, 13)
            ],
            columns=["month", "label"],
        ),
        "three_years": pd.DataFrame(
            [(year, periods.three_years(ends[year]).label) for year in whole], columns=["year", "label"]
        ).astype({"year": "int64", "label": "str"}),
    }


def _areas(extract: Extract) -> pd.DataFrame:
    """The areas that a record of a local authority counts in: its own of today, its region, its nation, the whole."""
    register = places.areas().set_index("area_code")
    rows = []
    for code in register.index[register["area_kind"].isin(places.LOWER_TIER + places.UPPER_TIER)]:
        today = places.heirs(code) or (code,)
        upper = {
            str(register["county_code"].get(one) if pd.notna(register["county_code"].get(one)) else one)
            for one in today
        }
        region = register["region_code"][code]
        if len(upper) == 1:
            rows.append((code, *upper, "authority"))
        if pd.notna(region):
            rows.append((code, region, "region"))
        nation = WALES if code.startswith("W") else ENGLAND
        rows += [(code, one, "country") for one in {nation, extract.whole} if one]
    rows += [(pseudo, extract.whole, "country") for pseudo in extract.elsewhere]
    return pd.DataFrame(rows, columns=["area_code", "within", "level"]).drop_duplicates()


def _coded(extract: Extract, printed: pd.Series) -> pd.Series:
    """The code of each area; an area that has none is refused."""
    if not extract.named:
        return printed
    codes = {name: extract.named(name) for name in printed.unique()}
    if unknown := sorted(name for name, code in codes.items() if code is None):
        raise Refused(f"{extract.id}: no area is called {', '.join(unknown[:5])}")
    return printed.map(codes)


def _filled(counted: pd.DataFrame) -> pd.DataFrame:
    """The counts with a zero wherever an area lacks what others of its level have."""
    kinds = {label: span.kind for label, span in spans(counted["period"].unique()).items()}
    alike = [counted["measure"], counted["area"].map(_level), counted["period"].map(kinds)]
    pieces = []
    for _, rows in counted.groupby(alike, sort=False):
        series = rows[["measure", "sex", "age", "category"]].drop_duplicates()
        grid = (
            rows[["period"]].drop_duplicates().merge(rows[["area"]].drop_duplicates(), "cross").merge(series, "cross")
        )
        pieces.append(grid.merge(rows, "left", on=KEY))
    filled = pd.concat(pieces, ignore_index=True)[[*KEY, "value"]]
    return filled.assign(value=filled["value"].fillna(0).astype("int64")).sort_values(KEY, ignore_index=True)


def _level(code: str) -> str:
    kind = places.kind(code)
    return "authority" if kind in places.LOWER_TIER + places.UPPER_TIER else kind


def _inside(codes: Iterable[str]) -> dict[str, list[str]]:
    """The areas of each area, one level down, among those given."""
    register = places.areas().set_index("area_code")["region_code"]
    inside: dict[str, list[str]] = {}
    for code in sorted(codes):
        kind = places.kind(code)
        if code in (ENGLAND, WALES):
            inside.setdefault(ENGLAND_AND_WALES, []).append(code)
        elif kind == "region":
            inside.setdefault(ENGLAND, []).append(code)
        elif kind != "country":
            inside.setdefault(WALES if code.startswith("W") else str(register[code]), []).append(code)
    return inside


def _windows(labels: Iterable[str]) -> list[Sum]:
    """The sums of three calendar years, for those of which the single ones are there."""
    return [
        Sum("period", label, tuple(str(year) for year in range(span.start.year, span.end.year + 1)))
        for label, span in spans(labels).items()
        if span.kind == "three_years"
    ]
