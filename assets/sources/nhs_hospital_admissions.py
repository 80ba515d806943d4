"""Hospital admissions for drugs and for sharp objects; what pupils say is nhs_smoking_drinking_drugs'."""

import re
from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from assets.sources.nhs_tables import (
    MARKS,
    SEXES,
    WHOLE,
    Said,
    age_band,
    named_columns,
    period_named,
    read_cells,
    titled,
)
from pipeline import naming, places
from pipeline.fetch.by_hand import ByHand
from pipeline.read.labels import heading
from pipeline.read.records import Records
from pipeline.read.source import source
from pipeline.read.tables import Table
from pipeline.read.tabular import GSS
from pipeline.read.wording import ANOTHER, OF_SOME
from pipeline.read.workbook import Workbook
from schemas.nhs import NhsHospitalAdmissions
from schemas.rules import ENGLAND

POISONING, DISORDERS, SHARP = "poisoning by drug misuse", "mental and behavioural disorders", "assault by sharp object"
SUBJECTS = {
    POISONING: r"poisoning by (drug misuse|drugs? that are (listed as )?controlled)",
    DISORDERS: r"drug[- ]related mental (health )?(and|&) behavioural disorders?",
    SHARP: r"assaults? (by|with) (a )?sharp objects?|\bx99\b",
}
# A wider measure and an older definition, whose titles look the same.
OTHERS = r"secondary|where .* (was|were) a factor|illicit drugs"
_EPISODES = r"(all )?(finished )?(hospital )?admissions?( episodes)?( \(faes?\))?|faes?|episodes"
NUMBER = rf"(total )?(number|count)( of ({_EPISODES}))?|{_EPISODES}"
COUNTED = {"measure": "admissions", "unit": "admissions"}
STANDARDISED = (
    r"((directly|age|and|sex)[\W_]+)*standardised[\W_](admission[\W_])?rates?"
    r"([\W_]+(of|for|hospital|finished|admissions?|episodes|faes?))*[\W_]+per[\W_]100[\W_]?000"
    r"([\W_]+(of|the|european|standard|population|people|persons))*\)?"
)
RATE = r"\brates?\b|per 100,?000|%|per ?cent|change"
HEADS = r"(ons )?(area )?code|ons code|(financial )?year|period|sex|gender|age( group)?|area( name)?|region|month"
# A rate that is not said to be standardised follows from the number.
RATE_LEFT_OUT = rf"^(?!.*standardised[\W_](admission[\W_])?rate(?!.*change)).*(?:{RATE})"
COLUMNS = {
    "category": r"(primary )?(diagnosis|cause|measure|indicator|condition|external cause)( name| description)?",
    "period": r"(financial |reporting )?(year|period)|month|time_?period|year_?month",
    "area_code": r"(area|geography|org|ons|pfa|la)_?code|gss",
    "area_label": r"(area|geography|org|pfa|la|police_?force_?area)(_?name)?",
    "sex": r"sex|gender",
    "age": r"age(_?(group|band|range))?",
    "value": r"value|count|number|faes?|(finished_)?admissions?(_episodes)?|number_?of_?(fae|admission)s?",
}


@source(
    publisher="NHS England; OHID",
    formats="xlsx csv",
    contract=NhsHospitalAdmissions,
    omits=("measures", "periods"),
    editions=ByHand(
        "https://digital.nhs.uk/data-and-information/publications/statistical/statistics-on-public-health",
        "NHS England lists its publications on pages for people only",
    ),
)
def nhs_hospital_admissions(book: Workbook) -> Iterator[pd.DataFrame]:
    """Hospital admissions: drug poisoning, drug-related mental and behavioural disorders, assault by sharp object.

    Finished admission episodes, not people. Workbooks (Statistics on Drug Misuse to 2019/20, Statistics on Public
    Health since): a table of England by year, sex and age and one of areas in one year for each of the two measures of
    the primary diagnosis; that of the primary or secondary diagnosis and the older "poisoning by illicit drugs" are
    left out, and printed rates are read where their heading says that they are standardised. Files of rows (CSV): a
    column each for the diagnosis, the period, the area, sex and age where broken down, and the admissions; assault by
    sharp object (ICD-10 X99) stands there by month and police force area, and its months are provisional. England is
    exact; below it 1 to 7 are hidden by a star and the rest is rounded to 5. [x]: withheld, as the mental and
    behavioural disorders are from 2020/21. No real file was at hand: proved on sample releases of the described shape
    only.
    """
    if book.format == "csv":
        yield _shaped(_records(book.records()))
        return
    wanted = rf"^(?!.*\battendances\b).*(?:{'|'.join(SUBJECTS.values())})"
    tables = titled(book, wanted, HEADS, rf"{GSS}|(?:19|20)\d\d ?[-/].*")
    tables = [(table, subject) for table in tables if (subject := _subject(heading(table.title)))]
    if not tables:
        raise book.no_table(wanted, f"of {' or '.join(SUBJECTS)}")
    for table, subject in tables:
        codes = _area_column(table)
        if codes is None:
            tidy = read_cells(
                table,
                "financial_year",
                _admission,
                RATE_LEFT_OUT,
                category=subject,
                **COUNTED,
                **places.labelled(ENGLAND),
            )
        else:
            tidy = _by_area(table, codes, subject)
        yield _shaped(tidy)


def _admission(text: str) -> Said:
    if re.fullmatch(NUMBER, text):
        return COUNTED
    if re.fullmatch(STANDARDISED, text):
        return {"measure": "age-standardised rate of admissions", "unit": "per 100,000"}
    if period := period_named(text, "financial_year"):
        return {"period": period}
    if text in WHOLE:
        return {}
    if text in SEXES:
        return {"sex": SEXES[text]}
    return {"age": age} if (age := age_band(text)) else None


def _subject(text: str) -> str | None:
    named = [name for name, pattern in SUBJECTS.items() if re.search(pattern, text)]
    return named[0] if len(named) == 1 and not re.search(OTHERS, text) else None


def _area_column(table: Table) -> int | None:
    """The first column of statistical codes."""
    for column in range(min(4, len(table.headings))):
        if table.text(column).str.fullmatch(GSS).any():
            return column
    return None


def _by_area(table: Table, codes: int, subject: str) -> pd.DataFrame:
    name = table.column(r"((org(anisation)?|area|region|local authority|police force)( area)?( name)?|name|geography)")
    rows = pd.DataFrame({"area_code": table.text(codes), "area_label": table.text(name)})
    rows = rows[rows["area_code"].str.fullmatch(GSS)]
    columns = named_columns(table, max(codes, name) + 1, _admission, RATE_LEFT_OUT)
    whole: dict[str, object] = {"sex": "all", "age": "all"} | COUNTED
    if not any("period" in said for said in columns.values()):
        whole["period"] = table.period(single="financial_year")
    tidy = table.unpivot(rows, {c: whole | said for c, said in columns.items()}, MARKS, _without_code(table, name))
    return tidy.assign(category=subject)


def _without_code(table: Table, name: int) -> list[int]:
    """The rows of people whose residence is not known: they are in England and in no area."""
    names = table.text(name)
    return names.index[names.str.contains("unknown|not known|not stated", case=False)].tolist()


def _records(records: Records) -> pd.DataFrame:
    """The admissions of a file of one number a row; a column with several words in it must be known or idle."""
    named: dict[str, str] = {}
    for name in records.frame:
        key = name.lower().replace(" ", "_")
        roles = [role for role, pattern in COLUMNS.items() if re.fullmatch(pattern, key.replace("_", " ")) or
                 re.fullmatch(pattern, key)]  # fmt: skip
        if roles and roles[0] in named:
            raise records.refused(f"the columns {named[roles[0]]} and {name} mean the same")
        if roles:
            named[roles[0]] = name
        elif records.frame[name].nunique() > 1 and not records.is_idle(name):
            raise records.refused(f"nobody knows the column {name}")
    records.know(*named.values())
    if missing := {"category", "period", "area_code", "area_label", "value"} - set(named):
        raise records.refused(f"no column of the {', '.join(sorted(missing))} among {', '.join(records.frame)}")
    frame, rows = records.frame, pd.DataFrame({"area_label": records.frame[named["area_label"]]})
    rows["area_code"] = frame[named["area_code"]]
    rows["period"] = records.periods(named["period"], "financial_year")
    readings: Mapping[str, Callable] = {
        "category": _diagnosis,
        "sex": SEXES.get,
        "age": lambda text: "all" if text in WHOLE else age_band(text),
    }
    for role in readings.keys() & named.keys():
        meanings = {text: readings[role](heading(text)) for text in frame[named[role]].unique()}
        for text, meaning in meanings.items():
            if meaning is None:
                row = frame.index[frame[named[role]] == text][0]
                raise records.refused(f"row {row}, {named[role]}: nobody knows {text!r}")
        rows[role] = frame[named[role]].map(meanings)
    rows = rows[rows["category"] != ""]
    pseudo = ~rows["area_code"].str.fullmatch(GSS)
    rows.loc[pseudo, "area_code"] = [_placed(records, row, label) for row, label in rows["area_label"][pseudo].items()]
    return records.unpivot(rows, {named["value"]: COUNTED}, MARKS)


def _diagnosis(text: str) -> str | None:
    """The subject that a label names, empty for one that is left out; none where it is of some admissions only."""
    if re.search(rf"{OF_SOME}|{ANOTHER}", text):
        return None
    return _subject(text) or ("" if re.search(OTHERS, text) else None)


def _placed(records: Records, row: int, label: str) -> str:
    """The code of an area without one: England, or people whose residence is not known."""
    if heading(label) == "england":
        return ENGLAND
    if re.search("unknown|not known|other", heading(label)):
        return naming.slug(label)
    raise records.refused(f"row {row}: no code for the area {label!r}")


def _shaped(tidy: pd.DataFrame) -> pd.DataFrame:
    """Rounding by kind of area, and months marked as provisional."""
    rounded = tidy["area_code"].map(places.kind).ne("country") & tidy["measure"].eq("admissions")
    months = tidy["period"].map(lambda period: period.kind == "part_year").astype(bool)
    tidy["precision"] = rounded.map({True: "5", False: "1"})
    tidy["status"] = tidy["status"].where(~months | tidy["status"].ne(""), "p")
    return tidy
