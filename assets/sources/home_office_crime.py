"""The Home Office's publications of recorded crime; seizures and referrals have a module each."""

import re
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from assets.sources.home_office_lists import lists, records_of
from pipeline import naming, places
from pipeline.fetch.govuk import GovUk
from pipeline.read import periods
from pipeline.read.labels import label
from pipeline.read.opening import Refused
from pipeline.read.records import Records
from pipeline.read.source import source
from pipeline.read.workbook import Workbook
from schemas.home_office import HomeOfficeOffencesByPartnership, HomeOfficeRecordedCrime
from schemas.rules import ENGLAND, ENGLAND_AND_WALES, WALES
from schemas.vocabulary import FRAUD_BODIES

OFFENCES = {"measure": "recorded offences", "unit": "offences"}
TRANSPORT_POLICE = "british-transport-police"
NATIONS = (ENGLAND, WALES, ENGLAND_AND_WALES)

# The columns of a list of offences: what each is called here, and how the tables head it.
LISTED = {
    "year": "financial year",
    "quarter": "financial quarter",
    "force": "police force|force name",
    "description": "offence description",
    "group": "offence group",
    "subgroup": "offence sub-?group",
    "code": "offence code",
    "count": "offence count|number of offences",
}
PARTNERSHIP = {"partnership": "csp name"}


# --- areas -------------------------------------------------------------------------------------------------


def _force(name: str) -> str:
    """The code of a police force, or the words of one without territory. Raises LookupError for any other name."""
    code = naming.code_for(name, ("police_force_area",)) or naming.slug(name)
    if code not in {TRANSPORT_POLICE, *FRAUD_BODIES} and places.kind(code) != "police_force_area":
        raise LookupError(f"no police force is called {name!r}")
    return code


def _partnership(force: str, name: str) -> str:
    """The code of a partnership, or the words of what has none. Raises LookupError for any other name.

    Without a code are offences "unassigned" to a partnership, an airport, and partnerships that are no more: they
    were called after a district, or in parts after their county and a district ("Wiltshire_Kennet").
    """
    code = naming.code_for(name, ("community_safety_partnership",))
    if code:
        return code
    if naming.slug(name) == "unassigned":
        name = f"Unassigned {force}"
    district = name.split("_")[-1]
    if unassigned := re.fullmatch(r"unassigned (.+)", name, re.IGNORECASE):
        _force(unassigned[1])
        return naming.slug(name)
    if name.endswith(" Airport") or name == force:
        return naming.slug(name)
    if naming.code_for(district, places.LOWER_TIER):
        return naming.slug(f"former partnership {name}")
    raise LookupError(f"no partnership of {force} is called {name!r}")


def _located(book: Workbook, rows: pd.DataFrame, area: list[str]) -> pd.DataFrame:
    """Rows with the codes of their force and area, from the names of a force and of a partnership in it."""
    names = rows[[*area, "cell"]].drop_duplicates(area)
    codes = []
    for force, *within, cell in names.to_numpy():
        try:
            codes.append((_force(label(force)), *(_partnership(force, name) for name in within)))
        except LookupError as error:
            raise Refused(f"{book.name}, {cell}: {error}") from error
    known = names[area].assign(force_code=[code[0] for code in codes], area_code=[code[-1] for code in codes])
    located = rows.merge(known, on=area, how="left").assign(area_label=lambda located: located[area[-1]])
    return located.drop(columns=area).rename(columns={"force_code": "force"})


def _require_once(book: Workbook, rows: pd.DataFrame, same: list[str]) -> None:
    """Refuse rows that speak of the same offences: what is added up must not be counted twice."""
    repeated = rows.duplicated(same)
    if repeated.any():
        cells = ", ".join(rows.loc[repeated, "cell"][:5])
        raise Refused(f"{book.name}: offences of the same period, area and kind are listed twice, at {cells}")


def _add_up(figures: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Figures added by some columns, without a value where a part has none; `first` and `rows` tell what was added."""
    groups = figures.groupby(by, sort=False, observed=True)
    added = groups.agg(
        value=("value", "sum"),
        known=("value", "count"),
        parts=("value", "size"),
        rows=("rows", "sum"),
        first=("first", "min"),
    ).reset_index()
    added["value"] = added["value"].where(added["known"] == added["parts"])
    return added.drop(columns=["known", "parts"])


def _nations(figures: pd.DataFrame, codes: Iterable[str]) -> Iterator[pd.DataFrame]:
    """Nations as the sum of their police forces, and for England and Wales the transport police.

    A period without every force has no sum, and no value where one of them has none. Nor has fraud a sum, which is
    mostly recorded by bodies that are no force.
    """
    forces = places.areas().query("area_kind == 'police_force_area'")["area_code"]
    counted = figures[~figures["category"].str.contains("fraud|cifas|uk finance")]
    for nation in codes:
        both = nation == ENGLAND_AND_WALES
        members = {*forces, TRANSPORT_POLICE} if both else set(forces[forces.str[0] == nation[0]])
        inside = counted[counted["force"].isin(members)]
        by = ["period", "category"]
        complete = inside.groupby(by, sort=False)["force"].transform("nunique") == len(members)
        added = _add_up(inside[complete], by)
        said = f"Added from its police forces{' and the British Transport Police' if both else ''}."
        yield added.assign(**places.labelled(nation), force="", note=said)


def _tidy(figures: pd.DataFrame, cells: pd.Series, nations: Iterable[str]) -> pd.DataFrame:
    """Figures and their nations' sums with cell and status; `cells` gives the cell of each position of a row."""
    tidy = pd.concat([figures, *_nations(figures, nations)], ignore_index=True).assign(**OFFENCES)
    for column in ("note", "status"):
        tidy[column] = tidy[column].fillna("") if column in tidy else ""
    tidy.loc[tidy["value"].isna() & (tidy["status"] == ""), "status"] = "x"
    several = tidy["rows"] > 1
    tidy["cell"] = cells.take(tidy["first"]).to_numpy()
    tidy.loc[several, "cell"] += " (first of " + tidy.loc[several, "rows"].astype(str) + " rows)"
    return tidy.drop(columns=["force", "first", "rows", "end"], errors="ignore")


# --- what is added up --------------------------------------------------------------------------------------


def _offences(book: Workbook, columns: dict[str, str]) -> pd.DataFrame:
    """Every record of every list of offences: its area, kind, number of offences, quarter (from year 0) and cell."""
    found = [records_of(book, listed) for listed in lists(book, columns)]
    if not found:
        wanted = ", ".join(columns.values())
        raise Refused(f"{book.name}: no list of offences headed {wanted} in the sheets {', '.join(book.sheets)}")
    area = [name for name in ("force", "partnership") if name in columns]
    records = _located(book, pd.concat(found, ignore_index=True), area)
    same = ["time", "force", "area_code", "description", "group", "subgroup", "code"]
    # Homicide has a row for each of its codes, and all of them in each row: "1/4.1/4.10/4.2".
    of_its_own = records["description"].str.lower() == "homicide"
    of_its_own &= records.groupby(same)["code"].transform("size") == records["code"].str.count("/") + 1
    _require_once(book, records[~of_its_own], same)
    _require_one_group(book, records)
    return records


def _require_one_group(book: Workbook, records: pd.DataFrame) -> None:
    """Refuse an offence of a year in two groups, and one that is its group, beside which others are in it.

    Of the one a row may have slipped; the other may be their sum.
    """
    said = records.assign(**{name: records[name].str.lower() for name in ("description", "group", "subgroup")})
    of_offence = said.drop_duplicates(["year", "description", "group", "subgroup"])
    if (two := of_offence.duplicated(["year", "description"])).any():
        odd = of_offence[two].iloc[0]
        raise Refused(f"{book.name}, {odd['cell']}: {odd['description']!r} is in another group or subgroup elsewhere")
    sums = of_offence[of_offence["description"] == of_offence["group"]]
    many = of_offence.groupby(["year", "group"])["description"].nunique()
    for year, group, cell in sums[["year", "group", "cell"]].itertuples(index=False):
        if many[year, group] > 1:
            raise Refused(f"{book.name}, {cell}: {group!r} has other offences in it, and all are added up")


def _twelve_months(time: int) -> periods.Period:
    """The year that ends with a quarter, counted as four times the financial year's end and the quarter's number."""
    ending, quarter = divmod(time - 1, 4)
    return periods.year_ending(*((3, ending) if quarter == 3 else (3 * quarter + 6, ending - 1)))


def _by_year(records: pd.DataFrame) -> pd.DataFrame:
    """Offences by area, group and subgroup in each financial year and in the twelve months to the last quarter.

    A kind of offence that was not counted in every quarter of a year is left out of it: it began or ended then. An
    area that is not listed in every quarter has no value. An area is called what it was last called.
    """
    groups, subgroups = (records[name].str.lower() for name in ("group", "subgroup"))
    kinds = records.assign(rows=1, first=np.arange(len(records)), category=groups)
    # A group of one subgroup may be called like it.
    below = kinds.assign(category=subgroups)[~subgroups.isin(set(groups))]
    area = ["force", "area_code"]
    quarterly = _add_up(pd.concat([kinds, below]), ["time", *area, "category"])
    if not len(quarterly):
        raise Refused("its lists of offences are empty")
    last, there = quarterly["time"].max(), set(quarterly["time"])
    if gone := set(range(min(there), last)) - there:
        year, quarter = divmod(min(gone) - 1, 4)
        raise Refused(
            f"offences are listed before and after quarter {quarter + 1} of {year - 1}/{year % 100:02d}, none in it"
        )
    ends = [end for end in sorted(there) if (end % 4 == 0 or end == last) and {end - 1, end - 2, end - 3} <= there]
    if not ends:
        raise Refused("no twelve months are listed in full")
    year = pd.concat([quarterly[quarterly["time"].between(end - 3, end)].assign(end=end) for end in ends])
    counted = year[year["value"] != 0].groupby(["end", "category"])["time"].nunique() == 4
    listed = year.groupby(["end", *area])["time"].nunique() == 4
    year = year[year.set_index(["end", "category"]).index.isin(counted.index[counted])]
    added = _add_up(year, ["end", *area, "category"])
    added["value"] = added["value"].where(added.set_index(["end", *area]).index.isin(listed.index[listed]))
    added["period"] = added["end"].map({end: _twelve_months(int(end)) for end in ends})
    labels = records.sort_values("time", kind="stable").drop_duplicates("area_code", keep="last")
    return added.assign(area_label=added["area_code"].map(labels.set_index("area_code")["area_label"]))


# --- sources -----------------------------------------------------------------------------------------------

ROLLING = "12 months ending"
ROLLING_COUNT = "Rolling year total number of offences"


def _rolling(records: Records) -> pd.DataFrame:
    """Offences in the twelve months to a quarter's last day, and the day as printed where it is another."""
    rows = records.require(ROLLING, "PFA", "Offence", ROLLING_COUNT).frame
    records.know(*records.headed("region"))
    years, said = {}, {}
    for text in rows[ROLLING].unique():
        found = re.fullmatch(r"(\d\d)[-/](\d\d)[-/](\d{4})", text)
        if not found or not 1 <= int(found[2]) <= 12 or int(found[1]) < 28:
            at = rows.index[rows[ROLLING] == text][0]
            raise records.refused(f"row {at}, {ROLLING}: {text!r} is no last day of a month")
        years[text] = periods.year_ending(int(found[2]), int(found[3]))
        said[text] = "" if years[text].end.day == int(found[1]) else f"Printed as twelve months to {text}."
    attributes = pd.DataFrame(
        {
            "force": rows["PFA"],
            "category": rows["Offence"].map(label).str.lower(),
            "period": rows[ROLLING].map(years),
            "note": rows[ROLLING].map(said),
        }
    )
    tidy = records.unpivot(attributes, {ROLLING_COUNT: OFFENCES})
    return tidy.assign(rows=1, first=np.arange(len(tidy)))


# One page has the open data tables by force and by partnership.
OPEN_DATA_TABLES = "/government/statistics/police-recorded-crime-open-data-tables"


@source(
    publisher="Home Office",
    formats="csv ods xlsx",
    contract=HomeOfficeRecordedCrime,
    editions=GovUk(
        OPEN_DATA_TABLES,
        attachment=r".*(police force area|prc-pfa).*tables.*",
        announced=r"crime in england and wales.*",
        verified=True,
    ),
)
def home_office_recorded_crime(book: Workbook) -> Iterator[pd.DataFrame]:
    """Police recorded crime by police force area (flat file).

    Two layouts. A CSV file of offences in the twelve months to the end of each quarter since March 2003: one row for
    a force and a kind of offence. And the open data tables, a sheet a financial year, one row for a force, offence and
    quarter, of which financial years and the twelve months to the last quarter are added here by group and subgroup;
    there the group is "Drug Offences", and split into trafficking and possession. Neither prints a total: England,
    Wales, and England and Wales with the British Transport Police are added here where every force is there. A cell
    names the first row and how many were added. Offences taken back can make a number negative. The CSV file to
    December 2018 prints 30-12-2017 for 31-12-2017, and holds both domestic burglary, which ended in March 2017, and
    residential burglary, which began then.
    Proved on one real file, the CSV to December 2018; the open data tables on sample releases only.
    """
    if book.format == "csv" and ROLLING in (records := book.records()).frame:
        figures = _located(book, _rolling(records), ["force"])
        _require_once(book, figures, ["period", "force", "category"])
        cells = figures["cell"]
    else:
        offences = _offences(book, LISTED)
        figures, cells = _by_year(offences), offences["cell"]
    yield _tidy(figures, cells, NATIONS)


@source(
    publisher="Home Office",
    formats="ods xlsx csv",
    contract=HomeOfficeOffencesByPartnership,
    editions=GovUk(
        OPEN_DATA_TABLES,
        attachment=r".*(community safety partnership|prc-csp).*tables.*",
        announced=r"crime in england and wales.*",
        verified=True,
    ),
)
def home_office_offences_by_partnership(book: Workbook) -> Iterator[pd.DataFrame]:
    """Police recorded crime and outcomes open data tables by community safety partnership.

    A sheet a financial year, one row for a partnership, offence and quarter, with rows of zero. Financial years and
    the twelve months to the last quarter are added here by offence group and subgroup; a cell names the first row
    and how many were added. A kind of offence that was not counted in each quarter of a year is left out of it, as
    residential burglary before April 2017. Partnerships are printed by name; those that no longer exist, parts of one
    ("Wiltshire_Kennet") and what is "unassigned" to one are kept under their words. England and Wales are added here
    from all that lies in their forces, where every force is there; the British Transport Police is in neither.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    offences = _offences(book, LISTED | PARTNERSHIP)
    yield _tidy(_by_year(offences), offences["cell"], [ENGLAND, WALES])
