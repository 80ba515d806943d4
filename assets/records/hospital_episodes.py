"""Hospital episodes counted by diagnosis; the text is beside, the tables published of them are the NHS's."""

from pipeline.records.disclosure import COUNTS, Sum
from pipeline.records.extract import records, tables_beside, text_beside
from schemas.records.episodes import UNKNOWN, HospitalEpisode
from schemas.records.figures import EpisodesCounted
from schemas.rules import ENGLAND

AGES = ("under 16", "16-24", "25-34", "35-44", "45-54", "55 and over")


@records(
    publisher="NHS England",
    page="https://digital.nhs.uk/data-and-information/data-tools-and-services/data-services/hospital-episode-statistics",
    tables={"episodes": HospitalEpisode},
    contract=EpisodesCounted,
    rule=COUNTS,
    whole=ENGLAND,
    year="financial",
    sums=(Sum("sex", "all", ("male", "female"), rest=True), Sum("age", "all", AGES, rest=True)),
    lookups=tables_beside(__file__, "diagnoses"),
    elsewhere=UNKNOWN,
    differs="where the published numbers have a later or another list of codes, and by hiding 1 to 4 where they hide 1 "
    "to 7",
)
def hospital_episodes() -> str:
    """Hospital admissions for drug poisoning and drug-related mental and behavioural disorders, counted from episodes.

    Finished admission episodes (the first of a spell, finished) by financial year of the last day and by primary
    diagnosis (table of codes beside the text; UNVERIFIED list). Admissions, not people. England has people
    whose residence is elsewhere or not known, and those whose sex or age is not known are in the whole alone.
    Proved on made-up records; none were at hand.
    """
    return text_beside(__file__)
