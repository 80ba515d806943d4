"""Metrics of the outcome "reducing drug-related crime"; each other outcome has a module of its own."""

from pipeline.metric import Series, count, crude_rate, metric, total
from pipeline.population import Rows

PRINTED = "measure = 'population'"

NEIGHBOURHOOD = {
    "residential burglary": "",
    "robbery": "Robbery includes robbery of business property, which the tables do not print apart.",
    "vehicle offences": "",
    "theft from the person": "",
}


@metric(tier="supporting", better="contextual", series=Series("crude_rate", "per 1,000"))
def drug_offences(ons_police_force_tables: Rows, ons_population: Rows) -> tuple[Rows, ...]:
    """Police recorded trafficking of drugs and possession of drugs offences.

    All drug offences recorded by the police in twelve months, by force, region, nation and community safety
    partnership. Numbers follow police activity as much as drug use, so neither direction is better. England and Wales
    includes the British Transport Police; offences "unassigned" to a partnership are kept apart. Greater Manchester is
    missing from the totals of releases of 2019 to 2021, whose notes say so. The tables do not split trafficking from
    possession.
    """
    offences = ons_police_force_tables.where("measure = 'recorded offences' AND category = 'drug offences'")
    printed = ons_police_force_tables.where(PRINTED)
    return count(offences), crude_rate(offences, ons_population, per=1_000, printed=printed)


@metric(
    tier="headline",
    better="lower",
    series=Series("crude_rate", "per 1,000", breakdown="police recorded"),
    target="140,000 fewer by March 2025, judged on the survey (baseline 1.96 million in the year to March 2020)",
)
def neighbourhood_crime(ons_police_force_tables: Rows, ons_population: Rows) -> tuple[Rows, ...]:
    """The number of neighbourhood crimes.

    Domestic burglary, personal robbery, vehicle offences and theft from the person. Police recorded: residential
    burglary, robbery, vehicle offences and theft from the person in twelve months. The force tables print robbery as a
    whole, so the police recorded total holds robbery of business property too. The offence codes of burglary changed
    in April 2017 and April 2023. Survey estimates and police records are two measures that never reconcile; vehicle
    offences of the police include interference and aggravated taking. Greater Manchester is missing from the totals of
    releases of 2019 to 2021, whose notes say so.
    """
    offences = ons_police_force_tables.where("measure = 'recorded offences'")
    parts = offences.where(f"category IN {tuple(NEIGHBOURHOOD)}")
    crimes = total(offences, NEIGHBOURHOOD, "all") | Rows(f"SELECT * FROM {parts}")
    named = "concat_ws(': ', 'police recorded', nullif(category, 'all'))"
    printed = ons_police_force_tables.where(PRINTED)
    return count(crimes, named), crude_rate(crimes, ons_population, per=1_000, breakdown=named, printed=printed)
