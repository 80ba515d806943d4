"""The seizures of drugs by police and Border Force; what is found in prisons is hmpps_digest's."""

import re
from collections.abc import Iterator

import pandas as pd

from pipeline import naming, places
from pipeline.fetch.govuk import GovUk
from pipeline.read.labels import joined, plain
from pipeline.read.source import source
from pipeline.read.tables import DERIVED, Table
from pipeline.read.tabular import GSS
from pipeline.read.workbook import Workbook
from schemas.home_office import HomeOfficeSeizures
from schemas.rules import ENGLAND_AND_WALES

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
    common = _seized(table, title) | places.labelled(ENGLAND_AND_WALES)
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
        if parts and column not in (name, code) and not re.search(DERIVED, " ".join(parts))
    }
    rows = pd.DataFrame({"area_label": names})[names.ne("") & table.filled(columns)]
    codes = table.text(code).loc[rows.index] if code is not None else pd.Series("", index=rows.index)
    table.require_whole_codes(codes)
    coded = codes.str.fullmatch(GSS)
    rows["area_code"] = codes.where(coded, _seizing_areas(table, rows.loc[~coded, "area_label"]))
    # A total without a row of the Border Force is the police's own.
    everybody = "border-force" in set(rows["area_code"])
    both = rows["area_code"] == ENGLAND_AND_WALES
    police = both & ~(everybody & ~rows["area_label"].str.contains("police", case=False))
    rows["area_label"] = rows["area_label"].mask(both, places.name(ENGLAND_AND_WALES))
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
        if re.fullmatch(rf"{police}|total|england and wales(?:[ ,(]+(?:total|{police})\)?)?", name, re.IGNORECASE):
            return ENGLAND_AND_WALES
        slug = naming.slug(re.sub(r"\(.*\)", "", name))
        return slug if slug in WITHOUT_AREA else naming.code_for(name, ("country",))

    codes = names.map(code)
    region = names.map(lambda name: naming.code_for(name, ("region",)))
    force = names.map(lambda name: naming.code_for(name, ("police_force_area",)))
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


@source(
    publisher="Home Office",
    formats="ods xlsx",
    contract=HomeOfficeSeizures,
    editions=GovUk(
        "/government/collections/seizures-of-drugs-in-england-and-wales",
        title=r"seizures of drugs in england and wales.*",
        attachment=r".*tables.*",
    ),
)
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
        raise book.no_table(wanted, "titled 'number of seizures ...' or 'quantity of ... seized ...'")
    for read, tables in ((_by_drug, by_drug), (_by_area, by_area)):
        for table in tables:
            yield read(table, " ".join(table.title.lower().split()))
