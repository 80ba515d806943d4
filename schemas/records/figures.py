"""What is counted from each extract; the records that it is counted from are the other modules'."""

from schemas.figure import Figure
from schemas.rules import ENGLAND, ENGLAND_AND_WALES, WALES, Areas, Periods, count

_LEVELS = ("region", "upper tier")

# What a review of deaths asks, and the answers, of which one is that of each death.
DEATH_REVIEW_THEMES = {
    "Treatment for drugs or alcohol": tuple(
        f"treatment: {when}"
        for when in ("at the time of death", "within 12 months before", "earlier", "never", "not known")
    ),
    "How the last treatment ended": tuple(
        f"discharge: {why}" for why in ("treatment completed", "transferred", "dropped out", "other", "none")
    ),
    "Time from the end of treatment to the death": tuple(
        f"time since discharge: {span}" for span in ("up to 4 weeks", "up to 12 months", "longer", "none")
    ),
    "Hospital in the twelve months before": tuple(
        f"hospital: {why}"
        for why in (
            "poisoning",
            "mental and behavioural disorders",
            "other",
            "not in the 12 months before",
            "not known",
        )
    ),
}
_AGES = ("all", r"under \d\d", r"\d\d-\d\d", r"\d\d and over")
_SUBSTANCES = r"drug poisoning: [a-z ]+"


class StreetCrimesCounted(
    Figure,
    measures={"street-level crimes": count("crimes")},
    periods={"part_year": Periods(2010, every=False)},
    areas=Areas(
        nations=(),
        also=("police force area", "lower tier"),
        others=("british-transport-police", "police-service-of-northern-ireland"),
        partial=True,
    ),
    categories=(r"[a-z][a-z -]+",),
):
    """Street-level crime by force and district."""


class DeathsCounted(
    Figure,
    measures={"deaths": count("deaths"), "deaths by occurrence": count("deaths")},
    periods={"calendar_year": Periods(1990, every=False)},
    areas=Areas(nations=(ENGLAND, WALES, ENGLAND_AND_WALES), also=_LEVELS, partial=True),
    sexes=("all", "male", "female"),
    ages=_AGES,
    categories=("drug poisoning", "drug misuse", _SUBSTANCES, "registered [a-z0-9 ]+"),
):
    """Deaths by drug poisoning, counted from registrations."""


class JourneysCounted(
    Figure,
    measures={
        measure: count("people")
        for measure in (
            "people in treatment",
            "young people in treatment",
            "people starting treatment",
            "people completing treatment",
            "deaths in treatment",
            "people released",
            "continuity of care",
        )
    },
    periods={"financial_year": Periods(1990, every=False)},
    areas=Areas(nations=(ENGLAND,), also=_LEVELS, partial=True),
    sexes=("all", "male", "female"),
    categories=("all", "opiate", "non-opiate and alcohol", "non-opiate only", "alcohol only"),
):
    """People in treatment, counted from journeys."""


class EpisodesCounted(
    Figure,
    measures={"admissions": count("admissions")},
    periods={"financial_year": Periods(1990, every=False)},
    areas=Areas(nations=(ENGLAND,), also=_LEVELS, partial=True),
    sexes=("all", "male", "female"),
    ages=_AGES,
    categories=("poisoning by drug misuse", "mental and behavioural disorders"),
):
    """Hospital admissions, counted from episodes."""


class DeathReviewsCounted(
    Figure,
    measures={"deaths": count("deaths")},
    periods={"calendar_year": Periods(1990, every=False), "three_years": Periods(1992, every=False)},
    areas=Areas(nations=(ENGLAND, WALES, ENGLAND_AND_WALES), also=_LEVELS, partial=True),
    sexes=("all", "male", "female"),
    ages=_AGES,
    categories=("drug poisoning", _SUBSTANCES, *(part for parts in DEATH_REVIEW_THEMES.values() for part in parts)),
):
    """Deaths by drug poisoning with the treatment and the hospital care before them."""
