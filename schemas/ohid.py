"""What the Office for Health Improvement and Disparities publishes, Public Health England before it.

One model each; how files are read is the reader's.
"""

import numpy as np

from schemas.coded import Coded, Truths
from schemas.columns import figures_rule
from schemas.decimals import broken, have_few_decimals
from schemas.figure import KEY, Figure
from schemas.rules import ENGLAND, SMALL, Areas, Periods, amount, count, estimated, percentage

_SUBSTANCE_GROUPS = ("all", "alcohol only", "non-opiate and alcohol", "non-opiate only", "opiate")
# Partnerships that plan together report together.
_JOINT = SMALL | {"E06000052": "Cornwall, where it is printed with the Isles of Scilly"}
_JOINT_AREA = "cornwall-and-isles-of-scilly"
_ANY_JOINT_AREA = r"[a-z]+(-[a-z]+)*-and(-[a-z]+)+"

_MORE_START = "more people start treatment than are in it"
_DIVIDED = "numbers of people are printed with a few decimals, as in another unit"


def _divided(figures: Coded, measure: str) -> Truths:
    """Estimates with a few decimals, where most have: they are whole, or keep all their decimals."""
    people = np.where(figures.have("measure", measure), figures.value, np.nan)
    few = broken(people) & have_few_decimals(people, 3)
    return few & (2 * few.sum() > np.count_nonzero(~np.isnan(people)))


def _more_start(figures: Coded) -> Truths:
    """More people who start treatment in a period than are in it, by more than both are rounded."""
    treated = figures.value_beside("people in treatment", figures.alike(*KEY[1:]))
    return figures.have("measure", "people starting treatment") & (figures.value > treated + 5)


class Fingertips(
    Figure,
    measures={
        "adults in treatment": count("people"),
        "rate in treatment": amount("per 1,000", rate_of="adults in treatment", most=1_000),
        "adults completing treatment": count("people"),
        "successful completion of treatment": percentage(share_of="adults completing treatment"),
        "adults in treatment after prison": count("people"),
        "continuity of care after prison": percentage(share_of="adults in treatment after prison"),
        "people not in treatment": estimated("people"),
        "not in treatment": percentage(share_of="people not in treatment"),
        "people using opiates and/or crack cocaine": estimated("people"),
        "prevalence of opiate and/or crack cocaine use": amount(
            "per 1,000", rate_of="people using opiates and/or crack cocaine", most=1_000
        ),
        # Deaths and admissions of which alcohol causes a share are counted by that share.
        "alcohol-specific deaths": estimated("deaths"),
        "alcohol-specific mortality": amount("per 100,000", rate_of="alcohol-specific deaths"),
        "alcohol-related admissions": estimated("admissions"),
        "rate of alcohol-related admissions": amount("per 100,000", rate_of="alcohol-related admissions"),
        "admissions for substance misuse": estimated("admissions"),
        "rate of admissions for substance misuse": amount("per 100,000", rate_of="admissions for substance misuse"),
        "deaths from drug misuse": estimated("deaths"),
        "mortality from drug misuse": amount("per 100,000", rate_of="deaths from drug misuse"),
    },
    periods={
        kind: Periods(2000, every=False)
        for kind in ("calendar_year", "financial_year", "three_years", "several_years", "quarter")
    },
    # A download holds the indicators and the kinds of area that were asked for.
    areas=Areas(also=("region", "upper tier", "lower tier"), partial=True),
    sexes=("all", "male", "female"),
    categories=("all", r"(narrow|broad)(: [a-z0-9 ]+)?", r"[a-z][a-z/-]+( (and/or|and|or) [a-z]+( [a-z]+)?)?"),
):
    """Fingertips: indicators of the public health profiles, as downloaded."""


class NdtmsAdults(
    Figure,
    measures={
        "people in treatment": count("people"),
        "people starting treatment": count("people"),
        "deaths in treatment": count("people"),
        "modelled deaths in treatment": estimated("people", nations=(), models="deaths in treatment"),
        "mental health treatment": count("people"),
        "family or parental intervention": count("people"),
        **{f"progress: {outcome}": count("people") for outcome in ("all", "abstinent", "completed", "reduced")},
        **{
            f"{work} at {point}": count("people")
            for work in ("any", "paid work", "training and education", "voluntary work", "no housing problem")
            for point in ("start", "review", "exit")
        },
    },
    periods={"financial_year": 2006},
    areas=Areas(nations=(ENGLAND,), also=("upper tier",), others=(_JOINT_AREA,), absent=_JOINT),
    sexes=("all", "male", "female"),
    categories=(*_SUBSTANCE_GROUPS, "living with children", "not living with children"),
):
    """Adult substance misuse treatment statistics."""

    @figures_rule(name="starting", error=_MORE_START)
    def no_more_than_in_treatment(cls, figures: Coded) -> Truths:
        return ~_more_start(figures)


class NdtmsSecureSettings(
    Figure,
    measures={
        "people in treatment": count("people"),
        "continuity of care": count("people"),
        "starting within three weeks": count("people"),
    },
    periods={"financial_year": 2015},
    areas=Areas(
        nations=(ENGLAND,),
        also=("region", "upper tier"),
        others=(_JOINT_AREA, "hackney-and-city-of-london"),
        absent=_JOINT | {"E09000012": "Hackney, where it is printed with the City of London"},
    ),
    sexes=("all", "male", "female"),
    ages=("all", "18 and over", "under 18"),
    categories=(*_SUBSTANCE_GROUPS, r"[a-z][a-z' -]+"),
):
    """Alcohol and drug treatment in secure settings."""


class NdtmsViewit(
    Figure,
    measures={
        "people in treatment": count("people"),
        "people starting treatment": count("people"),
        "deaths in treatment": count("people"),
        "in regular employment at start": count("people"),
        "in education at start": count("people"),
        "in unpaid voluntary work at start": count("people"),
        "no housing problem at start": count("people"),
    },
    periods={"financial_year": 2010},
    # A download holds the areas that were asked for.
    areas=Areas(also=("upper tier",), others=(_JOINT_AREA,), partial=True),
    sexes=("all", "male", "female"),
    ages=("all", r"\d+-\d+", r"\d+ and over"),
    categories=_SUBSTANCE_GROUPS,
):
    """NDTMS ViewIt: adults in treatment, as downloaded."""

    @figures_rule(name="starting", error=_MORE_START)
    def no_more_than_in_treatment(cls, figures: Coded) -> Truths:
        return ~_more_start(figures)


class NdtmsYoungPeople(
    Figure,
    measures={
        "people in treatment": count("people"),
        "stopping use": count("people"),
        "treatment exits": count("people"),
    },
    periods={"financial_year": 2006},
    areas=Areas(nations=(ENGLAND,)),
    ages=("under 12", r"1[2-7]-1[3-8]", "under 18"),
    categories=("all", r"[a-z][a-z /()-]{2,40}"),
):
    """Young people's substance misuse treatment statistics."""


class AlcoholDependence(
    Figure,
    measures={
        "adults dependent on alcohol": estimated("people"),
        "rate of alcohol dependence": amount("per 1,000", rate_of="adults dependent on alcohol", most=1_000),
    },
    # Estimates were by calendar year to 2014, and by financial year since.
    periods={"calendar_year": 2010, "financial_year": 2015},
    areas=Areas(nations=(ENGLAND,), levels=("upper tier",), also=("region",), others=(_JOINT_AREA,), absent=_JOINT),
):
    """Estimates of adults dependent on alcohol."""

    @figures_rule(name="decimals", error=_DIVIDED)
    def without_few_decimals(cls, figures: Coded) -> Truths:
        return ~_divided(figures, "adults dependent on alcohol")


class OcuPrevalence(
    Figure,
    measures={
        "estimated users": estimated("people"),
        "rate of use": amount("per 1,000", rate_of="estimated users", most=1_000),
    },
    # Estimates are made for some years only.
    periods={"financial_year": Periods(2005, every=False)},
    areas=Areas(nations=(ENGLAND,), also=("region", "upper tier"), others=(_ANY_JOINT_AREA,), absent=_JOINT),
    sexes=("all", "male", "female"),
    ages=("all", r"\d+-\d+"),
    categories=(r"(opiates and/or crack cocaine|opiates|crack cocaine): .+ method",),
):
    """Prevalence of opiate and crack cocaine use: estimates by area."""

    @figures_rule(name="decimals", error=_DIVIDED)
    def without_few_decimals(cls, figures: Coded) -> Truths:
        return ~_divided(figures, "estimated users")
