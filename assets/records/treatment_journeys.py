"""Treatment journeys counted by person; the text is beside, the tables published of them are OHID's."""

from pipeline.records.disclosure import COUNTS, Sum
from pipeline.records.extract import records, text_beside
from schemas.records.figures import JourneysCounted
from schemas.records.journeys import TREATED_SUBSTANCES, TreatmentJourney
from schemas.rules import ENGLAND

GROUPS = ("opiate", "non-opiate and alcohol", "non-opiate only", "alcohol only")
OF_THOSE_TREATED = ("people starting treatment", "people completing treatment", "deaths in treatment")


@records(
    publisher="OHID",
    page="https://www.ndtms.net/",
    tables={"journeys": TreatmentJourney},
    contract=JourneysCounted,
    rule=COUNTS,
    whole=ENGLAND,
    year="financial",
    sums=(
        Sum("sex", "all", ("male", "female")),
        Sum("category", "all", GROUPS),
        *(Sum("measure", "people in treatment", (part,), rest=True) for part in OF_THOSE_TREATED),
        Sum("measure", "people released", ("continuity of care",), rest=True),
    ),
    bases=dict.fromkeys(OF_THOSE_TREATED, "people in treatment") | {"continuity of care": "people released"},
    lookups={"treated_substances": TREATED_SUBSTANCES},
    differs="by rounding and hiding, by age at triage in place of age in the year (UNVERIFIED), and because late "
    "returns change an extract every month",
)
def treatment_journeys() -> str:
    """People in drug and alcohol treatment, counted from treatment journeys.

    A person with a structured community intervention on at least one day of the financial year, once in England and
    once in each area; adults by their age at triage, young people apart. The substance group is a hierarchy over all
    the journeys of the year. Starting: an intervention that begins in the year, more than 21 days after any other
    ended. Completing: a journey ended as completed while no other went on, and none began within six months.
    Continuity of care: adults who left a secure setting for the community, and those with an intervention there within
    21 days. Deaths are of any cause.
    Proved on made-up records; none were at hand.
    """
    return text_beside(__file__)
