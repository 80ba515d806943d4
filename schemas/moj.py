"""What the Ministry of Justice and its agencies publish, one model each; how files are read is the reader's."""

import pandas as pd

from schemas.columns import rows_check
from schemas.figure import KEY, Figure
from schemas.rules import ENGLAND_AND_WALES, Areas, amount, count

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
    categories=(rf"(community order|suspended sentence order)(: (?=.*\b{_REQUIREMENTS}\b)[a-z ]+)?",),
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
    categories=("all", r"[a-z][a-z -]+"),
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
    categories=("all", r"((female|male) establishments(: )?)?([a-z][a-z ]+)?"),
):
    """HMPPS annual digest: finds of drugs in prisons."""

    @rows_check(name="prisoners", error="the rate of finds is of another number of prisoners than there are")
    def of_prisoners(cls, figures: pd.DataFrame) -> pd.Series:
        rates = figures[figures["measure"].eq("rate of drug finds")]
        finds = figures[figures["measure"].eq("drug finds")].drop_duplicates(KEY).set_index(KEY[1:])["value"]
        of = 1000 * finds.reindex(pd.MultiIndex.from_frame(rates[KEY[1:]])).to_numpy() / rates["value"]
        nation = rates["area_code"].eq(ENGLAND_AND_WALES)
        most = nation.map({True: _PRISONERS[1], False: _IN_ONE_PRISON}).mask(
            rates["area_code"].str.startswith("prison-region"), _PRISONERS[1]
        )
        few = nation & rates["category"].eq("all") & (of < _PRISONERS[0])
        right: pd.Series = ~(few | ((rates["value"] > 0) & (of > most)))
        return right.reindex(figures.index, fill_value=True)
