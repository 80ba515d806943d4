"""What the Ministry of Justice and its agencies publish, one model each; how files are read is the reader's."""

import numpy as np

from schemas.coded import Coded, Truths
from schemas.columns import figures_rule
from schemas.figure import KEY, Figure
from schemas.rules import ENGLAND_AND_WALES, Areas, amount, count
from schemas.vocabulary import NO_TOTAL

_REQUIREMENTS = (
    r"(?:activity|activities|programme|attendance|curfew|drug|alcohol|electronic|monitoring|exclusion|mental|prohibited"
    r"|rehabilitation|resid\w+|specified|supervision|travel|treatment|work|education|accommodation|other)"
)
_REGION = r"probation-region(-[a-z]+)+"
# Prisons have held 78,000 to 88,000 since 2010.
_PRISONERS = (40_000, 200_000)
# The largest prison holds 2,100; several in a place may have one name.
_IN_ONE_PRISON = 6_000


class MojOffenderManagement(
    Figure,
    measures={"requirements started": count("requirements")},
    periods={"quarter": 2005, "calendar_year": 2005},
    areas=Areas(nations=(ENGLAND_AND_WALES,), others=(_REGION,)),
    categories=(rf"(community order|suspended sentence order)(: {NO_TOTAL}(?=.*\b{_REQUIREMENTS}\b)[a-z ]+)?",),
):
    """Offender management statistics: requirements of community and suspended sentence orders."""


class MojReoffending(
    Figure,
    measures={"offenders in cohort": count("offenders"), "reoffenders": count("offenders")},
    periods={"quarter": 2005, "rolling_12_months": 2005, "calendar_year": 2005, "financial_year": 2005},
    areas=Areas(
        nations=(ENGLAND_AND_WALES,),
        also=("region", "police force area", "upper tier"),
        ragged=".*",
    ),
    sexes=("all", "male", "female"),
    ages=("all", r"\d+-\d+", r"\d+ and over"),
    categories=("all", rf"{NO_TOTAL}[a-z][a-z -]+"),
):
    """Proven reoffending: offenders of a cohort, and those who reoffended within a year."""


class HmppsDigest(
    Figure,
    measures={
        "drug finds": count("incidents"),
        "prison population": count("prisoners"),
        "rate of drug finds": amount("per 1,000 prisoners"),
    },
    periods={"financial_year": 2010},
    areas=Areas(nations=(ENGLAND_AND_WALES,), others=(r"prison(-[a-z]{2,})+", "prison-feltham-[ab]")),
    categories=("all", rf"((female|male) establishments(: )?)?({NO_TOTAL}[a-z][a-z ]+)?"),
):
    """HMPPS annual digest: finds of drugs in prisons."""

    @figures_rule(name="prisoners", error="the rate of finds is of another number of prisoners than there are")
    def of_prisoners(cls, figures: Coded) -> Truths:
        rates = figures.have("measure", "rate of drug finds")
        finds = figures.value_beside("drug finds", figures.alike(*KEY[1:]))
        with np.errstate(divide="ignore", invalid="ignore"):
            prisoners = np.where(rates & (figures.value > 0), 1000 * finds / figures.value, np.nan)
        nation = figures.have("area_code", ENGLAND_AND_WALES)
        several = nation | figures.each("area_code", lambda code: code.startswith("prison-region"))
        few = nation & figures.have("category", "all") & (prisoners < _PRISONERS[0])
        return ~(few | (prisoners > np.where(several, _PRISONERS[1], _IN_ONE_PRISON)))
