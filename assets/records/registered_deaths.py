"""Registered deaths counted by cause and substance; the tables published of them are read by `ons_drug_deaths`."""

from pipeline.records.disclosure import COUNTS, Sum
from pipeline.records.extract import records, tables_beside, text_beside
from schemas.records.deaths import ELSEWHERE, DeathRegistration
from schemas.records.figures import DeathsCounted
from schemas.rules import ENGLAND_AND_WALES

AGES = ("under 20", "20-29", "30-39", "40-49", "50-69", "70 and over")
DELAYS = tuple(f"registered {when}" for when in ("within 4 weeks", "within 6 months", "within a year", "after a year"))


@records(
    publisher="ONS",
    page="https://digital.nhs.uk/services/primary-care-mortality-database",
    tables={"deaths": DeathRegistration},
    contract=DeathsCounted,
    rule=COUNTS,
    whole=ENGLAND_AND_WALES,
    sums=(
        Sum("sex", "all", ("male", "female")),
        Sum("age", "all", AGES),
        Sum("category", "drug poisoning", ("drug misuse",), rest=True),
        Sum("category", "drug poisoning", DELAYS),
    ),
    lookups=tables_beside(__file__, "causes", "mentioned_substances"),
    elsewhere=(ELSEWHERE,),
    differs="by rounding and hiding, by substances that are spelled otherwise than in the list, and where ONS judged a "
    "compound by hand",
)
def registered_deaths() -> str:
    """Deaths by drug poisoning and drug misuse, counted from registrations.

    One record a registered death of England and Wales. Drug poisoning is the underlying cause by code; drug misuse is
    drug abuse or dependence, or poisoning where a substance is mentioned that was controlled on the day of registration
    (tables of codes and substances beside the text; UNVERIFIED codes). Counted by year of registration, and `by
    occurrence` by year of death, which grows for years; the categories `registered within ...` are the delay between
    the two. A death counts in each kind of substance that is mentioned, so these add to more than all. Areas are those
    of today, and England and Wales has non-residents.
    Proved on made-up records; none were at hand.
    """
    return text_beside(__file__)
