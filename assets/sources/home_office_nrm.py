"""The National Referral Mechanism: referrals, those flagged as county lines among them, and decisions."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

import pandas as pd

from assets.sources.home_office_nrm_words import (
    ACROSS,
    AGE,
    AGES,
    BESIDE,
    COUNTY_LINES,
    FLAG,
    FLAGGED,
    FLAGS,
    GROUNDS,
    QUARTER,
    REFERRALS,
    SEX,
    SEXES,
    UNKNOWN,
    YEAR,
    referral_period,
    referral_periods,
)
from pipeline import naming, places
from pipeline.fetch.govuk import GovUk
from pipeline.read.cells import column_letters
from pipeline.read.labels import WHOLE, heading, joined, part
from pipeline.read.marks import is_number
from pipeline.read.records import Records
from pipeline.read.source import source
from pipeline.read.tables import Table
from pipeline.read.tabular import GSS
from pipeline.read.workbook import Workbook
from schemas.home_office import HomeOfficeNrm
from schemas.rules import UNITED_KINGDOM

TABLES = (
    r"^(?!.*(nationalit|grounds|decision|duty to notify|competent authorit))"
    rf"(?=.*\breferrals\b).*\b({COUNTY_LINES}|quarter)"
)
# Tables of what else a referral is of, or from whom, have no such rows.
OTHERS = r"exploitation types?|first responder|nationalit"
DECISIONS = r"(?=.*\bquarter)(?=.*\b(?:reasonable|conclusive) grounds decisions\b).*\bboth competent authorities\b"
# So many rows of a sheet may hold a title, its own or one of a list.
_TITLES = 60


def _in_one_spelling(table: Table | Records, texts: pd.Series, words: dict[str, str]) -> pd.Series:
    """Labels as words; refused where two labels of a table would become one word, whose numbers are two."""
    read = table.words_of(texts, words)
    for word, printed in texts.str.lower().groupby(read):
        if len(alike := sorted(printed.unique())) > 1:
            raise table.refused(f"{' and '.join(map(repr, alike))} would both be {word!r}")
    return read


def _referring(table: Table | Records, rows: pd.DataFrame) -> pd.DataFrame:
    """The area of each row and its first responder; a local authority that is named has its own area."""
    rows = rows.assign(**places.labelled(UNITED_KINGDOM), responder="all")
    kind = table.column_if_any(r"first responder (organisation )?(type|group|category)")
    name = table.column_if_any(r"first responder( organisation)?( name)?")
    if kind is None or name is None:
        return rows
    kinds, names = table.text(kind).loc[rows.index], table.text(name).loc[rows.index]
    code = table.column_if_any(r"(area|local authority|ons|gss) code")
    codes = pd.Series("", index=rows.index) if code is None else table.text(code).loc[rows.index]
    table.require_whole_codes(codes)
    whole = names.str.fullmatch(WHOLE, case=False)
    whole |= names.str.lower().str.removesuffix(" total").eq(kinds.str.lower())
    local = kinds.str.fullmatch(r"local authorit(y|ies)", case=False) & ~whole
    rows["responder"] = part(kinds.where(whole, names), "first responder ").mask(
        local, "first responder local authority"
    )
    found = [_authority(name, period.end) for name, period in zip(names[local], rows["period"][local], strict=True)]
    rows.loc[local, "area_code"] = codes[local].where(codes[local].str.fullmatch(GSS), found)
    rows.loc[local, "area_label"] = names[local]
    if (lost := rows["area_code"].isna()).any():
        raise table.refused(f"no local authority is called {', '.join(sorted(set(rows.loc[lost, 'area_label'])))}")
    return rows


@cache
def _authority(name: str, day: date) -> str | None:
    """The code of an authority by the name that it had on a day; one that was abolished by then may still be named."""
    kinds = places.LOCAL_AUTHORITIES
    return naming.code_for(name, kinds, day) or naming.code_for(name, kinds)


def _are_records(table: Table, columns: list[int]) -> pd.Series:
    """Which rows say something of referrals: one without a number too, where it has all labels that others have."""
    numbers = table.filled(columns)
    others = [column for column, parts in enumerate(table.headings) if parts and column not in columns]
    labels = [there for there in (table.filled([column]) for column in others) if there[numbers].all()]
    # A label alone may be a note.
    return numbers | pd.concat(labels, axis=1).all(axis=1) if len(labels) > 1 else numbers


def _referrals(table: Table | Records) -> pd.DataFrame:
    """Referrals of one table by area, period, age and sex, with what else they are of; nationalities stay apart."""
    whole, flagged = table.column_if_any(REFERRALS), table.column_if_any(FLAGGED)
    columns = {column: said for column, said in ((whole, "all"), (flagged, "county lines")) if column is not None}
    if not columns:
        raise table.refused(f"no column headed {REFERRALS!r} or {FLAGGED!r}")
    if isinstance(table, Table):
        table.require_known(BESIDE)
    there = _are_records(table, list(columns)) if isinstance(table, Table) else pd.Series(True, table.frame.index)
    apart = pd.Index([])
    if (nationality := table.column_if_any("nationality")) is not None:
        one = ~table.text(nationality).str.fullmatch(WHOLE, case=False)
        there, apart = there & ~one, one.index[one]
    rows = pd.DataFrame(index=there.index[there])
    if not len(rows):
        raise table.refused("all its rows are of single nationalities")
    rows["period"] = referral_periods(table, rows.index)
    rows = _referring(table, rows)
    sexes = _in_one_spelling(table, table.printed(SEX, rows.index, "all"), SEXES)
    rows["sex"] = sexes.where(sexes.isin(["male", "female"]), "all")
    rows["age"] = _in_one_spelling(table, table.printed(AGE, rows.index, "all"), AGES)
    rows["flag"] = table.words_of(table.printed(FLAG, rows.index, "all"), FLAGS)
    rows["of"] = joined(
        rows.pop("responder"),
        part(table.printed("exploitation type", rows.index, "all"), "exploitation "),
        part(table.printed("location of exploitation", rows.index, "all"), "location "),
        sexes.map({"other": "other sex", "unknown": "unknown sex"}).fillna("all"),
    )
    said = {column: {"measure": "referrals", "unit": "referrals", "said": what} for column, what in columns.items()}
    marks = {"*": "c"}
    tidy = table.unpivot(rows, said, marks, apart) if isinstance(table, Table) else table.unpivot(rows, said, marks)
    tidy["flag"] = tidy.pop("said").mask(tidy["flag"] != "all", tidy["flag"])
    return tidy


# --- tables with a year once, before its quarters -------------------------------------------------------------


def _by_quarter(table: Table, columns: Mapping[int, Mapping[str, object]]) -> pd.DataFrame:
    """The numbers of some columns; refused where a year, which has no quarter beside it, is not the sum of its four."""
    tidy = table.unpivot(_quarters_down(table, columns), columns, {"*": "c"})
    of = tidy.assign(
        kind=[period.kind for period in tidy["period"]], year=[period.end.year for period in tidy["period"]]
    )
    same = ["year", *(name for name in ("age", "sex", "category", "of") if name in tidy)]
    quarters = of[of["kind"] == "quarter"].groupby(same)["value"]
    added = quarters.sum().where(quarters.count() == 4).rename("added")
    years = of[of["kind"] == "calendar_year"].join(added, on=same)
    if (odd := (years["value"] - years["added"]).abs() > 0).any():
        raise table.refused(f"{years.loc[odd, 'cell'].iloc[0]} is not the sum of the four quarters below it")
    return tidy


def _quarters_down(table: Table, columns: Iterable[int]) -> pd.DataFrame:
    """The period of each row that holds anything: a year stands once, with its total, before its quarters."""
    there = table.filled(columns)
    years, quarters = (
        table.text(table.column(headed)).loc[there.index[there]].str.lower().str.removesuffix(".0")
        for headed in (YEAR, QUARTER)
    )
    if (neither := years.eq("") & quarters.eq("")).any():
        raise table.refused(f"row {neither.idxmax() + 1} holds numbers, and neither a year nor a quarter")
    texts = quarters.where(quarters != "", "total") + " " + years.where(years != "").ffill().fillna("")
    periods_down = table.each(texts, lambda text: referral_period(text, whole=False))
    if (again := periods_down.duplicated()).any():
        raise table.refused(f"row {again.idxmax() + 1} is of {periods_down[again.idxmax()].label} again")
    return pd.DataFrame({"period": periods_down})


def _right_of_periods(table: Table) -> dict[int, tuple[str, ...]]:
    """What heads each column but those of years and quarters."""
    headed = {
        column: parts
        for column, parts in enumerate(table.headings)
        if parts and not any(re.fullmatch(rf"{YEAR}|{QUARTER}", part) for part in parts)
    }
    last = max(headed)
    # A second total beside that of the last age is of all: no label of its own stands above it.
    if headed[last] == headed.get(last - 1) and re.fullmatch(WHOLE, headed[last][-1]):
        headed[last] = headed[last][-1:]
    return headed


def _headed_across(table: Table) -> dict[int, dict[str, str]]:
    """The age, sex and location that each column right of the periods is headed with."""
    headed = _right_of_periods(table)
    deep = max(map(len, headed.values()))
    roles = []
    for labels in zip(*(parts for parts in headed.values() if len(parts) == deep), strict=True):
        # A label of what is not known, or of all, may be of any.
        of = [role for role, words in ACROSS.items() if any(_is_of(words, label) for label in labels)]
        if len(of) != 1 or of[0] in roles:
            said = ", ".join(dict.fromkeys(labels))
            raise table.refused(f"no column headed {REFERRALS!r}, and nobody knows what {said} head")
        roles += of
    found = {}
    for column, parts in headed.items():
        if len(parts) < deep and not all(re.fullmatch(WHOLE, part) for part in parts):
            raise table.refused(f"column {column_letters(column)} is headed {' '.join(parts)!r} alone")
        said = zip(roles, parts if len(parts) == deep else ["total"] * deep, strict=True)
        found[column] = {role: table.words_of(pd.Series([label]), ACROSS[role])[0] for role, label in said}
    return found


def _is_of(words: Mapping[str, str], label: str) -> bool:
    return any(re.fullmatch(pattern, label) for pattern in words if pattern not in (UNKNOWN, WHOLE))


def _referrals_across(table: Table) -> pd.DataFrame:
    """Referrals of the United Kingdom by quarter and year, with ages, sexes or locations of exploitation across."""
    flag = "county lines" if re.search(COUNTY_LINES, heading(table.title)) else "all"
    columns = {}
    for column, said in _headed_across(table).items():
        sex, location = said.get("sex", "all"), said.get("location", "all")
        of = [f"location {location}"] * (location != "all") + [f"{sex} sex"] * (sex in ("other", "unknown"))
        columns[column] = {
            "measure": "referrals",
            "unit": "referrals",
            "age": said.get("age", "all"),
            "sex": sex if sex in ("male", "female") else "all",
            "of": ": ".join(of) or "all",
        }
    return _by_quarter(table, columns).assign(**places.labelled(UNITED_KINGDOM), flag=flag)


# --- decisions -------------------------------------------------------------------------------------------------


def _decided(table: Table | Records, headed: Mapping[Any, str]) -> dict[Any, dict[str, str]]:
    """What each column of reasonable or conclusive grounds decisions is of, by the age and outcome that head it."""
    known = {column: re.fullmatch(GROUNDS, text) for column, text in headed.items()}
    if unknown := [text for column, text in headed.items() if not known[column]]:
        raise table.refused(f"nobody knows how to read the column {unknown[0]!r}")
    said = {found["grounds"] for found in known.values()} - {None}
    if len(said) != 1:
        raise table.refused(f"its decisions are of {' and of '.join(sorted(said)) or 'no known'} grounds")
    common = {"measure": f"{said.pop()} grounds decisions", "unit": "decisions"} | places.labelled(UNITED_KINGDOM)
    columns = {}
    for column, found in known.items():
        age = table.words_of(pd.Series([found["age"] or "all"]), AGES)[0]
        outcome = "all" if found["outcome"] == "total" else found["outcome"]
        columns[column] = common | {"age": age, "category": outcome}
    return columns


def _decisions(records: Records) -> pd.DataFrame:
    """Reasonable or conclusive grounds decisions: ages and outcomes across, quarters and years down."""
    others = {
        name
        for name in records.frame
        if re.fullmatch(f"{YEAR}|{QUARTER}", name.lower())
        or not records.frame[name].map(is_number).any()
        or records.is_idle(name)
    }
    headed = {
        name: said for name in records.frame if re.fullmatch(GROUNDS, said := heading(name)) or name not in others
    }
    rows = pd.DataFrame({"period": referral_periods(records, records.frame.index)})
    return records.unpivot(rows, _decided(records, headed))


def _decisions_across(table: Table) -> pd.DataFrame:
    """The same of a workbook, where ages head the outcomes."""
    headed = {column: " - ".join(parts) for column, parts in _right_of_periods(table).items()}
    return _by_quarter(table, _decided(table, headed))


# --- which tables ----------------------------------------------------------------------------------------------


def _is_long(table: Table | Records) -> bool:
    """Whether a table has a column of referrals; else ages, sexes or locations stand across."""
    return not isinstance(table, Table) or any(table.headed(pattern) for pattern in (REFERRALS, FLAGGED))


def _speaks_of_county_lines(book: Workbook) -> bool:
    """Whether a title, in a sheet or a list of them, is of referrals flagged as county lines."""
    above = (heading(row[0]) for sheet in book.sheets for row in book.cells(sheet)[:_TITLES].tolist())
    return any(re.search(rf"(?=.*\breferrals\b).*\b{COUNTY_LINES}", line) for line in above)


@source(
    publisher="Home Office",
    formats="ods csv",
    contract=HomeOfficeNrm,
    since=2009,
    omits=("measures", "areas", "periods", "categories"),
    editions=GovUk(
        "/government/collections/national-referral-mechanism-statistics",
        title=r"modern slavery: national referral mechanism.*",
        attachment=r".*(data )?tables.*",
    ),
)
def home_office_nrm(book: Workbook) -> Iterator[pd.DataFrame]:
    """Modern slavery: National Referral Mechanism and Duty to Notify statistics.

    Potential victims referred in the United Kingdom by quarter and calendar year. Three layouts as CSV: referrals
    by quarter, age and location of exploitation (without a total of the ages); reasonable and conclusive grounds
    decisions, ages and outcomes across; referrals by first responder, exploitation type, age, gender and
    nationality, whose quarter only the file's name tells. In workbooks the first two have their years and quarters
    down, a year once with its total before its quarters, and ages over locations, sexes or outcomes across;
    decisions are those of both competent authorities. In workbooks, and as CSV, a table of referrals with a county
    lines flag, in a column of its own or as a column of flagged referrals beside all, by age and gender, for the
    United Kingdom and by local authority as first responder; where it prints no referrals beside the flagged ones,
    the table of all referrals gives the whole. A workbook that speaks of county lines, and has no such table, is
    refused. A first responder's area is where the referral comes from, not where anyone was exploited. Referrals of
    another sex than male and female, and those whose sex is not recorded (in whatever words), are categories.
    Nationalities are not read, and other tables of a workbook are not either. The flag exists since 2019-20
    (UNVERIFIED); Duty to Notify reports are no referrals.
    Proved on four real files (CSV, to October-December 2023), none of which has the flag: the flag on sample
    releases of the described shape only, and workbooks on those figures in the layout that others have read.
    """
    if book.format == "csv":
        records = book.records()
        if any(name.lower().endswith(" grounds") for name in records.frame):
            yield _decisions(records)
            return
        tables = [records]
    else:
        found_in = book.tables(TABLES, heads=YEAR)
        tables = [table for table in found_in if _is_long(table) or not re.search(OTHERS, heading(table.title))]
        if not tables:
            raise book.no_table(TABLES, "titled 'referrals ... by quarter' or '... county lines ...'")
        for table in book.tables(DECISIONS, heads=YEAR):
            yield _decisions_across(table)
    found = pd.concat([_referrals(t) if _is_long(t) else _referrals_across(t) for t in tables], ignore_index=True)
    national = found.loc[found["area_code"] == UNITED_KINGDOM, "flag"]
    missing = {"all", "county lines"} - set(national) if book.format != "csv" else set()
    if "county lines" in missing and not _speaks_of_county_lines(book):
        missing.remove("county lines")
    if missing:
        raise book.no_table(TABLES, f"of {' and '.join(sorted(missing))} referrals")
    same = ["area_code", "period", "age", "sex", "of"]
    whole = found[found["flag"] == "all"].drop_duplicates(same).set_index(same)["value"].rename("base")
    found = found.join(whole, on=same)
    found["base"] = found["base"].where(found["flag"] != "all")
    flagged = found["flag"].eq("county lines") & found["value"].notna()
    lacking = flagged & found["base"].isna()
    if lacking.any() and not lacking[flagged].all():
        raise tables[0].refused(f"no referrals beside those flagged at {', '.join(found.loc[lacking, 'cell'][:5])}")
    found["category"] = joined(found.pop("flag"), found.pop("of"))
    yield found
