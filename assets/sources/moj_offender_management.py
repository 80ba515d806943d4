"""The requirements of court orders, drug treatment among them; who offends again is moj_reoffending's."""

from collections.abc import Iterator

import pandas as pd

from assets.sources.moj_tables import MARKS, printed_once, with_whole
from pipeline import naming
from pipeline.fetch.govuk import GovUk
from pipeline.read.labels import WHOLE, heading, joined, part
from pipeline.read.source import source
from pipeline.read.tables import Table
from pipeline.read.workbook import Workbook
from schemas.moj import MojOffenderManagement
from schemas.rules import ENGLAND_AND_WALES

REQUIREMENT = r"(type of )?requirements?( type| started)?"
ORDER = r"(type of )?((court )?order|sentence)( type)?"
PROBATION_REGION = r"(probation )?(region|area)( name)?"
PROBATION_REGIONS = {
    "east-midlands", "east-of-england", "greater-manchester", "kent-surrey-and-sussex", "london", "north-east",
    "north-west", "south-central", "south-west", "wales", "west-midlands", "yorkshire-and-the-humber",
}  # fmt: skip
ORDERS = {
    r"community( sentence)?( orders?)?": "community order",
    r"suspended( sentence)?( orders?)?": "suspended sentence order",
    WHOLE: "all orders",
}
DRUG_TREATMENT = r"drug (treatment|rehabilitation)( requirements?)?( \(d[rt]r\))?"


def _order_of(table: Table) -> str:
    """The one kind of order that a title names."""
    named = [order for order in ("community order", "suspended sentence order") if order in heading(table.title)]
    if len(named) != 1:
        raise table.refused(f"its title names {' and '.join(named) or 'no kind of order'}, and no column does")
    return named[0]


@source(
    publisher="MoJ",
    formats="ods",
    contract=MojOffenderManagement,
    editions=GovUk(
        "/government/collections/offender-management-statistics-quarterly",
        title=r"offender management statistics quarterly.*",
        attachment=r".*probation.*",
        verified=True,
    ),
)
def moj_offender_management(book: Workbook) -> Iterator[pd.DataFrame]:
    """Offender management statistics quarterly: probation requirements.

    Requirements started under community orders and under suspended sentence orders in England and Wales, kinds of
    requirement down and quarters or calendar years across, and by probation region. The kind of order stands in the
    title or in a column; it may stand once for the rows below it. An order may have several requirements, so they add
    to more than the orders; the share is of all requirements started under the same kind of order. Regions are those of
    the Probation Service since June 2021: another name is refused. Columns of percentages and changes are not read.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    wanted = r"requirements?\b.*\b(started|commenced|starting)|(started|commenced).*requirement"
    tables = book.tables(wanted, heads=REQUIREMENT)
    if not tables:
        raise book.no_table(wanted, "titled 'Requirements started under ... orders'")
    for table in tables:
        columns = {column: {"period": period} for column, period in table.periods_across().items()}
        requirement = table.text(table.column(REQUIREMENT))
        rows = requirement.index[requirement.ne("") & table.filled(columns)]
        order = printed_once(table, ORDER).loc[rows]
        if order.eq("").all():
            order = pd.Series(_order_of(table), index=rows)
        region = printed_once(table, PROBATION_REGION, "England and Wales").loc[rows]
        nation = region.str.fullmatch(WHOLE, case=False)
        if unknown := set(region[~nation].map(naming.slug)) - PROBATION_REGIONS:
            raise table.refused(f"no probation region is called {', '.join(sorted(unknown))}")
        described = pd.DataFrame(
            {
                "area_code": ("probation-region-" + region.map(naming.slug)).mask(nation, ENGLAND_AND_WALES),
                "area_label": region.mask(nation, "England and Wales"),
                "order": table.words_of(order, ORDERS),
                "kind": part(requirement.loc[rows]).str.replace(rf"^{DRUG_TREATMENT}$", "drug treatment", regex=True),
                "measure": "requirements started",
                "unit": "requirements",
            }
        )
        for order in set(described["order"]) - set(described.loc[described["kind"] == "all", "order"]):
            raise table.refused(f"no row of all requirements of {order}")
        if "drug treatment" not in set(described["kind"]):
            raise table.refused("no row 'Drug treatment' among its requirements")
        tidy = table.unpivot(described, columns, MARKS)
        tidy["category"] = joined(tidy["order"], tidy["kind"])
        yield with_whole(tidy, tidy[tidy["kind"] == "all"], ["area_code", "period", "order"])
