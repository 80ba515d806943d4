"""The publications of NHS England, some of them carried on by OHID: hospital admissions and the survey of pupils."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pandas as pd

from pipeline import places
from pipeline.read import periods
from pipeline.read.cells import column_letters
from pipeline.read.labels import heading, plain
from pipeline.read.marks import is_number
from pipeline.read.opening import Refused
from pipeline.read.records import Records
from pipeline.read.source import source
from pipeline.read.tables import GSS, Table
from pipeline.read.workbook import Workbook

ENGLAND = {"area_code": "E92000001", "area_label": "England"}
MARKS = {"*": "c", ":": "x", "..": "x", ".": "z"}
SEXES = {"all persons": "all", "persons": "all", "all pupils": "all", "all": "all", "total": "all", "male": "male",
         "males": "male", "men": "male", "boys": "male", "boy": "male", "female": "female", "females": "female",
         "women": "female", "girls": "female", "girl": "female"}  # fmt: skip
WHOLE = ("all", "total", "all ages", "all age groups", "age", "sex", "gender")

# What a lone year is, by the kind of year of a publication.
SINGLE = {"financial_year": "financial_year", "survey_year": "calendar_year"}

# What a label says, by the column of a figure it settles; None where nobody knows.
Said = dict[str, object] | None


def _age(text: str) -> str | None:
    """An age or a band of ages in one spelling: 11, 16-24, under 25, 75 and over."""
    text = re.sub(r"^ages?d? | years?( olds?)?", "", text)
    if found := re.fullmatch(r"(\d+)(?: ?(?:-|to) ?(\d+))?", text):
        return "-".join(filter(None, found.groups()))
    if found := re.fullmatch(r"(\d+) ?(?:\+|(?:and|or) (?:over|above|older))|over (\d+)", text):
        return f"{found[1] or int(found[2]) + 1} and over"
    found = re.fullmatch(r"(?:under|less than|below|<) ?(\d+)", text)
    return f"under {found[1]}" if found else None


def _period(text: str, kind: str) -> periods.Period | None:
    """The period that is all a label says, a year being of this kind."""
    if not re.search(r"(19|20)\d\d", text) or re.fullmatch(GSS, text.upper()):
        return None
    try:
        return _of_kind(periods.parse(text, SINGLE[kind]), kind)
    except ValueError:
        return None


def _of_kind(period: periods.Period, kind: str) -> periods.Period:
    return replace(period, kind=kind) if kind == "survey_year" else period


def _cells(table: Table, kind: str, meaning: Callable[[str], Said], apart: str, **fixed: object) -> pd.DataFrame:
    """The figures of a table of one area, whatever stands in its rows and whatever across.

    A row with labels only speaks of the rows below it, until the next such row. Refused: numbers beside or below a
    label that nobody knows; rows and columns `apart` are left out. `kind` is that of a year, `fixed` what the title
    says.
    """
    labels = _label_columns(table)
    rows, set_apart = {}, []
    above = _above(table, labels, meaning)
    for row in range(table.top, len(table.cells)):
        texts = [heading(cell) for cell in table.cells[row, labels] if heading(cell)]
        said = _together(map(meaning, texts))
        if not any(plain(cell) for cell in table.cells[row, len(labels) :]):
            # Beyond the table stand notes, which say nothing that anybody knows.
            above = said or {}
        elif any(re.search(apart, text) for text in texts):
            set_apart.append(row)
        elif said is not None and texts:
            rows[row] = above | said
    columns = _columns(table, len(labels), meaning, apart)
    settled = [{role for said in about.values() for role in said} for about in (rows, columns)]
    if both := settled[0] & settled[1]:
        raise table.refused(f"rows and columns both say the {', '.join(sorted(both))}")
    whole = {"sex": "all", "age": "all", "category": "all"} | fixed
    across, down = ({role: whole.get(role) for role in roles} for roles in settled)
    index = pd.DataFrame([across | said for said in rows.values()], index=list(rows))
    tidy = table.unpivot(index, {column: down | said for column, said in columns.items()}, MARKS, set_apart)
    tidy = tidy.assign(**{role: value for role, value in whole.items() if role not in tidy})
    if "period" not in tidy:
        # How often drugs are thought OK is not the period of the table.
        title = re.sub(r"\bonce a week\b", "", table.title, flags=re.IGNORECASE)
        tidy["period"] = _of_kind(table.period(title, SINGLE[kind]), kind)
    for role in ("period", "measure"):
        if (unsaid := tidy[role].isna()).any():
            raise table.refused(f"neither a label nor the title says the {role} of {tidy['cell'][unsaid].iloc[0]}")
    return tidy


def _above(table: Table, labels: list[int], meaning: Callable[[str], Said]) -> dict:
    """What a row of labels only, between the headings and the first figures, says of those below it."""
    row = table.cells[table.top - 1]
    if any(plain(cell) for cell in row[len(labels) :]):
        return {}
    return _together(meaning(heading(cell)) for cell in row[labels] if heading(cell)) or {}


def _columns(table: Table, start: int, meaning: Callable[[str], Said], apart: str) -> dict[int, dict]:
    """What each headed column from `start` is about; refused where nobody knows."""
    columns = {}
    for column in range(start, len(table.headings)):
        parts = table.headings[column]
        if parts and not any(re.search(apart, part) for part in parts):
            if (said := _together(map(meaning, parts))) is None:
                raise table.refused(f"column {column_letters(column)} has a heading unknown here: {' | '.join(parts)}")
            columns[column] = said
    return columns


def _titled(book: Workbook, title: str, heads: str, first: str) -> list[Table]:
    """The tables of a title, whose row labels have a label above them or, in older ones, a blank cell."""
    try:
        return book.tables(title, heads=heads)
    except Refused:
        return book.tables(title, first=first)


def _label_columns(table: Table) -> list[int]:
    """The columns left of the first number; a year in the first column is a label."""
    for column in range(1, len(table.headings)):
        if any(map(is_number, table.cells[table.top :, column])):
            return list(range(column))
    raise table.refused("no column holds a number")


def _together(said: Iterator[Said]) -> Said:
    """All that several labels say, None where nobody knows one of them or two contradict each other."""
    together: dict[str, object] = {}
    for one in said:
        if one is None or any(together.get(role, value) != value for role, value in one.items()):
            return None
        together |= one
    return together


# --- hospital admissions -------------------------------------------------------------------------------------

POISONING, DISORDERS, SHARP = "poisoning by drug misuse", "mental and behavioural disorders", "assault by sharp object"
SUBJECTS = {
    POISONING: r"poisoning by (drug misuse|drugs? that are (listed as )?controlled)",
    DISORDERS: r"drug[- ]related mental (health )?(and|&) behavioural disorders?",
    SHARP: r"assaults? (by|with) (a )?sharp objects?|\bx99\b",
}
# A wider measure and an older definition, whose titles look the same.
OTHERS = r"secondary|where .* (was|were) a factor|illicit drugs"
NUMBER = r"(number|count)( of .*)?|(finished )?(hospital )?admissions?( episodes)?( \(faes?\))?|faes?|episodes"
COUNTED = {"measure": "admissions", "unit": "admissions"}
STANDARDISED = r".*standardised (admission )?rate.* per 100,?000.*"
RATE = r"\brates?\b|per 100,?000|%|per ?cent|change"
HEADS = r"(ons )?(area )?code|ons code|(financial )?year|period|sex|gender|age( group)?|area( name)?|region|month"


def _admission(text: str) -> Said:
    if re.fullmatch(NUMBER, text):
        return COUNTED
    if re.fullmatch(STANDARDISED, text):
        return {"measure": "age-standardised rate of admissions", "unit": "per 100,000"}
    if period := _period(text, "financial_year"):
        return {"period": period}
    if text in WHOLE:
        return {}
    if text in SEXES:
        return {"sex": SEXES[text]}
    return {"age": age} if (age := _age(text)) else None


def _subject(text: str) -> str | None:
    named = [name for name, pattern in SUBJECTS.items() if re.search(pattern, text)]
    return named[0] if len(named) == 1 and not re.search(OTHERS, text) else None


@source(publisher="NHS England; OHID", formats="xlsx csv")
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
    tables = _titled(book, "|".join(SUBJECTS.values()), HEADS, rf"{GSS}|(?:19|20)\d\d ?[-/].*")
    tables = [(table, subject) for table in tables if (subject := _subject(heading(table.title)))]
    if not tables:
        raise Refused(f"{book.name}: no table of {' or '.join(SUBJECTS)} in {', '.join(book.sheets)}")
    for table, subject in tables:
        codes = _area_column(table)
        if codes is None:
            tidy = _cells(table, "financial_year", _admission, RATE_LEFT_OUT, category=subject, **COUNTED, **ENGLAND)
        else:
            tidy = _by_area(table, codes, subject)
        yield _shaped(tidy)


# A rate that is not said to be standardised follows from the number.
RATE_LEFT_OUT = rf"^(?!{STANDARDISED}$).*(?:{RATE})"


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
    columns = _columns(table, max(codes, name) + 1, _admission, RATE_LEFT_OUT)
    whole: dict[str, object] = {"sex": "all", "age": "all"} | COUNTED
    if not any("period" in said for said in columns.values()):
        whole["period"] = table.period(single="financial_year")
    tidy = table.unpivot(rows, {c: whole | said for c, said in columns.items()}, MARKS, _without_code(table, name))
    return tidy.assign(category=subject)


def _without_code(table: Table, name: int) -> list[int]:
    """The rows of people whose residence is not known: they are in England and in no area."""
    names = table.text(name)
    return names.index[names.str.contains("unknown|not known|not stated", case=False)].tolist()


COLUMNS = {
    "category": r"(primary )?(diagnosis|cause|measure|indicator|condition|external cause)( name| description)?",
    "period": r"(financial |reporting )?(year|period)|month|time_?period|year_?month",
    "area_code": r"(area|geography|org|ons|pfa|la)_?code|gss",
    "area_label": r"(area|geography|org|pfa|la|police_?force_?area)(_?name)?",
    "sex": r"sex|gender",
    "age": r"age(_?(group|band|range))?",
    "value": r"value|count|number|faes?|(finished_)?admissions?(_episodes)?|number_?of_?(fae|admission)s?",
}


def _records(records: Records) -> pd.DataFrame:
    """The admissions of a file of one number a row; every other column with several words in it must be known."""
    named: dict[str, str] = {}
    for name in records.frame:
        key = name.lower().replace(" ", "_")
        roles = [role for role, pattern in COLUMNS.items() if re.fullmatch(pattern, key.replace("_", " ")) or
                 re.fullmatch(pattern, key)]  # fmt: skip
        if roles and roles[0] in named:
            raise records.refused(f"the columns {named[roles[0]]} and {name} mean the same")
        if roles:
            named[roles[0]] = name
        elif records.frame[name].nunique() > 1:
            raise records.refused(f"nobody knows the column {name}")
    if missing := {"category", "period", "area_code", "area_label", "value"} - set(named):
        raise records.refused(f"no column of the {', '.join(sorted(missing))} among {', '.join(records.frame)}")
    frame, rows = records.frame, pd.DataFrame({"area_label": records.frame[named["area_label"]]})
    rows["area_code"] = frame[named["area_code"]]
    rows["period"] = records.periods(named["period"], "financial_year")
    readings: Mapping[str, Callable] = {
        "category": lambda text: _subject(text) or _left_out(text),
        "sex": SEXES.get,
        "age": lambda text: "all" if text in WHOLE else _age(text),
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


def _left_out(text: str) -> str | None:
    return "" if re.search(OTHERS, text) else None


def _placed(records: Records, row: int, label: str) -> str:
    """The code of an area without one: England, or people whose residence is not known."""
    if heading(label) == "england":
        return ENGLAND["area_code"]
    if re.search("unknown|not known|other", heading(label)):
        return places.slug(label)
    raise records.refused(f"row {row}: no code for the area {label!r}")


def _shaped(tidy: pd.DataFrame) -> pd.DataFrame:
    """Rounding by kind of area, and months marked as provisional."""
    rounded = tidy["area_code"].map(places.kind).ne("country") & tidy["measure"].eq("admissions")
    months = tidy["period"].map(lambda period: period.kind == "part_year").astype(bool)
    tidy["precision"] = rounded.map({True: "5", False: "1"})
    tidy["status"] = tidy["status"].where(~months | tidy["status"].ne(""), "p")
    return tidy


# --- smoking, drinking and drug use --------------------------------------------------------------------------

DRUGS = {
    drug: rf"\b{drug}\b"
    for drug in ("cannabis", "crack", "cocaine", "ecstasy", "amphetamines", "poppers", "lsd", "magic mushrooms",
                 "ketamine", "mephedrone", "heroin", "methadone", "tranquillisers", "psychedelics", "stimulants",
                 "opiates", "class a", "nitrous oxide", "new psychoactive substances", "other drugs")
} | {"volatile substances": r"\bvolatile substances\b|\bglue\b|\bsolvents\b"}  # fmt: skip
WITHOUT_NEW = r"any drugs? \(?(excluding|not including) .*"
ASKED = {
    "taken drugs ever": r"ever (taken|used|had|tried)",
    "taken drugs in the last year": r"(in|during) (the )?last (year|12 months)",
    "taken drugs in the last month": r"(in|during) (the )?last month",
    "acceptable to try once": r"(ok|okay|acceptable) to (try|take)\b.*(see what|once$)|^(ok to )?try once$",
    "acceptable once a week": r"(ok|okay|acceptable) to take\b.*once a week|^once a week$",
}
SURVEY_HEADS = r"(survey )?year|sex|gender|age|(type of )?drugs?( type)?|region|pupils?|attitude"
SURVEY_FIRST = r"boys|girls|all pupils|total|\d\d( years.*)?|" + "|".join(DRUGS)
LEFT_OUT = r"^weighted|change|significan"
BASE = {"measure": "pupils asked", "unit": "pupils"}


def _pupils(text: str) -> Said:
    if re.fullmatch(r"(un)?weighted bases?( \(.*\))?|bases?( \(.*\))?|number of pupils( asked)?", text):
        return BASE | ({"measure": "weighted"} if text.startswith("weighted") else {})
    if text in WHOLE or text in ("percent", "drug", "any drug", "any drugs"):
        return {}
    if text in SEXES:
        return {"sex": SEXES[text]}
    if period := _period(text, "survey_year"):
        return {"period": period}
    if re.fullmatch(WITHOUT_NEW, text):
        return {"category": "excluding new psychoactive substances and nitrous oxide"}
    if code := places.code_for(text, ("region", "country")):
        return {"area_code": code, "area_label": text.title()}
    if (age := _age(text)) is not None:
        return {"age": age}
    measure, drug = _one_of(ASKED, text), _one_of(DRUGS, text)
    said = {"measure": measure, "unit": "percent"} if measure else {}
    return (said | ({"category": drug} if drug else {})) or None


def _one_of(patterns: Mapping[str, str], text: str) -> str | None:
    named = [name for name, pattern in patterns.items() if re.search(pattern, text)]
    return named[0] if len(named) == 1 else None


@source(publisher="NHS England", formats="xlsx")
def nhs_smoking_drinking_drugs(book: Workbook) -> Iterator[pd.DataFrame]:
    """Smoking, drinking and drug use among young people in England.

    A survey of pupils in years 7 to 11, mostly 11 to 15 years old, yearly to 2014 and about every two years since. Read
    are the tables of drug use (ever, in the last year, in the last month) and of whether it is thought OK to try a drug
    or to take it once a week: percent of pupils by year, sex, age, drug or region, with the number of pupils asked
    ("unweighted bases") below or beside the shares. A table without years in its cells is of the one in its title, and
    the year is that in which the fieldwork began. Marks: [x], ":" and
    ".." not asked or not available, "." not applicable; values of 0 are real. Weighted
    bases and significance are left out.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    tables = _titled(book, rf"^(?=.*\bdrug).*(?:{'|'.join(ASKED.values())})", SURVEY_HEADS, SURVEY_FIRST)
    if not tables:
        raise Refused(f"{book.name}: no table of drug use or of what is thought OK in {', '.join(book.sheets)}")
    for table in tables:
        title = heading(table.title)
        said = {"measure": _one_of(ASKED, title), "unit": "percent", "category": _one_of(DRUGS, title) or "all"}
        tidy = _cells(table, "survey_year", _pupils, LEFT_OUT, **said, **ENGLAND)
        yield from _with_bases(tidy)


def _with_bases(tidy: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The shares beside the number of pupils asked, and that number."""
    same = ["period", "area_code", "sex", "age"]
    asked = tidy[tidy["measure"] == BASE["measure"]].drop_duplicates(same)
    shares = tidy[tidy["unit"] == "percent"]
    base = asked[[*same, "value"]].rename(columns={"value": "base"})
    yield shares.merge(base, on=same, how="left")
    yield asked.assign(category="all")
