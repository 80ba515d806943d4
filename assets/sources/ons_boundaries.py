"""The boundaries of areas, from which maps are drawn; which area lies in which is ons_geography's."""

from collections.abc import Iterator

import pandas as pd

from pipeline import places
from pipeline.fetch.arcgis import ArcGis
from pipeline.read import periods
from pipeline.read.outlines import Outlines
from pipeline.read.source import source
from pipeline.read.workbook import Workbook
from schemas.ons import OnsBoundaries


@source(
    publisher="ONS",
    formats="geojson",
    contract=OnsBoundaries,
    names_areas=True,
    editions=ArcGis(
        "https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services",
        name=r"(Local_Authority_Districts|LAD|Police_Force_Areas|PFA)_.*20\d\d.*_BUC.*",
    ),
)
def ons_boundaries(book: Workbook) -> Iterator[pd.DataFrame]:
    """Boundaries of areas, generalised: the outlines that maps are drawn from.

    GeoJSON of one kind of area and one vintage (LAD21CD, LAD21NM), in degrees or on the National Grid. Figures of the
    measure `area` name each area, as in the lookups; the outlines are read again when a map is drawn. The
    ultra-generalised edition (BUC) is detailed enough.
    Proved on local authority districts of December 2021 and police force areas of December 2023.
    """
    areas = Outlines(book.path)
    if len(odd := areas.frame[areas.frame["area_code"].map(places.kind) == "other"]):
        raise areas.refused(f"feature {odd.index[0]}: {odd['area_code'].iloc[0]} is a code of no known kind of area")
    yield pd.DataFrame(
        {
            "area_code": areas.frame["area_code"],
            "area_label": areas.frame["area_label"],
            "cell": [f"feature {number}, {areas.code}" for number in areas.frame.index],
        }
    ).assign(measure="area", unit="area", value=1.0, period=periods.calendar_year(areas.vintage))
