"""The adult publications of the National Drug Treatment Monitoring System; its others have a module apart."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import pandas as pd

from pipeline import places
from pipeline.read.cells import column_letters
from pipeline.read.labels import heading
from pipeline.read.marks import is_number
from pipeline.read.opening import Refused
from pipeline.read.periods import Period
from pipeline.read.records import Records
from pipeline.read.source import source
from pipeline.read.tables import GSS, Table
from pipeline.read.workbook import Workbook

ENGLAND = "E92000001"
YEAR = r"(?:19|20)\d\d(?: ?[-/] ?| to )(?:(?:19|20)\d\d|\d\d)"

# Without "and", plurals and what heads every group, each group is known by its words.
GROUPS = {
    frozenset({"opiate"}): "opiate",
    frozenset({"non-opiate", "only"}): "non-opiate only",
    frozenset({"non-opiate", "alcohol"}): "non-opiate and alcohol",
    frozenset({"alcohol", "only"}): "alcohol only",
    frozenset({"total"}): "all",
    frozenset({"all"}): "all",
}
_IDLE = {"and", "substance", "substances", "group", "groups", "adults", "clients", "people", "in", "treatment"}
SEXES = {"male": "male", "men": "male", "m": "male", "female": "female", "women": "female", "f": "female",
         "total": "all", "all": "all", "persons": "all"}  # fmt: skip

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
    """The code of each area printed by name, None where there is none.

    Areas are those of one day: the last, up to the end of the newest period, on which all of them existed. So a list
    that keeps Bournemouth and Poole has the Dorset of their time. Where there is no such day, each area has the code
    it had last.
    """
    printed = list(dict.fromkeys(labels))
    codes = {label: _joined(label) for label in printed}
    alone = [label for label in printed if codes[label] is None]
    days = places.areas()["end_date"].dropna().dt.date
    days = sorted({day for day in days if day < newest.end} | {newest.end}, reverse=True)
    for day in (*days, None):
        found = {label: _alone(label, day) for label in alone}
        if all(found.values()):
            break
    return codes | found


@cache
def _alone(label: str, day: object = None) -> str | None:
    kinds = ("country", "region", *places.UPPER_TIER)
    return places.code_for(label, kinds, day) if _joined(label) is None else None


@cache
def _joined(label: str) -> str | None:
    parts = [part for part in re.split(r"\s+(?:&|and|with)\s+(?:the )?", label) if part]
    today = max(places.areas()["start_date"].dropna())
    return JOINED.get(frozenset(places.code_for(part, places.UPPER_TIER, today) for part in parts))


# --- ViewIt --------------------------------------------------------------------------------------------------

DIMENSIONS = {"reportingperiod": "period", "area": "area", "sex": "sex", "gender": "sex", "agegroup": "age",
              "druggroup": "group"}  # fmt: skip
IN_TREATMENT, STARTING = "intreatmentallintx", "newpresentationnewtx"
# What is read of the 244 columns: measure, and the column of the whole that it is part of.
COUNTS = {
    IN_TREATMENT: ("people in treatment", None),
    STARTING: ("people starting treatment", None),
    "exitsdiedallintx": ("deaths in treatment", IN_TREATMENT),
    "housingsituationnoproblemnewtx": ("no housing problem at start", STARTING),
    "employmentstatusregularemploymentnewtx": ("in regular employment at start", STARTING),
    "employmentstatusineducationnewtx": ("in education at start", STARTING),
    "employmentstatusunpaidvoluntarynewtx": ("in unpaid voluntary work at start", STARTING),
}


@source(publisher="OHID", formats="csv")
def ndtms_viewit(book: Workbook) -> Iterator[pd.DataFrame]:
    """NDTMS ViewIt adult downloads (England, local).

    One row a year, area, drug group, sex and age group. The file of England has 11 columns with names like
    `DrugGroup_Data` and only the numbers in treatment, by ethnic group; that of local authorities has 244 with names
    like `drug_group`. There are no area codes; "Cornwall & Isles of Scilly" is one area for two authorities and
    Bournemouth and Poole keep their names after 2019. "Total" and "TOTAL", "opiates" and "Opiate" are one. England is
    exact, every area is rounded to 5, so that a printed 0 may be one or two. NULL: not collected in the year. Housing
    and employment are as stated on entering treatment. People are counted once in England and once in each area.
    Proved on two real files, England and Barnet, 2009/10 to 2021/22; several areas in one file, and areas under joint
    or former names, on sample releases only.
    """
    records = book.records()
    named = _columns(records)
    frame = records.frame.rename(columns={name: role for role, name in named.items() if role in DIMENSIONS.values()})
    rows = pd.DataFrame({"period": records.periods(named["period"], "financial_year"), "area_label": frame["area"]})
    newest = max(rows["period"].unique(), key=lambda period: period.end)
    rows["area_code"] = _known(records, named["area"], area_codes(frame["area"], newest))
    rows["sex"] = _known(records, named["sex"], {text: SEXES.get(heading(text)) for text in frame["sex"].unique()})
    rows["age"] = _known(records, named["age"], {text: _age(text) for text in frame["age"].unique()})
    groups = {text: substance_group(text) for text in frame["group"].unique()}
    rows["category"] = _known(records, named["group"], groups)
    rows["precision"] = (rows["area_code"] == ENGLAND).map({True: "1", False: "5"})
    for role, (measure, whole) in COUNTS.items():
        if role in named:
            column = {named[role]: {"measure": measure, "unit": "people"}}
            yield records.unpivot(rows, column, {"NULL": "x"}, base=named[whole] if whole else None)


def _columns(records: Records) -> dict[str, str]:
    """The name of the column of each role; both files' names come to the same without case and underlines."""
    named: dict[str, str] = {}
    for name in records.frame:
        plain = name.lower().removesuffix("_data").removeprefix("num_").replace("_", "")
        if (role := DIMENSIONS.get(plain, plain)) in named:
            raise records.refused(f"the columns {named[role]} and {name} mean the same")
        named[role] = name
    if missing := {*DIMENSIONS.values(), IN_TREATMENT} - set(named):
        raise records.refused(f"no column for {', '.join(sorted(missing))} among {', '.join(list(named)[:12])}")
    if needed := {whole for role, (_, whole) in COUNTS.items() if whole and role in named} - set(named):
        raise records.refused(f"no column for {', '.join(sorted(needed))}, the whole of others")
    return named


def _known(records: Records, column: str, meanings: Mapping[str, str | None]) -> pd.Series:
    """What the texts of a column mean; refused, with the row, where one has no meaning."""
    texts = records.frame[column]
    for text, meaning in meanings.items():
        if meaning is None:
            raise records.refused(f"row {texts.index[texts == text][0]}, {column}: nobody knows {text!r}")
    return texts.map(meanings)


def _age(text: str) -> str | None:
    band = heading(text)
    if band in ("total", "all"):
        return "all"
    if older := re.fullmatch(r"(\d+)(\+| and over)", band):
        return f"{older[1]} and over"
    return band if re.fullmatch(r"\d+-\d+", band) else None


# --- the annual tables ---------------------------------------------------------------------------------------

WHOLE = "the whole"
MARKS = {"c": "c", "*": "c"}
BOUND = r",? ?(lower|upper)( 95%)?( bound| confidence limit| limit)?( 95% ci)?"
SHARE = r"%|percent|per cent|proportion|mean\b|rate\b|ratio\b"
POINTS = {
    "start": "start", "start of treatment": "start", "treatment start": "start", "baseline": "start",
    "review": "review", "six month review": "review", "latest review": "review",
    "exit": "exit", "treatment exit": "exit", "planned exit": "exit",
}  # fmt: skip
PARENTS = {
    "living with children": r"parents? living with (their )?(own )?children",
    "not living with children": r"parents? not (living )?with (their )?children",
    "all": r"(all |total )?parents",
}


@dataclass(frozen=True)
class Wanted:
    """A table of the workbook: its title, its counts by the pattern of their labels, and the label of their whole.

    Counts, substance groups, years and the rest may each stand in the rows or in the columns. `first` is the label of
    the first row where it is none of these; `point` the point of treatment where only the title tells it.
    """

    title: str
    counts: Mapping[str, str]
    whole: str = ""
    first: str = ""
    point: str = ""
    local: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)

    def measures(self) -> dict[str, str]:
        return dict(self.counts) | ({self.whole: WHOLE} if self.whole else {})


# A table without labels of its own counts one thing, which its title says.
PEOPLE = Wanted(r"trends? in (the )?numbers? (of adults )?in treatment$", {"": "people in treatment"})
STARTS = Wanted(
    r"trends? in (the )?(numbers? (of )?)?(new presentations( to treatment)?|adults (starting|entering) treatment)$",
    {"": "people starting treatment"},
)
DEATHS = Wanted(
    r"trends? in (treatment exit reasons?|deaths (in|during) treatment)",
    {r"died|deaths( in treatment)?|adults who died": "deaths in treatment"},
)
PROGRESS = Wanted(
    r"trends? in (the )?treatment progress",
    {
        r"completed( treatment)?( free of dependence)?": "progress: completed",
        r"(in treatment and )?(abstinent|not using)": "progress: abstinent",
        r"(in treatment and )?(substantially |sustained )?(reduced|reduction in)( use)?": "progress: reduced",
        r"(total )?showing substantial progress": "progress: all",
    },
    whole=r"adults in the (treatment )?progress measure",
)
OTHERS = [
    PROGRESS,
    Wanted(
        r"housing situation of (new presentations( to treatment)?|adults starting treatment)",
        {r"no (housing )?problem": "no housing problem"},
        whole="total",
        point="start",
    ),
    Wanted(
        r"trends? in (adults reporting )?no housing problems?",
        {r"no housing problems?( in the last 28 days)?": "no housing problem"},
        whole=r"adults (with a|asked at) .*",
    ),
    Wanted(
        r"trends? in (adults (in|reporting) )?(paid )?work, volunteering (and|or) (training|education)",
        {
            r"paid work( on at least one day)?": "paid work",
            r"(unpaid )?(voluntary work|volunteering)( on at least one day)?": "voluntary work",
            r"(training (and|or) education|education( (and|or) training)?)( on at least one day)?": (
                "training and education"
            ),
            r"any( of these)?( on at least one day)?": "any",
        },
        whole=r"adults (with a|asked at) .*",
    ),
    Wanted(
        r"mental health treatment need and (the )?treatment received",
        {
            r"(total individuals )?receiving any (mental health )?treatment( for mental health)?": (
                "mental health treatment"
            )
        },
        whole=r"(total individuals needing|adults with a) mental health treatment( need)?",
        first=r"community (or|and) other mental health services",
    ),
    Wanted(
        r"(family (and|or) parental|parental (and|or) family) (support )?interventions",
        {
            r"(received|receiving) (family or parental|parental or family) interventions?": (
                "family or parental intervention"
            )
        },
        whole=r"(adults who are )?parents starting treatment",
        labels=PARENTS,
    ),
    Wanted(
        r"(adults|people|numbers?) in treatment by (upper tier )?local authority",
        {"": "people in treatment"},
        local=True,
    ),
    Wanted(
        r"deaths (in|during) treatment by (upper tier )?local authority",
        {
            r"deaths( in treatment)?": "deaths in treatment",
            r"modelled( number of)? deaths( in treatment)?": "modelled deaths in treatment",
        },
        whole=r"(adults|people) in treatment",
        local=True,
    ),
]  # fmt: skip


@source(publisher="OHID", formats="ods xlsx")
def ndtms_adults(book: Workbook) -> Iterator[pd.DataFrame]:
    """Adult substance misuse treatment statistics.

    About 44 sheets a year, one to three of them by local authority. Read are the tables of numbers in treatment and
    starting it, deaths, progress, housing, work, mental health, parents and the local ones; only the first and the
    deaths are in every edition. Older xlsx editions (seen in figures of 2017-18) print one year a sheet with the
    answers down and the substance groups across, each "n" beside "%", where a percentage is a fraction of 1; the later
    ods editions one flat heading with years and groups down. Shares are not read: they follow from the counts. A
    sheet without a year is of the newest year in the trend of numbers in treatment. Deaths in treatment are the exit
    reason "died"; their whole is everybody in treatment. The modelled deaths of local authorities keep the printed
    95% bounds. Marks: c and * hidden. Areas are printed by name, some in the system's own words ("Cheshire East UA").
    The tables of progress, of work and of parents are built to a description of their content, not of their layout.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    people = read_table(_table(book, PEOPLE), PEOPLE, None)
    if missing := set(GROUPS.values()) - set(people["category"]):
        raise Refused(f"{book.name}: no column of {', '.join(sorted(missing))} in the trend of numbers in treatment")
    newest = max(people["period"], key=lambda period: period.end)
    yield people
    whole = people.set_index(["period", "category"])["value"]
    deaths = read_table(_table(book, DEATHS), DEATHS, None)
    yield deaths.assign(base=whole.reindex(pd.MultiIndex.from_frame(deaths[["period", "category"]])).to_numpy())
    for wanted in (STARTS, *OTHERS):
        table = book.table_if_any(wanted.title, first=_first(wanted))
        if table is not None:
            counts = read_table(table, wanted, newest)
            if wanted is PROGRESS:
                _require_whole(table, counts)
            yield counts


def _table(book: Workbook, wanted: Wanted) -> Table:
    return book.table(wanted.title, first=_first(wanted))


def _first(wanted: Wanted) -> str:
    """The pattern of the first data row: a year, a count, a group or an area."""
    if wanted.local:
        return rf"{GSS}|(?:{_area_names()})(?: ua| borough)?"
    listed = [YEAR, wanted.first, *wanted.measures(), *wanted.labels.values()]
    return "|".join(f"(?:{pattern})" for pattern in listed if pattern)


@cache
def _area_names() -> str:
    register = places.areas()
    named = register["area_name"][register["area_kind"].isin(("country", "region", *places.UPPER_TIER))]
    return "|".join(sorted({re.escape(name) for name in named} | {"Durham"}, key=len, reverse=True))


def read_table(table: Table, wanted: Wanted, newest: Period | None) -> pd.DataFrame:
    """The counts of a table, whichever of year, group, sex, area and count stand in its rows, and which across."""
    labels = _label_columns(table)
    rows, apart = _rows(table, wanted, labels, newest)
    columns = _data_columns(table, wanted, range(len(labels), len(table.headings)), set(rows))
    # Limits are asked of all columns or of none.
    bounded = [{c: about for c, about in columns.items() if ("lower" in about) is limits} for limits in (False, True)]
    tidy = pd.concat([table.unpivot(rows, part, MARKS, apart) for part in bounded if part], ignore_index=True)
    fixed = {"unit": "people", "area_code": ENGLAND, "area_label": "England", "category": "all", "sex": "all"}
    if "" in wanted.counts:
        fixed["measure"] = wanted.counts[""]
    if "period" not in tidy:
        fixed["period"] = _title_year(table) or newest
        if fixed["period"] is None:
            raise table.refused("no row names a year")
    tidy = tidy.assign(**{name: value for name, value in fixed.items() if name not in tidy})
    found = set(tidy["measure"]) if "measure" in tidy else set()
    if missing := set(wanted.measures().values()) - found:
        raise table.refused(f"no row or column for {', '.join(sorted(missing))}")
    return _with_base(wanted, tidy)


def _require_whole(table: Table, counts: pd.DataFrame) -> None:
    """Refuse where the ways of making progress do not add to all who make it."""
    by_way = counts.pivot(index=["period", "category", "sex"], columns="measure", values="value")
    gap = by_way.drop(columns="progress: all").sum(axis=1, skipna=False) - by_way["progress: all"]
    if (gap.abs() > 0.5).any():
        period, group, _ = gap.abs().idxmax()
        raise table.refused(f"the ways of making progress do not add to the whole in {period.label} ({group})")


def _with_base(wanted: Wanted, tidy: pd.DataFrame) -> pd.DataFrame:
    """The counts beside the whole they are part of, with the point of treatment in their measure."""
    if wanted.whole:
        same = [name for name in ("period", "area_code", "sex", "category", "point") if name in tidy]
        is_whole = tidy["measure"] == WHOLE
        # A second total includes what is not known.
        whole = tidy[is_whole].drop_duplicates(same).set_index(same)["value"]
        tidy = tidy[~is_whole].copy()
        tidy["base"] = whole.reindex(pd.MultiIndex.from_frame(tidy[same])).to_numpy()
    if "point" in tidy or wanted.point:
        tidy["measure"] += " at " + tidy.pop("point") if "point" in tidy else f" at {wanted.point}"
    return tidy


def _label_columns(table: Table) -> list[int]:
    """The columns left of the first that holds a number."""
    for column in range(len(table.headings)):
        # A year such as 2009-10 would pass for a number with a mark.
        if any(is_number(cell) and not re.match(YEAR, heading(cell)) for cell in table.cells[table.top :, column]):
            return list(range(column))
    raise table.refused("no column holds a number")


def _title_year(table: Table) -> Period | None:
    found = re.search(YEAR, heading(table.title))
    return table.period(found[0], "financial_year") if found else None


def _rows(table: Table, wanted: Wanted, labels: list[int], newest: Period | None) -> tuple[pd.DataFrame, pd.Index]:
    """What each row is about, and the rows that are about something else."""
    rows = pd.DataFrame(index=table.text(0).index)
    known, apart = pd.Series(True, index=rows.index), pd.Series(False, index=rows.index)
    last, coded = rows.index[: table.last_number()], False
    for column in labels:
        texts = table.text(column).loc[last]
        role, meanings = _role(table, wanted, texts, newest)
        if role == "area_code":
            rows["area_label"] = texts
            if coded:
                continue
            coded = any(re.fullmatch(GSS, text) for text in meanings)
        if role == "period":
            # A year that spans rows stands in the first of them.
            texts = texts.where(texts != "").ffill().fillna("")
        if role:
            rows.loc[last, role] = texts.map(meanings)
            known &= rows[role].notna()
            if role not in ("period", "area_code", "point"):
                apart |= rows[role].isna() & (texts != "").reindex(rows.index, fill_value=False)
    return rows[known & rows.index.isin(last)], rows.index[apart]


def _role(table: Table, wanted: Wanted, texts: pd.Series, newest: Period | None) -> tuple[str, dict]:
    """What a column of labels is about, and the meaning of each of them: None for what is not known."""
    printed = [text for text in texts.unique() if text]
    if wanted.local:
        gss = {text: text for text in printed if re.fullmatch(GSS, text)}
        if gss:
            return "area_code", gss
        vintage = _title_year(table) or newest
        return "area_code", area_codes(pd.Series(printed, dtype=object), vintage)
    read = {
        "period": lambda text: table.period(text, "financial_year") if re.fullmatch(YEAR, text) else None,
        "measure": lambda text: _matching(wanted.measures(), text),
        "category": lambda text: _category(wanted, text),
        "sex": lambda text: SEXES.get(text),
        "point": lambda text: POINTS.get(text),
    }
    for role, meaning in read.items():
        meanings = {text: meaning(heading(text)) for text in printed}
        # A total alone may be of anything.
        if set(meanings.values()) - {None, "all", WHOLE}:
            return role, meanings
    return "", {}


def _category(wanted: Wanted, text: str) -> str | None:
    named = {pattern: name for name, pattern in wanted.labels.items()}
    return _matching(named, text) if named else substance_group(text)


def _matching(patterns: Mapping[str, str], text: str) -> str | None:
    return next((name for pattern, name in patterns.items() if pattern and re.fullmatch(pattern, text)), None)


def _data_columns(table: Table, wanted: Wanted, columns: range, said: set[str]) -> dict[int, dict]:
    """What each column of counts is about, but for what the rows have `said`, with the columns of its limits."""
    found: dict[int, dict] = {}
    limits: dict[tuple, dict[str, int]] = {}
    for column in columns:
        texts = [re.sub(r"\((number|n)\)", "", part) for part in table.headings[column]]
        side = next((side for side in ("lower", "upper") if any(side in text for text in texts)), "")
        texts = [re.sub(BOUND, "", text).strip() for text in texts]
        if any(re.search(SHARE, text) for text in texts):
            continue
        meanings = {
            "measure": [_matching(wanted.measures(), text) for text in texts],
            "category": [_category(wanted, text) for text in texts],
        }
        about = {role: next(filter(None, named), None) for role, named in meanings.items() if role not in said}
        about = {role: value for role, value in about.items() if value}
        if side:
            limits.setdefault(tuple(about.items()), {})[side] = column
        elif about in found.values():
            raise table.refused(f"column {column_letters(column)} is headed like another: {' | '.join(texts)}")
        elif about:
            found[column] = about
    return {column: about | limits.get(tuple(about.items()), {}) for column, about in found.items()}
