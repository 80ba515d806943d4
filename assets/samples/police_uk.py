"""The samples in the layout of data.police.uk: street-level crimes, record by record, of a few forces and months."""

from collections.abc import Iterator
from hashlib import sha256

from assets.samples import model
from assets.samples.writers import Csv, Releases

_HEADINGS = ["Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location", "LSOA code",
             "LSOA name", "Crime type", "Last outcome category", "Context"]  # fmt: skip
_ANTISOCIAL = "Anti-social behaviour"
_TYPES = {
    "Violence and sexual offences": 0.3, _ANTISOCIAL: 0.12, "Criminal damage and arson": 0.09, "Shoplifting": 0.12,
    "Public order": 0.09, "Other theft": 0.08, "Vehicle crime": 0.05, "Burglary": 0.04, "Drugs": 0.04,
    "Theft from the person": 0.03, "Other crime": 0.02, "Possession of weapons": 0.01, "Robbery": 0.005,
    "Bicycle theft": 0.005,
}  # fmt: skip
_OUTCOMES = ["Under investigation", "Unable to prosecute suspect", "Awaiting court outcome",
             "Investigation complete; no suspect identified"]  # fmt: skip
_TRANSPORT_POLICE = "British Transport Police"
# About a tenth of the records of each; place of reference and name of the neighbourhood's authority.
_FORCES = {
    "City of London Police": (75, (-0.09, 51.51), "City of London"),
    "Cleveland Police": (180, (-1.23, 54.57), "Middlesbrough"),
    _TRANSPORT_POLICE: (90, (-0.13, 51.53), "Camden"),
}
_RELEASES = {"2024-03-26": ["2024-01"], "2024-04-24": ["2024-01", "2024-02"]}


def releases() -> Releases:
    """A file of the first month, and one of two months in which the first has some more records."""
    for released, months in _RELEASES.items():
        # The force's files as they come, each with its heading.
        rows = (row for month in months for force in _FORCES for row in _file(force, month, months[-1]))
        yield f"police_street_crime/{released}/{months[-1]}-street.csv", Csv(rows)


def _file(force: str, month: str, edition: str) -> Iterator[list]:
    yield _HEADINGS
    number, (west, south), authority = _FORCES[force]
    for record in range(round(number * (1 if month == edition else 1.03))):
        rng = model.chance("street", force, month, record)
        anonymous = force == _TRANSPORT_POLICE
        crime_type = str(rng.choice(list(_TYPES), p=list(_TYPES.values())))
        if anonymous and crime_type == _ANTISOCIAL:
            crime_type = "Other theft"
        anonymous |= crime_type == _ANTISOCIAL
        identity = "" if anonymous else sha256(f"{force}{month}{record}".encode()).hexdigest()
        outcome = "" if anonymous else str(rng.choice(_OUTCOMES))
        # Few points on the map, so that crimes without an id repeat each other.
        point = int(rng.integers(6))
        where = [f"{west + point / 500:.6f}", f"{south + point / 900:.6f}", f"On or near Street {point}"]
        area = [f"E0199{point:04}", f"{authority} 00{point}A"]
        if rng.random() < 0.06:
            where, area = ["", "", "No Location"], ["", ""]
        yield [identity, month, force, force, *where, *area, crime_type, outcome, ""]
