"""What the Department for Education publishes, one model each; how files are read is the reader's."""

from schemas.coded import Coded, Truths
from schemas.columns import figures_rule
from schemas.decimals import broken
from schemas.figure import Figure
from schemas.rules import ENGLAND, SMALL, Areas, count, estimated

# The factors of the children in need census, those of earlier years among them; another one is to be added here.
_FACTORS = (
    r"((alcohol|drug) misuse|domestic (abuse|violence)|mental health|(learning|physical) disability)"
    r"( (child|parent|person))?",
    r"(physical|sexual) abuse( (unknown|child on child|adult on child))?",
    "neglect|emotional abuse|faith linked abuse|female genital mutilation|self[- ]harm|socially unacceptable behaviour",
    "young carer|privately fostered( overseas)?|unaccompanied asylum seeker|going missing|trafficking|gangs",
    "child (criminal|sexual) exploitation|other|no factors? identified",
)


class DfeChildrenInNeed(
    Figure,
    measures={"assessments by factor": count("assessments"), "assessments with a factor": count("assessments")},
    periods={"financial_year": 2010},
    areas=Areas(nations=(ENGLAND,), levels=("region", "upper tier"), also=("inner and outer London",)),
    categories=("all", *_FACTORS),
):
    """Children in need: factors identified at the end of assessment."""


class DfeExclusions(
    Figure,
    measures={
        # Numbers that schools did not return were estimated to 2009/10.
        "permanent exclusions": estimated("exclusions"),
        "suspensions": count("exclusions"),
    },
    periods={"academic_year": 2006},
    areas=Areas(
        nations=(ENGLAND,),
        levels=("region", "upper tier"),
        also=("inner and outer London",),
        absent=SMALL
        | {
            "E12000007": "London, where it is printed as inner and outer London",
            "E10000005": "Cornwall and Isles of Scilly, of which Cornwall's later code stands for the most",
        },
        # An authority may have no school of a kind.
        ragged=r".*: .*",
    ),
    categories=(
        r"(all|drug and alcohol related)(: (special|state-funded (primary|secondary)|pupil referral units?"
        r"|(state-funded )?(ap|alternative provision)( schools?)?))?",
    ),
):
    """Suspensions and permanent exclusions by reason."""

    @figures_rule(name="no_estimate", error="an estimated number is later than the last estimates")
    def whole_since_2010(cls, figures: Coded) -> Truths:
        estimated = broken(figures.value) & figures.have("measure", "permanent exclusions")
        return ~(estimated & (figures.years("period_end") > 2010))
