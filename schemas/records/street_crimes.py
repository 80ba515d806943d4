"""The record of data.police.uk: one crime or incident of anti-social behaviour, as its street files give it."""

import pandera.pandas as pa

from schemas.records.record import Record, Text

CRIME_TYPES = [
    "Anti-social behaviour",
    "Bicycle theft",
    "Burglary",
    "Criminal damage and arson",
    "Drugs",
    "Other crime",
    "Other theft",
    "Possession of weapons",
    "Public disorder and weapons",  # until 2013
    "Public order",
    "Robbery",
    "Shoplifting",
    "Theft from the person",
    "Vehicle crime",
    "Violence and sexual offences",
    "Violent crime",  # until 2013
]


class StreetCrime(Record):
    """One crime or incident, from https://data.police.uk/about/#columns (types as on https://data.police.uk/about/)."""

    month: Text = pa.Field(alias="Month", str_matches=r"20[1-6]\d-(0[1-9]|1[0-2])", description="year and month")
    reported_by: Text = pa.Field(alias="Reported by", str_length={"min_value": 1}, description="force that reported it")
    lsoa_name: Text = pa.Field(
        alias="LSOA name",
        nullable=True,
        str_matches=r".+ \d{3}[A-Z]",
        description="lower layer super output area of the point: its authority's name, a number and a letter",
    )
    crime_type: Text = pa.Field(alias="Crime type", isin=CRIME_TYPES, description="one of the site's types")
