"""The publications of the Home Office on drug supply: seizures and county lines referrals; crime is in home_office."""

import re
from collections.abc import Iterator

import pandas as pd

from pipeline import places
from pipeline.read import periods
from pipeline.read.labels import WHOLE, joined, part, plain
from pipeline.read.opening import Refused
from pipeline.read.records import Records
from pipeline.read.source import source
from pipeline.read.tables import GSS, Table
from pipeline.read.workbook import Workbook

UNITED_KINGDOM = {"area_code": "K02000001", "area_label": "United Kingdom"}
ENGLAND_AND_WALES = {"area_code": "K04000001", "area_label": "England and Wales"}


# --- seizures ----------------------------------------------------------------------------------------------

SEIZURE_MARKS = {"..": "x"}
DRUG = r"drugs?( (name|type|group)| class (and|or) (drug )?type| type (and|or) class)?|type of drug"
CLASS = r"(drug )?class( of drug)?"
AUTHORITY = r"(seizing )?(authority|agency)"
UNIT = r"units?( of (measure(ment)?|quantity))?"
AREA = r"(police )?(force|area|region)s?( area)?( name)?|(area|region) (and|or) police force( area)?"
AREA_CODE = r"((police )?(force|area|region)( area)?|ons|geograph(y|ical))? ?codes?"
AREAS = r"(\b(by|and) ((police )?force|region|area)\b|police force areas?\b)"
UNITS = {"kg": "kg", "kilograms": "kg", "kilogrammes": "kg", "doses": "doses", "plants": "plants"}
ALL_DRUGS = r"(grand )?total( (number of )?(drugs?|seizures))?|(all|total|any) (drugs?|seizures|drug seizures|classes)"
WITHOUT_AREA = {"british-transport-police", "border-force"}


def _drug(text: str) -> tuple[str, str]:
    """The category and the unit that a printed drug, class or total names ("Cocaine (kg)", "Total Class A")."""
    text = plain(text).lower()
    unit = next((UNITS[word] for word in re.findall(r"\(([a-z ]+)\)", text) if word in UNITS), "")
    text = re.sub(rf"\s*\(({'|'.join(UNITS)})\)", "", text)
    if found := re.fullmatch(r"(?:(?:all|total) )*(class [abc])(?: drugs?)?(?:,? \(?(?:all|total)\)?)*", text):
        return found[1], unit
    return ("all" if re.fullmatch(ALL_DRUGS, text) else text.replace("powder cocaine", "cocaine")), unit


def _authority(text: str) -> str:
    """Who seized, where a title or a cell names one of the two alone; else all."""
    police, border = "police" in text.lower(), "border" in text.lower()
    if police == border:
        return "all"
    return "police" if police else "border force"


def _seized(table: Table, title: str) -> dict:
    """What a table of seizures measures."""
    number, quantity = "number" in title, re.search(r"quantit|volume|amount", title)
    if number == bool(quantity):
        raise table.refused(f"its title {title!r} does not say whether it gives numbers or quantities")
    return {"measure": "quantity seized"} if quantity else {"measure": "seizures", "unit": "seizures"}


def _with_unit(table: Table, tidy: pd.DataFrame, units: pd.Series) -> pd.DataFrame:
    """Figures with the units of quantities, which stand in the measure too: unlike units are never one series."""
    if "unit" in tidy:
        return tidy
    if unknown := set(units[units.map(UNITS.get).isna()]):
        row = units.index[units.isin(unknown)][0]
        raise table.refused(f"no unit is known for {tidy.at[row, 'cell']} ({units[row] or 'none printed'})")
    return tidy.assign(unit=units.map(UNITS), measure="quantity seized in " + units.map(UNITS))


def _by_drug(table: Table, title: str) -> pd.DataFrame:
    """Drugs down, financial years across, of England and Wales."""
    drugs, columns = table.text(table.column(DRUG)), table.periods_across("financial_year")
    rows = pd.DataFrame({"drug": drugs, "class": "", "authority": _authority(title), "printed_unit": ""})
    for name, heading in (("class", CLASS), ("authority", AUTHORITY), ("printed_unit", UNIT)):
        if (column := table.column_if_any(heading)) is not None:
            rows[name] = table.text(column).str.lower()
    rows = rows[drugs.ne("") & table.filled(columns)]
    named = pd.DataFrame(rows["drug"].map(_drug).tolist(), index=rows.index, columns=["drug", "unit"])
    whole_class = (named["drug"] == "all") & rows["class"].map(lambda text: _drug(text)[0]).str.match("class")
    drug = named["drug"].mask(whole_class, rows["class"].map(lambda text: _drug(text)[0]))
    rows["category"] = joined(rows["authority"].map(_authority), drug)
    rows["printed_unit"] = rows["printed_unit"].where(rows["printed_unit"] != "", named["unit"])
    common = _seized(table, title) | ENGLAND_AND_WALES
    tidy = table.unpivot(
        rows, {column: common | {"period": period} for column, period in columns.items()}, SEIZURE_MARKS
    )
    return _with_unit(table, tidy, tidy["printed_unit"])


def _by_area(table: Table, title: str) -> pd.DataFrame:
    """Police forces and regions down, drugs or classes across, of one financial year."""
    name = table.column(AREA)
    names, code = table.text(name), table.column_if_any(AREA_CODE)
    columns = {
        column: parts
        for column, parts in enumerate(table.headings)
        if parts and column not in (name, code) and not re.search(r"change|%|per ?cent", " ".join(parts))
    }
    rows = pd.DataFrame({"area_label": names})[names.ne("") & table.filled(columns)]
    codes = table.text(code).loc[rows.index] if code is not None else pd.Series("", index=rows.index)
    coded = codes.str.fullmatch(GSS)
    rows["area_code"] = codes.where(coded, _seizing_areas(table, rows.loc[~coded, "area_label"]))
    # A total without a row of the Border Force is the police's own.
    everybody = "border-force" in set(rows["area_code"])
    police = (rows["area_code"] == "K04000001") & ~(everybody & ~rows["area_label"].str.contains("police", case=False))
    rows["area_label"] = rows["area_label"].mask(rows["area_code"] == "K04000001", "England and Wales")
    common = _seized(table, title) | {"period": table.period(single="financial_year")}
    named = {column: _drug(_heading_drug(parts)) for column, parts in columns.items()}
    tidy = table.unpivot(
        rows.assign(authority=police.map({True: "police", False: "all"})),
        {column: common | {"drug": drug, "printed_unit": unit} for column, (drug, unit) in named.items()},
        SEIZURE_MARKS,
    )
    tidy["category"] = joined(tidy["authority"], tidy["drug"])
    return _with_unit(table, tidy, tidy["printed_unit"])


def _heading_drug(parts: tuple[str, ...]) -> str:
    """The label of a heading that names the drug; a total under a class is the class."""
    total_of_class = re.fullmatch(ALL_DRUGS, parts[-1]) and _drug(parts[0])[0].startswith("class")
    return parts[0] if total_of_class else parts[-1]


def _seizing_areas(table: Table, names: pd.Series) -> pd.Series:
    """The code of each area or authority that the force tables print by name.

    West Midlands is a region and a force: without the word "region" it is what the other rows of the table are.
    """

    def code(name: str) -> str | None:
        police = r"(?:(?:total|all) )?police(?: forces?)?(?: total)?"
        if re.fullmatch(rf"{police}|total|england and wales.*", name, re.IGNORECASE):
            return ENGLAND_AND_WALES["area_code"]
        slug = places.slug(re.sub(r"\(.*\)", "", name))
        return slug if slug in WITHOUT_AREA else places.code_for(name, ("country",))

    codes = names.map(code)
    region = names.map(lambda name: places.code_for(name, ("region",)))
    force = names.map(lambda name: places.code_for(name, ("police_force_area",)))
    said = names.str.contains(r"\bregion\b", case=False)
    region = region.mask(~said & region.isin(region[said]))
    either = region.notna() & force.notna() & ~said
    clear = [bool((one.notna() & other.isna()).any()) for one, other in ((region, force), (force, region))]
    if either.any() and all(clear):
        raise table.refused(f"{', '.join(names[either])} may be a region or a police force")
    codes = codes.fillna(force.mask(region.notna() & (~either | clear[0])).fillna(region))
    if codes.isna().any():
        raise table.refused(f"no area is called {', '.join(names[codes.isna()])}")
    return codes


@source(publisher="Home Office", formats="ods xlsx")
def home_office_seizures(book: Workbook) -> Iterator[pd.DataFrame]:
    """Seizures of drugs, England and Wales.

    Numbers of seizures and quantities seized by drug and class for a run of financial years (drugs down, years
    across), for the police with the British Transport Police, the Border Force and both together, and for one year by
    police force and region (areas down, drugs across). A title, or a column, that names one authority alone makes the
    figures its own; a force table's total without the Border Force is the police's. A seizure of several drugs counts
    once in the total and once for each drug and class, so drugs add to more than the total. Quantities are in
    kilograms, doses or plants: the unit stands beside the drug, in its label or heading, and is part of the measure.
    ".." is not available. "-" is refused: it is nil in some tables of this publisher and not available in others.
    Older workbooks (xlsx) print "2012/13" and forces by name, newer ones (ods) "Year ending March 2013" and codes.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    wanted = r"(?=.*seiz)(?=.*(number|quantit|volume|amount))"
    by_area = book.tables(rf"^{wanted}(?=.*{AREAS})", heads=AREA)
    by_drug = book.tables(rf"^{wanted}(?!.*{AREAS})", heads=DRUG)
    if not by_drug and not by_area:
        raise Refused(f"{book.name}: no table titled 'number of seizures ...' or 'quantity of ... seized ...'")
    for read, tables in ((_by_drug, by_drug), (_by_area, by_area)):
        for table in tables:
            yield read(table, " ".join(table.title.lower().split()))


# --- the National Referral Mechanism -----------------------------------------------------------------------

YEAR, QUARTER = r"(calendar )?year( of referral)?", r"quarter( of referral)?|period"
AGE = r"age( group)?( at (exploitation|referral))?( group)?"
REFERRALS = r"((number of|all|total) )*(nrm )?referrals|(number of )?people"
FLAGGED, FLAG = r"(?!.*(%|percent|proportion))(?=.*county lines)(?=.*referrals).*", r"(?!.*referrals).*county lines.*"
GROUNDS = r"(?:(?P<age>.+?) - )?(?P<outcome>negative|positive|total)(?: (?:reasonable|conclusive) grounds)?"
AGES = {
    r"adult.*|18 (or|and) over": "18 and over",
    r"child.*|17 (or|and) under": "under 18",
    r"(age )?(not specified|unknown).*": "unknown",
    WHOLE: "all",
}
SEXES = {r"males?": "male", r"females?": "female", r"other|not specified.*|unknown.*": "other", WHOLE: "all"}
FLAGS = {r"yes|flagged.*|county lines.*": "county lines", r"no|not flagged.*": "no county lines", WHOLE: "all"}


def _referral_periods(table: Table | Records, rows: pd.Index) -> pd.Series:
    """The quarter or year of each row, from its columns; a file without them says its quarter in its name."""
    columns = [column for column in (table.column_if_any(QUARTER), table.column_if_any(YEAR)) if column is not None]
    if not columns:
        name = re.sub(r"[_-]", " ", table.file).lower().rsplit(".", 1)[0]
        try:
            return pd.Series(_referral_period(name, whole=False), index=rows)
        except ValueError as error:
            raise table.refused(f"no column of years or quarters, and in its name it {error}") from error
    texts = pd.Series("", index=rows)
    for column in columns:
        texts = texts + " " + table.text(column).loc[rows].str.lower().str.removesuffix(".0")
    return table.each(texts.str.strip(), lambda text: _referral_period(text, whole=len(columns) == 1))


def _referral_period(text: str, whole: bool) -> periods.Period:
    """A quarter or year in words such as "q1 2023", "2023 q1", "jan-mar 2023" or "total 2023".

    Not `whole`: what stands before the year says which part of it is meant, and must be known.
    """
    text = re.sub(r"\bq([1-4]),? (20\d\d)", r"\2 q\1", text)
    total = re.fullmatch(r"(?:total|all(?: quarters)?|full year) (20\d\d)", text)
    period = periods.parse(total[1] if total else text)
    if period.kind == "calendar_year" and not total and not whole:
        raise ValueError(f"cannot read the quarter in {text!r}")
    return period


def _referring(table: Table | Records, rows: pd.DataFrame) -> pd.DataFrame:
    """The area of each row and its first responder; a local authority that is named has its own area."""
    rows = rows.assign(**UNITED_KINGDOM, responder="all")
    kind, name = table.column_if_any(r"first responder (organisation )?type"), table.column_if_any(r"first responder")
    if kind is None or name is None:
        return rows
    kinds, names = table.text(kind).loc[rows.index], table.text(name).loc[rows.index]
    code = table.column_if_any(r"(area|local authority|ons|gss) code")
    codes = pd.Series("", index=rows.index) if code is None else table.text(code).loc[rows.index]
    whole = names.str.fullmatch(WHOLE, case=False) | names.str.lower().eq(kinds.str.lower())
    local = kinds.str.fullmatch(r"local authorit(y|ies)", case=False) & ~whole
    rows["responder"] = part(kinds.where(whole, names), "first responder ").mask(
        local, "first responder local authority"
    )
    day = max(period.end for period in rows["period"])
    found = {text: places.code_for(text, places.LOCAL_AUTHORITIES, day) for text in names[local].unique()}
    rows.loc[local, "area_code"] = codes.where(codes.str.fullmatch(GSS), names.map(found))[local]
    rows.loc[local, "area_label"] = names[local]
    if (lost := rows["area_code"].isna()).any():
        raise table.refused(f"no local authority is called {', '.join(sorted(set(rows.loc[lost, 'area_label'])))}")
    return rows


def _referrals(table: Table | Records) -> pd.DataFrame:
    """Referrals of one table by area, period, age and sex, with what else they are of; nationalities stay apart."""
    whole, flagged = table.column_if_any(REFERRALS), table.column_if_any(FLAGGED)
    columns = {column: said for column, said in ((whole, "all"), (flagged, "county lines")) if column is not None}
    if not columns:
        raise table.refused(f"no column headed {REFERRALS!r} or {FLAGGED!r}")
    there = pd.concat([table.text(column).ne("") for column in columns], axis=1).any(axis=1)
    apart = pd.Index([])
    if (nationality := table.column_if_any("nationality")) is not None:
        one = ~table.text(nationality).str.fullmatch(WHOLE, case=False)
        there, apart = there & ~one, one.index[one]
    rows = pd.DataFrame(index=there.index[there])
    rows["period"] = _referral_periods(table, rows.index)
    rows = _referring(table, rows)
    sexes = table.words_of(table.printed(r"gender|sex", rows.index, "all"), SEXES)
    rows["sex"] = sexes.mask(sexes == "other", "all")
    rows["age"] = table.words_of(table.printed(AGE, rows.index, "all"), AGES)
    rows["flag"] = table.words_of(table.printed(FLAG, rows.index, "all"), FLAGS)
    rows["of"] = joined(
        rows.pop("responder"),
        part(table.printed("exploitation type", rows.index, "all"), "exploitation "),
        part(table.printed("location of exploitation", rows.index, "all"), "location "),
        sexes.map({"other": "other sex"}).fillna("all"),
    )
    said = {column: {"measure": "referrals", "unit": "referrals", "said": what} for column, what in columns.items()}
    marks = {"*": "c"}
    tidy = table.unpivot(rows, said, marks, apart) if isinstance(table, Table) else table.unpivot(rows, said, marks)
    tidy["flag"] = tidy.pop("said").mask(tidy["flag"] != "all", tidy["flag"])
    return tidy


def _decisions(records: Records) -> pd.DataFrame:
    """Reasonable or conclusive grounds decisions: ages and outcomes across, quarters and years down."""
    first = next(name for name in records.frame if name.lower().endswith(" grounds"))
    common = {"measure": f"{first.lower().split()[-2]} grounds decisions", "unit": "decisions"} | UNITED_KINGDOM
    columns = {}
    for name in records.frame:
        if found := re.fullmatch(GROUNDS, name.lower()):
            outcome = "all" if found["outcome"] == "total" else found["outcome"]
            age = records.words_of(pd.Series([found["age"] or "all"]), AGES)[0]
            columns[name] = common | {"age": age, "category": outcome}
        elif not re.fullmatch(f"{YEAR}|{QUARTER}", name.lower()):
            raise records.refused(f"nobody knows how to read the column {name!r}")
    rows = pd.DataFrame({"period": _referral_periods(records, records.frame.index)})
    return records.unpivot(rows, columns)


@source(publisher="Home Office", formats="ods csv")
def home_office_nrm(book: Workbook) -> Iterator[pd.DataFrame]:
    """Modern slavery: National Referral Mechanism and Duty to Notify statistics.

    Potential victims referred in the United Kingdom by quarter and calendar year. Three layouts as CSV: referrals by
    quarter, age and location of exploitation (without a total of the ages); reasonable and conclusive grounds
    decisions, ages and outcomes across; referrals by first responder, exploitation type, age, gender and nationality,
    whose quarter only the file's name tells. In workbooks, and as CSV, a table of referrals with a county lines flag,
    in a column of its own or as a column of flagged referrals beside all, by age and gender, for the United Kingdom
    and by local authority as first responder; where it prints no referrals beside the flagged ones, the table of all
    referrals gives the whole. A first responder's area is where the referral comes from, not where anyone was
    exploited. Nationalities are not read, and other tables of a workbook are not either. The flag exists since
    2019-20 (UNVERIFIED); Duty to Notify reports are no referrals.
    Proved on four real files (CSV, to October-December 2023), none of which has the flag: the flag on sample
    releases of the described shape only.
    """
    if book.format == "csv":
        records = book.records()
        if any(name.lower().endswith(" grounds") for name in records.frame):
            yield _decisions(records)
            return
        tables = [records]
    else:
        others = r"(?!.*(nationalit|grounds|decision|duty to notify|competent authorit))"
        tables = book.tables(rf"^{others}(?=.*\breferrals\b).*\b(county lines|quarter)", heads=YEAR)
        if not tables:
            raise Refused(f"{book.name}: no table titled 'referrals ... by quarter' or '... county lines ...'")
    found = pd.concat([_referrals(table) for table in tables], ignore_index=True)
    same = ["area_code", "period", "age", "sex", "of"]
    whole = found[found["flag"] == "all"].drop_duplicates(same).set_index(same)["value"].rename("base")
    found = found.join(whole, on=same)
    found["base"] = found["base"].where(found["flag"] != "all")
    found["category"] = joined(found.pop("flag"), found.pop("of"))
    yield found
