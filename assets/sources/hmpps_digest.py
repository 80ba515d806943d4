"""The finds of drugs in prisons; drugs seized elsewhere are home_office_seizures'."""

from collections.abc import Iterator

import pandas as pd

from assets.sources.moj_tables import MARKS
from pipeline import naming
from pipeline.fetch.govuk import GovUk
from pipeline.read.labels import WHOLE, joined, part
from pipeline.read.source import source
from pipeline.read.workbook import Workbook
from schemas.moj import HmppsDigest
from schemas.rules import ENGLAND_AND_WALES

YEAR = r"(financial )?year( ending( march)?)?|period|(12|twelve) months (ending|to)( march)?"
PRISON = r"(prison|establishment)( name)?"
PRISON_REGION = r"(prison |hmpps )?(region|group|area)( name)?"
ESTATE = r"(sex|gender)( of (establishment|prison|estate))?|(establishment|prison|estate) (sex|gender)|estate"
FOUND = r"(type of )?drugs?( type| found)?"
# What may be said of finds, so that no single drug, way or place is.
_OF_DRUGS = r"( (of|where|in which)( (any|all|the|drugs?|finds?|found|were|was|are|incidents?|prisons?|in))+)?"
FINDS = rf"(number of )?(drug )?(finds?|incidents?)( incidents?)?{_OF_DRUGS}"
PRISONERS = r"(average |mean )?((monthly|annual) )?(prison(er)? )?population|(average )?(number of )?prisoners"
RATE = rf"(rate of )?(drug )?(finds?|incidents?|rate)( incidents?| rate)?{_OF_DRUGS} per 1,000 prisoners"
_ESTATE = r"( estates?| establishments?| prisons?)?"
ESTATES = {
    rf"(males?|men'?s?){_ESTATE}": "male establishments",
    rf"(females?|women'?s?){_ESTATE}": "female establishments",
    WHOLE: "all",
    rf"mixed{_ESTATE}": "mixed establishments",
}


@source(
    publisher="MoJ; HMPPS",
    formats="ods",
    contract=HmppsDigest,
    omits=("measures",),
    editions=GovUk(
        "/government/collections/prisons-and-probation-statistics",
        title=r"(HMPPS|Her Majesty.s|HM) .*annual digest.*",
        attachment=r".*finds.*drug.*",
    ),
)
def hmpps_digest(book: Workbook) -> Iterator[pd.DataFrame]:
    """HMPPS annual digest: finds of drugs by type.

    The data tool "08_Finds_drug_type_data_tool": incidents in which drugs were found, in the twelve months to March, by
    establishment, prison region, sex of establishment and type of drug, one row each. A find of several drugs counts
    once in the total and once for each. Male and female establishments add to less than the total. Where the file
    prints the prison population or the rate per 1,000 prisoners, they are read too. Prisons and prison regions are no
    statistical areas and have words for codes (`prison-leeds`, `prison-region-london`). Sheets that only show a
    selection, without a column of incidents, are not read.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    wanted = r"^(?!.*\b(?:phone|weapon|alcohol))(?=.*\bdrug)(?=.*\bfinds?\b).*"
    titled = book.tables(wanted, heads=rf"{YEAR}|{PRISON}|{PRISON_REGION}")
    tables = [table for table in titled if table.column_if_any(FINDS) is not None]
    if not tables:
        raise book.no_table(wanted, f"of drug finds with a column headed {FINDS!r}")
    for table in tables:
        table.require_known(rf"{YEAR}|{FINDS}|{PRISONERS}|{RATE}")
        year = table.text(table.column(YEAR))
        rows = year.index[year.str.contains(r"20\d\d") & table.filled([table.column(FINDS)])]
        prison = table.printed(PRISON, rows, "All")
        region, drug = table.printed(PRISON_REGION, rows, "All"), part(table.printed(FOUND, rows, "All"))
        estate = table.words_of(table.printed(ESTATE, rows, "All"), ESTATES)
        if (blank := prison.eq("") | region.eq("")).any():
            raise table.refused(f"row {blank.idxmax() + 1} has no establishment or region")
        every = prison.str.fullmatch(WHOLE, case=False)
        nation = every & region.str.fullmatch(WHOLE, case=False)
        code = ("prison-" + prison.map(naming.slug)).mask(every, "prison-region-" + region.map(naming.slug))
        described = pd.DataFrame(
            {
                "area_code": code.mask(nation, ENGLAND_AND_WALES),
                "area_label": prison.mask(every, region).mask(nation, "England and Wales"),
                "category": joined(estate.where(every, "all"), drug),
                "period": table.periods_of(year.loc[rows], "financial_year"),
                "estate": estate,
            }
        )
        columns = {
            table.column_if_any(FINDS): {"measure": "drug finds", "unit": "incidents"},
            table.column_if_any(PRISONERS): {"measure": "prison population", "unit": "prisoners"},
            table.column_if_any(RATE): {"measure": "rate of drug finds", "unit": "per 1,000 prisoners"},
        }
        tidy = table.unpivot(described, {column: said for column, said in columns.items() if column is not None}, MARKS)
        # The population is printed beside every drug.
        of_all = tidy[tidy["measure"] == "prison population"]
        beside = of_all.groupby([of_all["area_code"], of_all["period"].map(str), of_all["estate"]])["value"]
        if (beside.nunique() > 1).any():
            raise table.refused("the prison population beside one drug is not that beside another")
        tidy = tidy.drop(columns="estate")
        yield tidy[(tidy["measure"] != "prison population") | (tidy["category"] == "all")]
