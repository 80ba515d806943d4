"""Drug use as people tell it to the Crime Survey for England and Wales; crimes they tell of are csew_crime's."""

import re
from collections.abc import Callable, Iterable, Iterator

import pandas as pd

from assets.sources.csew_tables import MARKS, by_year, survey_years
from pipeline import naming, places
from pipeline.fetch.ons import Ons
from pipeline.read import periods
from pipeline.read.labels import MALE_OR_FEMALE, heading, plain
from pipeline.read.periods import Period
from pipeline.read.source import source
from pipeline.read.tables import Table
from pipeline.read.workbook import Workbook
from schemas.ons import CsewDrugMisuse
from schemas.rules import ENGLAND_AND_WALES

HEADS = (
    r"drugs?(?: type)?|type of drug|age(?: breakdown| group)?|sex(?: and age)?|regions?|(?:personal )?characteristics"
)
ANY_DRUG = "any drug"
SIMILAR = "The base is that of any drug; that of this drug will be similar."

# A base of some of them is of no row.
ASKED = r"unweighted base(?:[ :,-]+number of (?:all )?(?:adults|people|respondents)(?: interviewed)?)?"
AGES = r"(?:aged )?(\d\d) ?(?:-|to) ?(\d\d)(?: years?(?: olds?)?)?"
REPEATED = ("all adults", "age", *MALE_OR_FEMALE)


def _proportions(table: Table, rows: dict[int, dict], bases: dict[int, int], apart: Iterable[int] = ()) -> pd.DataFrame:
    """Figures of the given rows by survey year, each with the unweighted base that stands in its base row."""
    everyone = places.labelled(ENGLAND_AND_WALES) | {"measure": "last year drug use", "unit": "percent"}
    frame = pd.DataFrame([everyone | row for row in rows.values()], index=list(rows)).assign(base_row=pd.Series(bases))
    tidy = by_year(table, frame, [*apart, *bases.values()])
    if tidy["value"].max() <= 1:
        raise table.refused("its proportions are not in percent")
    if not bases:
        return tidy
    # They have no unit here: what a line says of the table's shares is not of them.
    at_bases = pd.DataFrame({"measure": "people asked"}, index=sorted(set(bases.values())))
    people = table.unpivot(at_bases, {column: {} for column in survey_years(table)}, MARKS, [*apart, *rows])
    cells = tidy["cell"].str.replace(r"\d+$", "", regex=True) + (tidy["base_row"] + 1).astype("Int64").astype("str")
    similar = tidy["category"].ne(ANY_DRUG) & tidy["base_row"].notna()
    return tidy.assign(base=cells.map(people.set_index("cell")["value"]), note=similar.map({True: SIMILAR, False: ""}))


def _by_drug(table: Table, age: str) -> tuple[pd.DataFrame, set[str]]:
    """Every drug of a table of one age band, and their names."""
    labels = table.row_labels().str.lower()
    bases = labels[labels.str.fullmatch(ASKED)].index
    drugs = labels.drop(bases)
    # A label with nothing beside it is no drug that nobody was asked about: marks would say so.
    drugs = drugs[table.filled(survey_years(table)).loc[drugs.index]]
    if (drugs == ANY_DRUG).sum() != 1 or len(bases) != 1:
        raise table.refused(f"no single row {ANY_DRUG!r}, or no single unweighted base")
    rows = {row: {"category": drug, "age": age} for row, drug in drugs.items()}
    return _proportions(table, rows, dict.fromkeys(rows, bases[0])), set(drugs)


def _age(text: str) -> str | None:
    found = re.fullmatch(AGES, plain(text))
    return f"{found[1]}-{found[2]}" if found else None


def _of_age(text: str, within: dict) -> dict | None:
    """Whom a row is about, within the group that the row above gave; None where it names no such group."""
    return {"age": age} if (age := _age(text)) else None


def _of_sex(text: str, within: dict) -> dict | None:
    if sex := MALE_OR_FEMALE.get(text.lower()):
        return {"sex": sex, "age": "16-59"}
    return {"sex": within["sex"], "age": age} if (age := _age(text)) and within else None


def _of_area(text: str, within: dict) -> dict | None:
    code = naming.code_for(text, ("region", "country"))
    return {"area_code": code, "area_label": text, "age": "16-59"} if code else None


def _by_group(table: Table, drugs: set[str], who: Callable[[str, dict], dict | None]) -> pd.DataFrame:
    """The groups of people below each drug; the drug's own row and its ages repeat, rounded or not, tables by drug."""
    rows, base_rows, apart = {}, {}, []
    block, group = "", {}
    for row, text in table.row_labels().items():
        if found := who(text, group):
            group = found
            if group in ({"age": "16-59"}, {"age": "16-24"}):
                apart.append(row)
            elif re.fullmatch(ASKED, block):
                base_rows[_who(group)] = row
            elif block:
                rows[row] = group | {"category": block}
            else:
                raise table.refused(f"row {row + 1} ({text}) stands under no drug")
        elif text.lower() in drugs or re.fullmatch(ASKED, text.lower()):
            block, group = text.lower(), {}
            apart.append(row)
        else:
            raise table.refused(f"row {row + 1} ({text}) is no drug of the table by drug and no group of people")
    if not rows:
        raise table.refused("no group of people under any drug")
    bases = {row: base_rows[_who(group)] for row, group in rows.items() if _who(group) in base_rows}
    return _proportions(table, rows, bases, [*apart, *base_rows.values()])


def _who(group: dict) -> tuple:
    """Of whom a row is, whatever drug it is about and however an area is spelt."""
    return tuple(sorted((key, of) for key, of in group.items() if key not in ("category", "area_label")))


def _frequent(table: Table) -> pd.DataFrame:
    """Frequent users by age band, each with its base in the next row of bases."""
    rows, bases, waiting = {}, {}, []
    for row, text in table.row_labels().str.lower().items():
        if re.fullmatch(ASKED, text):
            bases |= dict.fromkeys(waiting, row)
            waiting = []
            continue
        ages = re.search(r"\b(\d\d) ?(?:-|to) ?(\d\d)\b", plain(text))
        if not ages or "frequent user" not in text or "infrequent" in text:
            raise table.refused(f"row {row + 1} ({text}) is no frequent user of an age")
        rows[row] = {"measure": "frequent drug use", "category": ANY_DRUG, "age": f"{ages[1]}-{ages[2]}"}
        waiting.append(row)
    return _proportions(table, rows, bases)


def _by_characteristic(table: Table, drugs: set[str], latest: dict) -> pd.DataFrame:
    """Personal characteristics in the one survey year that the lines above the table name.

    They say "year ending June 2022" of nine months of interviews: `latest` gives the period by its last day.
    """
    named = {period.end for line in table.preamble if (period := _named(line))}
    if len(named) != 1 or not named & set(latest):
        raise table.refused("the lines above it name no single survey year of the table by drug")
    period = latest[named.pop()]
    texts = table.text(table.column(r"(?:characteristics? )?breakdown")).str.lower()
    groups = table.row_labels().str.lower()
    repeated = groups.index[groups.isin(REPEATED)]
    rows = pd.DataFrame({"group": groups, "one": texts.reindex(groups.index)}).drop(repeated)
    rows = rows[rows["one"].ne("")].assign(**places.labelled(ENGLAND_AND_WALES))
    base = table.column(ASKED)
    table.require_known(rf"{'|'.join(map(re.escape, drugs))}|{ASKED}")
    same = {"measure": "last year drug use", "unit": "percent", "period": period, "age": "16-59", "base": base}
    columns = {c: same | {"drug": parts[-1]} for c, parts in enumerate(table.headings) if parts and parts[-1] in drugs}
    tidy = table.unpivot(rows, columns, MARKS, repeated)
    similar = tidy["drug"].ne(ANY_DRUG).map({True: SIMILAR, False: ""})
    return tidy.assign(category=tidy["drug"] + ", " + tidy["group"] + ": " + tidy["one"], note=similar)


def _named(line: str) -> Period | None:
    found = re.search(r"year ending [a-z]+ \d{4}", heading(line))
    return periods.parse(found[0]) if found else None


def _use(last_age: int, by: str) -> str:
    """The title of a table of use in the last year by people from 16 to an age, by drug or by something else."""
    ages, others = (rf"\b((?:aged )?16 ?(?:to|-) ?{age})\b" for age in (last_age, {59: 24, 24: 59}[last_age]))
    use = r"(?=.*\bdrugs? (?:use )?(?:in the )?last year\b)(?!.*\b(?:numbers?|within)\b)"
    return rf"^(?=.*?{ages})(?!.*{others}){use}{by}"


BY_DRUG = r"(?!.*\blast year,? by (?!drug))"
BY = r"(?=.*\blast year,? by {}\b)"


@source(
    publisher="ONS",
    formats="xlsx",
    contract=CsewDrugMisuse,
    editions=Ons("/peoplepopulationandcommunity/crimeandjustice/datasets/drugmisuseinenglandandwalesappendixtable"),
)
def csew_drug_misuse(book: Workbook) -> Iterator[pd.DataFrame]:
    """Drug misuse in England and Wales: appendix tables.

    Crime Survey for England and Wales, adults 16 to 59 in households. The tables of use in the last year: by drug for
    16 to 59 and for 16 to 24 (both needed), and where there by age, by sex and age, by region, by personal
    characteristic, and frequent use. Drugs or groups down, survey years across: December 1995 and single sweeps at
    first, then years to March, then nine months to June 2022; there is none for the years to March 2021 and 2022. A
    column headed 1996, 1998 or 2000 is a sweep of that year, about the calendar year before (UNVERIFIED). Estimates and
    numbers of users, use ever and use in the last month are not read, nor the columns that compare two years. Each
    edition revises older years by new weights, prints some rounded and some not, and repeats the totals rounded above
    the groups: those repeats are left out. The table by personal characteristic says "year ending June 2022" of the
    nine months. [x] not asked, [c] hidden; 0 is a real figure. The unweighted base is that of any drug. Limits are read
    where columns are headed lower and upper.
    Proved on one real file, to June 2022; limits, lone years and further editions on sample and synthetic files only.
    """
    both = {
        "16-59": book.table(_use(59, BY_DRUG), sheet=r"(?:table )?1\.0?2", heads=HEADS),
        "16-24": book.table(_use(24, BY_DRUG), sheet=r"(?:table )?1\.0?8", heads=HEADS),
    }
    drugs: set[str] = set()
    latest = {}
    for age, table in both.items():
        figures, names = _by_drug(table, age)
        drugs |= names
        latest |= {period.end: period for period in figures["period"]}
        yield figures
    for sheet, by, who in (
        (r"(?:table )?3\.0?3", r"age\b(?: groups?)?(?! and sex)", _of_age),
        (r"(?:table )?3\.0?4", r"(?:sex and age|age and sex)", _of_sex),
        (r"(?:table )?3\.0?8", r"regions?", _of_area),
    ):
        if table := book.table_if_any(_use(59, BY.format(by)), sheet=sheet, heads=HEADS):
            yield _by_group(table, drugs, who)
    personal = _use(59, BY.format("personal characteristics"))
    if table := book.table_if_any(personal, sheet=r"(?:table )?3\.0?1", heads=HEADS):
        yield _by_characteristic(table, drugs, latest)
    frequent = (
        r"^(?=.*\b(?:proportion|percentage) of\b)(?=.*?\b((?:aged )?16 to 59)\b)(?=.*\bfrequent users? of drugs\b)"
    )
    if table := book.table_if_any(frequent, sheet=r"(?:table )?2\.0?1", heads=HEADS):
        yield _frequent(table)
