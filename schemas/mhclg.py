"""What the Ministry of Housing, Communities and Local Government publishes; how its files are read is the reader's."""

from schemas.figure import Figure
from schemas.rules import ENGLAND, Areas, count, made_of

# The words of which the needs of households are made: one of a new need is to be added here.
_WORDS = (
    "a|abuse|access|accommodation|addiction|age|alcohol|and|asylum|at|autism|autistic|behaviour|budgeting"
    "|care|carer|child|children|condition|custody|debt|dependency|dependent|difficulties|disabilities"
    "|disability|disorder|domestic|drug|economic|education|employment|ex|experience|experienced|experiencing"
    "|exploitation|financial|forces|former|gambling|has|hate|have|having|health|history|hm|homeless"
    "|homelessness|hospital|ill|in|independently|institution|learning|leaver|leaving|long|manage|management"
    "|mental|migrant|mobility|modern|need|needing|needs|non|of|offender|offending|old|older|on|option|or|over"
    "|parent|people|persecution|person|physical|poor|pregnant|prison|problem|problems|racial|refugee"
    "|relationship|repeat|requiring|retired|risk|rough|seeker|sensory|served|sexual|slavery|sleeper|sleeping"
    "|social|substance|support|term|the|to|trafficking|training|veteran|victim|violence|with|years|young"
    r"|aged \d+([+-]|(-| to )\d+)?"
)


class MhclgHomelessness(
    Figure,
    measures={"households owed a duty": count("households"), "households by support need": count("households")},
    periods={"quarter": 2018, "financial_year": 2019},
    areas=Areas(nations=(ENGLAND,), levels=("region", "lower tier"), others=("rest-of-england",)),
    # A need is named in several words, and some are of an age; a note or a lost heading is not. None begins with an X,
    # which R puts before a heading.
    categories=(
        "all",
        "autism|bereavement|dementia|pregnan(?:t|cy)|refugees?",
        rf"(?!x|.*\([a-z0-9]\))[a-z]+ (?=[a-z(]){made_of(_WORDS)}",
    ),
):
    """Statutory homelessness in England: support needs of households owed a duty."""
