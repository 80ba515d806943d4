"""The counts of a review of drug-related deaths, linked by pseudonym; its page and workbook are editions."""

from pipeline.records.disclosure import COUNTS, Sum
from pipeline.records.extract import records, tables_beside, text_beside
from schemas.records.deaths import ELSEWHERE, DeathRegistration
from schemas.records.episodes import UNKNOWN, HospitalEpisode
from schemas.records.figures import DEATH_REVIEW_THEMES, DeathReviewsCounted
from schemas.records.journeys import TreatmentJourney
from schemas.rules import ENGLAND_AND_WALES

AGES = ("under 30", "30-39", "40-49", "50-59", "60 and over")


@records(
    publisher="ONS; OHID; NHS England",
    page="https://www.gov.uk/government/publications/drug-and-alcohol-related-deaths-local-reviews",
    tables={"deaths": DeathRegistration, "journeys": TreatmentJourney, "episodes": HospitalEpisode},
    contract=DeathReviewsCounted,
    rule=COUNTS,
    whole=ENGLAND_AND_WALES,
    sums=(
        Sum("sex", "all", ("male", "female")),
        Sum("age", "all", AGES),
    ),
    subject="drug poisoning",
    themes=DEATH_REVIEW_THEMES,
    lookups=tables_beside(__file__, "causes", "mentioned_substances", "diagnoses"),
    elsewhere=(ELSEWHERE, *UNKNOWN),
)
def drug_death_reviews() -> str:
    """Deaths by drug poisoning linked with treatment and hospital care, for local reviews.

    Of people whose death by drug poisoning was registered in three calendar years: whether they were in treatment for
    drugs or alcohol at the time of death, in the twelve months before, earlier or never; why their last journey ended
    and how long before the death; whether they were admitted to hospital in the twelve months before, and for what (the
    gravest of poisoning, drug-related disorders, anything else). Linked on a pseudonym that no result holds; deaths
    without one are `not known`. The three years do not overlap others, or a year would be the difference of two.
    Treatment in Wales and private treatment are not in the records (UNVERIFIED).
    Proved on made-up records; none were at hand.
    """
    return text_beside(__file__)
