"""What the Office for National Statistics publishes, one model each; how files are read is the reader's."""

import re

import numpy as np
import pandas as pd

from schemas.coded import Coded, Truths, paired
from schemas.columns import figures_rule, rows_check
from schemas.decimals import broken
from schemas.figure import Figure
from schemas.rules import (
    ENGLAND,
    ENGLAND_AND_WALES,
    WALES,
    Areas,
    Periods,
    amount,
    count,
    estimated,
    made_of,
    percentage,
)
from schemas.vocabulary import FRAUD_BODIES

# A word that the name of an offence or of a group of offences has, and a note or a lost heading has not.
_OFFENCES = (
    "(offences?|crimes?|fraud|thefts?|shoplifting|burglary|robbery|damage|arson|homicide|driving|stalking|harassment"
    "|violence|violent|assault|wounding|vandalism|injury|drugs?|weapons|rape|mugging|computer misuse|bicycles?)"
)
# The words of the underlying causes of death: one of a new cause is to be added here.
_CAUSES = (
    "accidental|alcohol|and|assault|behavioural|biological|by|chemicals|disorders|drug|drugs|due|excluding|exposure"
    "|homicide|intent|intentional|medicaments|mental|noxious|of|or|other|poisoning|self|solvents|substances|suicide"
    "|suicides|the|to|tobacco|undetermined|unspecified|use|volatile"
)
# In powers of ten, with some room.
_TENFOLD = 0.7
# Half of the last decimal of a rate, with some room; and so many odd ones are no slip of one number.
_ROUNDED_RATE, _SEVERAL = 0.051, 3
# What the category of a rate says more than that of its offences.
_PER_WHAT = re.compile(r" \((?:per 1,000 )?(?:households?|population)\)$")
_BAND = (r"under \d+", r"\d+-\d+", r"\d+ and over")


class OnsDrugDeaths(
    Figure,
    measures={
        "deaths": count("deaths", nations=(ENGLAND, WALES)),
        "age-standardised rate": amount("per million", "per 100,000", nations=(ENGLAND, WALES), rate_of="deaths"),
        "age-specific rate": amount("per million", "per 100,000", nations=(ENGLAND_AND_WALES,), rate_of="deaths"),
        "median registration delay": amount("days", nations=(ENGLAND, WALES)),
    },
    periods={"calendar_year": 1993},
    areas=Areas(nations=(ENGLAND, WALES), levels=("region",)),
    sexes=("all", "male", "female"),
    ages=("all", r"\d", *_BAND),
    # Deaths that mention a substance stand beside those by cause, each substance under its own name.
    # In their names a digit says where in a molecule something is: "bzp (1-benzylpiperazine)".
    categories=(
        rf"drug (misuse|poisoning)(, {made_of(_CAUSES)})?",
        r"(?!drug (misuse|poisoning)\b)(?=.{3,90}$)([a-z]|\d-)[a-z /,:()-]*(\d-[a-z /,:()-]+)*",
    ),
):
    """Deaths related to drug poisoning in England and Wales."""


class OnsDrugDeathsLocal(
    Figure,
    measures={"deaths": count("deaths"), "age-standardised rate": amount("per 100,000", rate_of="deaths")},
    periods={"calendar_year": 1993, "three_years": 1995},
    areas=Areas(
        nations=(ENGLAND, WALES),
        levels=("region", "upper tier", "lower tier"),
        also=("metropolitan county", "inner and outer London"),
    ),
    sexes=("all", "male", "female"),
    categories=("drug misuse", "drug poisoning"),
):
    """Deaths related to drug poisoning by local authority, England and Wales."""


class CsewCrime(
    Figure,
    measures={
        "survey incidents": estimated("incidents"),
        "survey rate": amount("per 1,000 adults", "per 1,000 households", rate_of="survey incidents"),
    },
    # The survey was taken every other year, or later, at first, and by telephone in 2020/21.
    periods={
        "survey_year": Periods(
            1981, without=(1982, 1984, 1985, 1986, 1988, 1989, 1990, 1992, 1994, 1996, 1998, 2000, 2001, 2021, 2022)
        ),
    },
    areas=Areas(nations=(ENGLAND_AND_WALES,)),
    categories=(rf"(?=.*\b{_OFFENCES}\b)[a-z][a-z /()-]+",),
):
    """Crime in England and Wales: appendix tables of the crime survey."""

    @figures_rule(name="decimals", error="numbers in thousands are printed with decimals, as in another unit")
    def without_decimals(cls, figures: Coded) -> Truths:
        # Older workbooks keep all decimals of numbers that they show in whole thousands.
        incidents = np.where(figures.have("measure", "survey incidents"), figures.value, np.nan)
        few = broken(incidents / 1_000) & ~broken(incidents)
        return ~(few & (2 * few.sum() > np.count_nonzero(~np.isnan(incidents))))


class CsewDrugMisuse(
    Figure,
    measures={"last year drug use": percentage(), "frequent drug use": percentage()},
    # The survey was taken every other year at first, by telephone and without drugs in 2020/21.
    periods={"survey_year": Periods(1995, without=(1996, 1998, 2000, 2001, 2021, 2022)), "part_year": 2022},
    areas=Areas(nations=(ENGLAND_AND_WALES,), also=("region",)),
    sexes=("all", "male", "female"),
    ages=(r"\d+-\d+",),
    categories=(r"[a-z][a-z/ -]{1,50}( \([a-z ]+\))?(, [^:.]{3,110}: [^.]{1,70}\.?[^.]{0,40}\.?\)?)?",),
):
    """Drug misuse in England and Wales, from the crime survey."""

    @rows_check(name="tables", error="the shares of a table are about ten times, or a tenth of, those of another table")
    def of_one_size(cls, figures: pd.DataFrame) -> pd.Series:
        shares = figures[figures["value"] > 0]
        table = shares["cell"].str.replace(r"!\w+$", "", regex=True)
        drugs = shares["category"].str.replace(",.*", "", regex=True)
        drug = [shares["measure"], shares["period_end"], shares["age"], drugs]
        # Of all people, or of groups that lie about them.
        typical = np.log10(shares["value"]).groupby([*drug, table]).median()
        by_drug = typical.groupby(level=[0, 1, 2, 3])
        apart = (by_drug.transform("max") - by_drug.transform("min"))[by_drug.transform("size") > 1]
        # A drug that one in a hundred took is as common in every table; rarer ones are so where most of a table are.
        common = by_drug.transform("max")[apart.index] >= 0
        odd = (apart.groupby(level=4).median() > _TENFOLD) | (common & (apart > _TENFOLD)).groupby(level=4).any()
        return ~table.isin(odd.index[odd]).reindex(figures.index, fill_value=False)


class OnsHomicide(
    Figure,
    measures={"homicides": count("homicides")},
    periods={"financial_year": 1977},
    areas=Areas(nations=(ENGLAND_AND_WALES,)),
    categories=(
        "all",
        "any",
        "dealer",
        "user",
        # Others in the publication's words.
        r"(victim|suspect|motive|drug|other|not|no|unknown)\b([a-z /-]|, or){0,80}",
    ),
):
    """Homicide in England and Wales: those that involve drugs."""


class OnsPoliceForceTables(
    Figure,
    measures={
        "recorded offences": count("offences"),
        "rate of recorded offences": amount(
            "per 1,000 population", "per 1,000 households", rate_of="recorded offences"
        ),
        "population": count("population"),
        "households": count("households"),
    },
    periods={"financial_year": 2003, "rolling_12_months": 2003},
    areas=Areas(
        nations=(ENGLAND, WALES),
        levels=("police force area",),
        also=("region", "community safety partnership"),
        others=("british-transport-police", "manchester-airport", "unassigned(-[a-z]+)+", *FRAUD_BODIES),
    ),
    categories=("all", rf"(?=.*\b{_OFFENCES}\b)[a-z][a-z ,-]+( \([a-z0-9, ]+\))?"),
):
    """Crime in England and Wales: police force area data tables."""

    @figures_rule(name="rates", error="the rates of a column, or of an area, are not the offences by the people beside")
    def rates_of_offences(cls, figures: Coded) -> Truths:
        rated = figures.have("measure", "rate of recorded offences")
        names = pd.Index([_PER_WHAT.sub("", text) for text in figures.texts("category")])
        offence = names.factorize()[0][figures.codes("category")]
        place = figures.alike("area_code", "period_end")
        offences = figures.value_beside("recorded offences", paired(place, offence))
        population, households = (figures.value_beside(name, place) for name in ("population", "households"))
        people = np.where(figures.have("unit", "per 1,000 households"), households, population)
        with np.errstate(divide="ignore", invalid="ignore"):
            by_count = np.where(rated, 1_000 * offences / people, np.nan)
        # A rate of an offence that nobody counted has another name here than there.
        counted = np.bincount(offence, rated & ~np.isnan(offences))
        right = ~rated | (counted > 0)[offence] | (counted == 0).all()
        # Rates are printed with one decimal at least, and people rounded to the nearest hundred.
        odd = np.abs(figures.value - by_count) > _ROUNDED_RATE + by_count * 50 / people
        there = np.isfinite(by_count)
        for line in (figures.alike("period_end", "category"), figures.alike("period_end", "area_code")):
            wrong, all_there = (np.bincount(line, which)[line] for which in (odd & there, there))
            right &= ~(odd & there & (2 * wrong > all_there) & (all_there >= _SEVERAL))
        return right


class OnsPopulation(
    Figure,
    measures={"population": count("people")},
    periods={"calendar_year": 1971},
    # Estimates of authorities stand in some editions without those of nations and regions.
    areas=Areas(
        nations=(),
        also=("region", "upper tier", "lower tier", "metropolitan county", "inner and outer London"),
    ),
    sexes=("all", "male", "female"),
    ages=("all", r"\d\d?", r"\d+-\d+", r"\d+ and over"),
):
    """Population estimates for the United Kingdom, England and Wales, Scotland and Northern Ireland."""


class OnsGeography(
    Figure,
    measures={
        name: count("area")
        for name in (
            "area",
            "member of region",
            "member of upper-tier authority",
            "member of police force area",
            "member of community safety partnership",
        )
    },
    periods={"calendar_year": Periods(2009, every=False, ahead=True)},
    areas=Areas(nations=(), partial=True),
    categories=("all", r"[A-Z]\d{8}"),
):
    """Lookups between statistical areas."""


class OnsBoundaries(
    Figure,
    measures={"area": amount("area")},
    periods={"calendar_year": Periods(2009, every=False, ahead=True)},
    areas=Areas(nations=(), partial=True),
):
    """Boundaries of statistical areas."""
