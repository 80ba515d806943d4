"""Metrics of the outcome "reducing drug-related deaths and harm"; each other outcome has a module of its own."""

from pipeline.metric import Series, count, crude_rate, metric, published
from pipeline.population import Rows


@metric(
    tier="headline",
    better="lower",
    series=Series("standardised_rate", "per million"),
    target="nearly 1,000 deaths prevented by March 2025 (modelled: cannot be read off this series)",
)
def drug_misuse_deaths(ons_drug_deaths: Rows, ons_drug_deaths_local: Rows, ons_population: Rows) -> tuple[Rows, ...]:
    """Deaths related to drug misuse.

    Deaths registered in the calendar year whose underlying cause is drug abuse or dependence, or drug poisoning where
    a drug controlled under the Misuse of Drugs Act 1971 is mentioned. Registrations, not deaths in the year: about half
    happened earlier. The breakdown `drug poisoning` is the wider measure; misuse is part of it, the two never add.
    England and Wales includes non-residents. National rates are per million, local ones per 100,000 over three years,
    both standardised to the European Standard Population 2013; rates are restated between releases while counts are
    not. New controls on drugs widen the definition over time (UNVERIFIED list of codes: F11-F16, F19, X40-X44,
    X60-X64, X85, Y10-Y14).
    """
    figures = ons_drug_deaths | ons_drug_deaths_local
    deaths = figures.where("measure = 'deaths'")
    cause = "CASE category WHEN 'drug misuse' THEN 'all' ELSE category END"
    return (
        count(deaths, cause),
        published(figures.where("measure = 'age-standardised rate'"), "standardised_rate", cause),
        published(figures.where("measure = 'age-specific rate'"), "crude_rate", cause),
        crude_rate(deaths, ons_population, per=100_000, breakdown=cause),
    )
