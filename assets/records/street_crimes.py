"""Street-level crimes counted by force and district, in bulk; single archives as releases are `police_uk`'s."""

from assets.sources.police_uk import area_of_force
from pipeline import naming, places
from pipeline.records.disclosure import OPEN
from pipeline.records.extract import records, text_beside
from schemas.records.figures import StreetCrimesCounted
from schemas.records.street_crimes import StreetCrime


def _area(printed: str) -> str | None:
    """The code of a force or of a district by its name: the City of London is both."""
    kind, _, name = printed.partition(": ")
    return area_of_force(name) if kind == "force" else naming.code_for(name, places.LOWER_TIER)


@records(
    publisher="data.police.uk",
    page="https://data.police.uk/data/archive/",
    tables={"crimes": StreetCrime},
    contract=StreetCrimesCounted,
    rule=OPEN,
    year="months",
    named=_area,
)
def street_crimes() -> str:
    """Street-level crime, counted from the records of whole archives.

    One record a crime or incident of anti-social behaviour, by month and crime type, for the force that reported it and
    for the district of the anonymised point. Every record counts, exact duplicates too. Up to a tenth of the records
    have no district, and a force may report crimes of another nation, so districts do not add to forces. The records
    are published and anonymised, so nothing is hidden. Never added to recorded crime: months are missing for some
    forces.
    Proved on three real files of January 2024: City of London, Cleveland and the British Transport Police.
    """
    return text_beside(__file__)
