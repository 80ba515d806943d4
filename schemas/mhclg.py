"""What the Ministry of Housing, Communities and Local Government publishes; how its files are read is the reader's."""

from schemas.figure import Figure
from schemas.rules import ENGLAND, Areas, count


class MhclgHomelessness(
    Figure,
    measures={"households owed a duty": count("households"), "households by support need": count("households")},
    periods={"quarter": 2018, "financial_year": 2019},
    areas=Areas(nations=(ENGLAND,), levels=("region", "lower tier"), others=("rest-of-england",)),
    # A need is named in several words; a note or a lost heading is not.
    categories=(
        "all",
        r"(?!.*\bnotes?\b)(?!.*[a-z](, ?)?\d)(?!.*\([a-z0-9]\))[a-z]+ [a-z0-9 ,/()+-]{3,90}",
    ),
):
    """Statutory homelessness in England: support needs of households owed a duty."""
