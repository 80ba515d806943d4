"""Metrics of this project's own column: the strategy's numbered targets, which the framework does not list.

Targets run over the three years from April 2022 unless they say otherwise, so one year's value is no progress. Target,
page and quotation of each stand in the register of printed figures.
"""

from pipeline.calculate.derived import (
    PERCENT_OF_TARGET,
    accumulated,
    as_figures,
    not_calculated,
    progress,
    since,
    targets_of,
)
from pipeline.calculate.metric import Series, metric
from pipeline.calculate.rates import draft
from pipeline.calculate.rows import Rows
from schemas.rules import ENGLAND, ENGLAND_AND_WALES
from schemas.vocabulary import CONTEXT

BASELINE = "2022-03-31"
MODELLED = "a modelled counterfactual that no published series shows"
NOT_COUNTED = "no figure is in the register"


def _only_stated(metric_id: str, register: Rows, why: str) -> tuple[Rows, ...]:
    targets = targets_of(metric_id, register)
    stated = draft(targets, "progress", "measure")
    return not_calculated(targets.where("measure = 'target'"), why), stated


def _beside(observed: Rows, statistic: str, named: str) -> Rows:
    """Observations of another metric that are shown as context of a target which they do not measure."""
    limits = {"lower": "lower_95", "upper": "upper_95", "numerator": "numerator", "denominator": "denominator"}
    return draft(as_figures(observed), statistic, f"'{CONTEXT}{named}'", method="method", **limits)


def _in_register(metric_id: str, register: Rows, measure: str) -> tuple[Rows, ...]:
    targets = targets_of(metric_id, register)
    return progress(accumulated(register.where(f"measure = '{measure}'"), targets), targets)


def _more_in_treatment(metric_id: str, numbers: Rows, register: Rows, *groups: str) -> tuple[Rows, ...]:
    england = numbers.where(f"statistic = 'count' AND area_code = '{ENGLAND}' AND period_kind = 'financial_year'")
    # The baseline is published: what is counted of records has another, and the difference of the two says nothing.
    people = england.where("sex = 'all' AND age = 'all' AND source <> 'treatment_journeys'")
    return progress(since(BASELINE, people, groups), targets_of(metric_id, register))


@metric(tier="headline", better="higher", series=PERCENT_OF_TARGET)
def crimes_prevented(published_figures: Rows) -> tuple[Rows, ...]:
    """740,000 crimes prevented through treatment by the end of 2024/25.

    Modelled by the strategy: a counterfactual, which no count of crimes shows.
    """
    return _only_stated("crimes_prevented", published_figures, MODELLED)


@metric(tier="supporting", better="higher", series=PERCENT_OF_TARGET)
def neighbourhood_crimes_prevented(published_figures: Rows, neighbourhood_crime: Rows) -> tuple[Rows, ...]:
    """of which 140,000 neighbourhood crimes such as burglary, robbery and theft.

    Part of the 740,000 crimes, and modelled as they are: how many there would have been cannot be read off the crimes
    there were. Those that the survey estimates for England and Wales stand beside it as context.
    """
    incidents = neighbourhood_crime.where("breakdown = 'survey' AND unit = 'incidents'")
    stated = _only_stated("neighbourhood_crimes_prevented", published_figures, MODELLED)
    return *stated, _beside(incidents, "estimate", "incidents in the survey")


@metric(tier="headline", better="higher", series=PERCENT_OF_TARGET)
def disruptions_delivered(organised_crime_disruptions: Rows, published_figures: Rows) -> tuple[Rows, ...]:
    """6,400 disruptions against organised criminals.

    Major and moderate disruptions since April 2022, added up by financial year. The strategy says 6,400; one widely
    copied slide prints 64,000, which stands beside it and is not what progress is judged against.
    """
    targets = targets_of("disruptions_delivered", published_figures)
    counted = organised_crime_disruptions.where("statistic = 'count' AND breakdown = 'all'")
    return progress(accumulated(as_figures(counted), targets), targets)


@metric(tier="headline", better="higher", series=PERCENT_OF_TARGET)
def treatment_places(numbers_in_treatment: Rows, published_figures: Rows) -> tuple[Rows, ...]:
    """54,500 new high-quality drug and alcohol treatment places by the end of 2024/25.

    People in treatment, adults and young people, less those of 2021/22. Places are not counted anywhere; people in
    treatment stand for them. A slide rounds the target to 54,000, which stands beside it.
    """
    return _more_in_treatment("treatment_places", numbers_in_treatment, published_figures, "adults", "young people")


@metric(tier="supporting", better="higher", series=PERCENT_OF_TARGET)
def treatment_places_ocu(numbers_in_treatment: Rows, published_figures: Rows) -> tuple[Rows, ...]:
    """21,000 places for people who use opiates and crack cocaine.

    Adults of the opiate group in treatment, less those of 2021/22. People who use crack without opiates are counted in
    the non-opiate groups and cannot be told apart, so progress is understated. The target is UNVERIFIED.
    """
    return _more_in_treatment("treatment_places_ocu", numbers_in_treatment, published_figures, "adults: opiate")


@metric(tier="supporting", better="higher", series=PERCENT_OF_TARGET)
def treatment_places_non_opiate(numbers_in_treatment: Rows, published_figures: Rows) -> tuple[Rows, ...]:
    """30,000 places for people who use non-opiate drugs and alcohol.

    Adults of the three groups without opiates in treatment, less those of 2021/22; they include people who use crack
    without opiates. The target is UNVERIFIED.
    """
    groups = ("adults: non-opiate only", "adults: non-opiate and alcohol", "adults: alcohol only")
    return _more_in_treatment("treatment_places_non_opiate", numbers_in_treatment, published_figures, *groups)


@metric(tier="supporting", better="higher", series=PERCENT_OF_TARGET)
def treatment_places_rough_sleeping(published_figures: Rows) -> tuple[Rows, ...]:
    """7,500 places for people who are rough sleeping or at immediate risk.

    No figure of them is in the register. The target is UNVERIFIED.
    """
    return _only_stated("treatment_places_rough_sleeping", published_figures, NOT_COUNTED)


@metric(tier="supporting", better="higher", series=PERCENT_OF_TARGET)
def treatment_place_for_every_offender(continuity_of_care: Rows) -> tuple[Rows, ...]:
    """A treatment place for every offender with an addiction.

    The strategy gives no number, so there is no progress to calculate. Shown beside it: the share of adults leaving
    prison with a need who start treatment within three weeks.
    """
    shares = continuity_of_care.where(f"statistic = 'proportion' AND area_code = '{ENGLAND}'")
    whole = shares.where("breakdown = 'all' AND sex = 'all' AND age = 'all'")
    context = _beside(whole, "proportion", "continuity of care")
    return not_calculated(as_figures(whole), "the strategy gives no number"), context


@metric(tier="headline", better="higher", series=PERCENT_OF_TARGET)
def long_term_recovery(published_figures: Rows, treatment_progress: Rows) -> tuple[Rows, ...]:
    """24,000 more people in long-term recovery by the end of 2024/25.

    Modelled by the strategy: long-term recovery is not counted anywhere. Adults who show substantial progress in
    treatment, which is another thing, stand beside it as context.
    """
    people = treatment_progress.where(f"statistic = 'count' AND breakdown = 'all' AND area_code = '{ENGLAND}'")
    context = _beside(people, "count", "people showing substantial progress")
    return *_only_stated("long_term_recovery", published_figures, MODELLED), context


@metric(tier="supporting", better="higher", series=PERCENT_OF_TARGET)
def police_officers(published_figures: Rows) -> tuple[Rows, ...]:
    """20,000 more police officers.

    Officers recruited by the police uplift programme from April 2020 to March 2023, a target older than the strategy
    (UNVERIFIED).
    """
    return _in_register("police_officers", published_figures, "officers recruited")


@metric(tier="supporting", better="higher", series=PERCENT_OF_TARGET)
def young_people_places(numbers_in_treatment: Rows, published_figures: Rows) -> tuple[Rows, ...]:
    """5,000 more young people in treatment by the end of 2024/25.

    People of 17 and under in treatment, less those of 2021/22.
    """
    return _more_in_treatment("young_people_places", numbers_in_treatment, published_figures, "young people")


@metric(tier="headline", better="higher", series=PERCENT_OF_TARGET)
def county_lines_dismantled(county_lines_closed: Rows, published_figures: Rows) -> tuple[Rows, ...]:
    """2,000 more county lines dismantled.

    Lines closed by the programme's taskforces since April 2022, as printed for that time. Totals of the whole programme
    since 2019 are another series.
    """
    targets = targets_of("county_lines_dismantled", published_figures)
    closed = as_figures(county_lines_closed.where("breakdown = 'taskforces' AND statistic = 'count'"))
    return progress(accumulated(closed, targets), targets)


@metric(tier="headline", better="higher", series=PERCENT_OF_TARGET)
def deaths_prevented(published_figures: Rows, drug_misuse_deaths: Rows) -> tuple[Rows, ...]:
    """1,000 deaths prevented by the end of 2024/25.

    Modelled by the strategy: how many would have died without it cannot be read off the deaths there were. Those that
    were registered in England stand beside it as context.
    """
    deaths = drug_misuse_deaths.where(f"area_code = '{ENGLAND}' AND statistic = 'count'")
    whole = deaths.where("breakdown = 'all' AND sex = 'all' AND age = 'all' AND period_kind = 'calendar_year'")
    context = _beside(whole, "count", "deaths registered")
    return *_only_stated("deaths_prevented", published_figures, MODELLED), context


@metric(tier="supporting", better="higher", series=PERCENT_OF_TARGET)
def treatment_workers(published_figures: Rows) -> tuple[Rows, ...]:
    """950 more drug and alcohol and criminal justice workers.

    Posts recruited by local government since April 2022, as reports quote them.
    """
    return _in_register("treatment_workers", published_figures, "posts recruited")


@metric(tier="supporting", better="higher", series=PERCENT_OF_TARGET)
def clinical_professionals(published_figures: Rows) -> tuple[Rows, ...]:
    """800 more medical, mental health and other professionals.

    The National Audit Office found slower progress here in October 2023 and gave no number (UNVERIFIED).
    """
    return _only_stated("clinical_professionals", published_figures, NOT_COUNTED)


@metric(
    tier="headline",
    better="lower",
    series=Series("progress", "percentage points", age="16-59", nation=ENGLAND_AND_WALES),
)
def drug_use_thirty_year_low(drug_use_last_year: Rows) -> tuple[Rows, ...]:
    """30-year low: drug use at its lowest since 1991.

    How far each year's share of people aged 16 to 59 who used any drug lies above the lowest of the series before it;
    below nothing is a new low. An ambition for ten years from December 2021. The survey begins in 1995, so a low since
    1991 cannot be shown.
    """
    years = as_figures(drug_use_last_year.where(f"statistic = 'proportion' AND area_code = '{ENGLAND_AND_WALES}'"))
    whole = years.where("category = 'all' AND sex = 'all' AND age = '16-59' AND value IS NOT NULL")
    lowest = Rows(f"""
        SELECT later.*, min(earlier.value) AS lowest, arg_min(earlier.period_label, earlier.value) AS lowest_in
        FROM {whole} AS later JOIN {whole} AS earlier
             ON earlier.released = later.released AND earlier.period_end < later.period_end
        GROUP BY ALL
    """)
    return (
        draft(lowest, "progress", "'all'", unit="'percentage points'", value="value - lowest", lower="NULL",
              upper="NULL", numerator="value", denominator="lowest", method="'value less the lowest before it'",
              note="trim(note || ' Lowest before: ' || round(lowest, 1) || ' in ' || lowest_in || '.')"),
    )  # fmt: skip
