"""What data.police.uk publishes; how its files are read, and records counted, is the reader's."""

from schemas.figure import Figure
from schemas.rules import Areas, count


class PoliceStreetCrime(
    Figure,
    measures={"street-level crimes": count("crimes")},
    periods={"part_year": 2010},
    # A file a force, of the forces that were asked for.
    areas=Areas(
        nations=(),
        also=("police force area",),
        others=("british-transport-police", "police-service-of-northern-ireland"),
        partial=True,
    ),
    # All that there were since 2010; two spellings of one would be two series.
    categories=(
        *("anti-social behaviour", "bicycle theft", "burglary", "criminal damage and arson", "drugs", "other crime"),
        *("other theft", "possession of weapons", "public disorder and weapons", "public order", "robbery"),
        *("shoplifting", "theft from the person", "vehicle crime", "violence and sexual offences", "violent crime"),
    ),
):
    """Street-level crime by police force, counted from records."""
