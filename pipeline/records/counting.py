"""Records counted into figures: the text run, the grid filled, people protected; storing is release's."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline import places, releases
from pipeline.read import periods, staging
from pipeline.read.counted import spans
from pipeline.read.opening import Refused
from pipeline.records import disclosure, release, typed
from pipeline.records.disclosure import KEY, Sum
from pipeline.records.engine import Engine
from pipeline.records.extract import Extract
from pipeline.records.lying import lying
from schemas.records.record import AREA
from schemas.rules import ENGLAND, ENGLAND_AND_WALES, WALES

# Windows of three years that do not overlap, so that no year is the difference of two: they end in 2021, 2024, ...
_WINDOW_ENDS = 2021

# For so long a small area may have no record.
_QUIET = timedelta(days=31)

# The share of the authorities of a region or nation that its records must be of. Some are so small that they have none.
_MOST = 0.75


def count(extract: Extract, engine: Engine, where: Mapping[str, str], years: Iterable[int]) -> pd.DataFrame:
    """The counts of an extract for some years: the columns of KEY and `value`, as they are, before any protection.

    `where` says where each of its tables lies; the year of a period is that in which it ends. Raises Refused for what
    cannot be read, for records that break their contract, and for an area that nobody knows.
    """
    if apart := set(extract.tables) ^ set(where):
        raise Refused(f"{extract.id} is counted from {', '.join(extract.tables)}: {', '.join(sorted(apart))} apart")
    for table, contract in extract.tables.items():
        engine.lay(table, lying(where[table]), contract)
    areas = _areas(extract)
    engine.lookup("areas", areas if not extract.whole else _covered(areas, _printed_areas(extract, engine, areas)))
    lookups = _lookups(extract, sorted(years))
    _require_whole_years(extract, engine, lookups["years"])
    for name, rows in lookups.items():
        engine.lookup(name, rows)
    counted = engine.ask(extract.text)
    if counted.empty:
        raise Refused(f"{extract.id}: no record is of the years that are asked for")
    counted["value"] = counted["value"].astype("int64")
    counted["area"] = _coded(extract, counted["area"])
    counted = counted[[*KEY, "value"]].groupby(KEY).sum().reset_index()
    return _filled(counted, _parted(extract)) if extract.rule.hidden else counted


def _printed_areas(extract: Extract, engine: Engine, areas: pd.DataFrame) -> list[set[str]]:
    """The codes that each field with an area holds.

    Raises Refused for records of an area that no register has: they would be missing from every total.
    """
    found, known = [], {*areas["area_code"]}
    for table, contract in extract.tables.items():
        columns = contract.to_schema().columns
        for name in (name for name, column in columns.items() if (column.metadata or {}).get(AREA)):
            printed = engine.ask(f"SELECT {name} AS code, count(*) AS records FROM {table} GROUP BY {name}")
            unknown = printed[~printed["code"].isin(known)].sort_values("code")
            if len(unknown):
                codes = ", ".join(unknown["code"].head(5))
                raise Refused(
                    f"{table}, {name}: {int(unknown['records'].sum()):,} records of no area there was: {codes}"
                )
            found.append({*printed["code"]})
    return found


def _require_whole_years(extract: Extract, engine: Engine, years: pd.DataFrame) -> None:
    """Refuse years of which the records do not reach the end: what they lack would be missing from each count."""
    last = years.iloc[-1]
    for table, contract in extract.tables.items():
        days = [name for name, column in contract.to_schema().columns.items() if typed.kind_of(column) == "DATE"]
        if not days:
            continue
        newest = engine.ask(f"SELECT {', '.join(f'max({day}) AS {day}' for day in days)} FROM {table}").iloc[0]
        if newest.dropna().map(lambda day: day + _QUIET < last["ends"]).all():
            raise Refused(f"{table}: no record is of the end of {last['label']}: ask for years that they are all of")


def _covered(areas: pd.DataFrame, printed: list[set[str]]) -> pd.DataFrame:
    """The areas that are counted: those that the records are of, and not of some of their parts alone.

    An extract of one authority says nothing of its region; nor do deaths of an area of which no treatment is known.
    """
    today = areas[areas["level"] == "authority"].set_index("area_code")["within"]
    inside = _inside(areas["within"].unique())
    kept = {*areas["within"]}
    for number, codes in enumerate(printed):
        there = {*today[today.index.isin(codes)]}
        if number and not there & {*inside.get(WALES, [])}:
            there |= {*inside.get(WALES, [])}  # the tables that are linked with are of England
        kept &= {area for area in kept if _is_covered(area, inside, there)}
    return areas[areas["within"].isin(kept)]


def _is_covered(area: str, inside: Mapping[str, list[str]], there: set[str]) -> bool:
    parts = [_is_covered(part, inside, there) for part in inside.get(area, [])]
    most = _MOST if places.kind(area) == "region" or area == WALES else 1
    return sum(parts) >= most * len(parts) if parts else area in there


def released(
    data: Path, extract: Extract, engine: Engine, where: Mapping[str, str], years: Iterable[int], day: date
) -> pd.DataFrame:
    """Count records and keep what may be seen of them as the release of a day; the protected counts.

    Raises Refused as `count` does, Unprotected where a count cannot be hidden, ValueError for a day that is to come.
    """
    if reason := staging.impossible_day(extract.id, day):
        raise ValueError(reason)
    made_up = set().union(*(lying(place).made_up for place in where.values()))
    if len(made_up) > 1:
        raise Refused(f"{extract.id}: made-up records are never counted with others")
    counts = count(extract, engine, where, years)
    # Nobody else releases counts of records meanwhile, who would not know what these say.
    with releases.locked(data, "records"):
        seen = protected(extract, counts, release.said_before(data, made_up=True in made_up))
        release.store(data, extract, seen, years, day, " ".join(where.values()), made_up=True in made_up)
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
    return [*areas, *_windows(counts["period"].unique()), *_parted(extract), *told]


def _parted(extract: Extract) -> list[Sum]:
    """The wholes that the counts of an area and a period add up to, with the answers to the questions of a review."""
    return [*extract.sums, *(Sum("category", extract.subject, parts) for parts in extract.themes.values())]


def _lookups(extract: Extract, years: list[int]) -> dict[str, pd.DataFrame]:
    found = {
        name: pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
        for name, path in extract.lookups.items()
    }
    for rows in found.values():
        for column in rows.columns[rows.columns.str.endswith("_from")]:
            rows[column] = pd.to_datetime(rows[column]).dt.date
    of_year = periods.financial_year if extract.year == "financial" else periods.calendar_year
    asked = {year: of_year(year) for year in years}
    ends = {year: year + (_WINDOW_ENDS - year) % 3 for year in years}
    whole = [year for year in years if {ends[year] - 2, ends[year] - 1, ends[year]} <= set(years)]
    return found | {
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
        nation = WALES if code.startswith("W") else ENGLAND
        if (nation, extract.whole) == (WALES, ENGLAND):
            rows.append((code, ENGLAND, "country"))  # from elsewhere, as others are
            continue
        if len(upper) == 1:
            rows.append((code, *upper, "authority"))
        if pd.notna(region):
            rows.append((code, region, "region"))
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


def _filled(counted: pd.DataFrame, sums: list[Sum]) -> pd.DataFrame:
    """The counts with a zero wherever an area lacks what others of its level have, or one part of a whole."""
    kinds = {label: span.kind for label, span in spans(counted["period"].unique()).items()}
    alike = [counted["measure"], counted["area"].map(_level), counted["period"].map(kinds)]
    pieces = []
    for _, rows in counted.groupby(alike, sort=False):
        series = rows[["measure", "sex", "age", "category"]].drop_duplicates()
        for one in sums:
            part = series[series[one.column].isin(one.parts)].drop(columns=one.column).drop_duplicates()
            series = pd.concat([series, part.merge(pd.DataFrame({one.column: one.parts}), "cross")]).drop_duplicates()
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
