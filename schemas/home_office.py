"""What the Home Office publishes, one model each; how files are read is the reader's."""

import numpy as np
import pandas as pd

from schemas.columns import rows_check
from schemas.figure import Figure
from schemas.rules import ENGLAND, ENGLAND_AND_WALES, UNITED_KINGDOM, WALES, Areas, amount, count
from schemas.vocabulary import FRAUD_BODIES, NO_TOTAL

# Offences that forces recorded and took back in a later quarter, when the law or who records them changed.
_TAKEN_BACK = r"fraud offences|death or serious injury caused by (illegal|unlawful|dangerous) driving.*"
_OFFENCE = r"[a-z][a-z ,/():-]+"
_OF_REFERRALS = (
    rf"first responder {NO_TOTAL}[a-z ,&()'-]+|exploitation {NO_TOTAL}[a-z ,&-]+|location {NO_TOTAL}[a-z ]+"
    r"|(other|unknown) sex"
)
# In powers of ten: within what a whole and the sum of its parts agree, though all of them are rounded.
_ROUNDED = 0.2
_OUTSIDE_FORCES = ("british-transport-police", "manchester-airport", *FRAUD_BODIES)


class HomeOfficeRecordedCrime(
    Figure,
    measures={"recorded offences": count("offences", corrected=_TAKEN_BACK)},
    periods={"financial_year": 2003, "rolling_12_months": 2003},
    areas=Areas(
        nations=(ENGLAND, WALES, ENGLAND_AND_WALES),
        levels=("police force area",),
        others=_OUTSIDE_FORCES,
        # A force has a row for the offences that it recorded in the quarter, and none for the rest.
        ragged=".*",
    ),
    categories=(_OFFENCE,),
):
    """Police recorded crime by police force area, twelve months to the end of a quarter."""


class HomeOfficeOffencesByPartnership(
    Figure,
    measures={"recorded offences": count("offences", corrected=_TAKEN_BACK)},
    periods={"financial_year": 2003, "rolling_12_months": 2003},
    areas=Areas(
        nations=(ENGLAND, WALES),
        levels=("community safety partnership",),
        others=(*_OUTSIDE_FORCES, "unassigned(-[a-z]+)+", "former-partnership(-[a-z0-9]+)+"),
        ragged=".*",
    ),
    categories=(_OFFENCE,),
):
    """Police recorded crime by community safety partnership."""


# Drugs as they are listed, the rest of a class among them; another one is to be added here.
_DRUGS = (
    r"(all|(other |unspecified )?class [abc]( drugs)?|unspecified|other drugs|amphetamines?|anabolic steroids?"
    r"|barbiturates|benzodiazepines?|alprazolam|diazepam|temazepam|bzp( and related piperazines)?|buprenorphine"
    r"|cannabis( oil| other)?|(herbal|all|total) cannabis|cannabis (resin|plants)|cathinones?|mephedrone"
    r"|cocaine|crack|ecstasy|mdma"
    r"|fentanyls?|gabapentin|pregabalin|ghb|gbl|ghb/gbl|heroin|ketamine|khat|lsd|magic mushrooms|methadone"
    r"|methamphetamines?|methylphenidate|morphine|codeine|dihydrocodeine|nitazenes?|nitrous oxide|opium|pcp"
    r"|synthetic cannabinoids|synthetic opioids|tramadol|zolpidem|zopiclone|z-drugs)"
)


class HomeOfficeSeizures(
    Figure,
    measures={
        "seizures": count("seizures"),
        "quantity seized in kg": amount("kg"),
        "quantity seized in doses": amount("doses"),
        "quantity seized in plants": amount("plants"),
    },
    periods={"financial_year": 2007},
    areas=Areas(
        nations=(ENGLAND_AND_WALES,),
        levels=("police force area",),
        also=("region",),
        others=("border-force", "british-transport-police"),
    ),
    categories=(rf"(police|border force)(: {_DRUGS})?", _DRUGS),
):
    """Seizures of drugs in England and Wales."""

    @rows_check(name="seized", error="what all seized is far from what the police and Border Force seized together")
    def together(cls, figures: pd.DataFrame) -> pd.Series:
        parts = figures["category"].str.extract(r"^(?:(police|border force)(?:: |$))?(.*)$")
        by = pd.Series(parts[0].fillna("all").to_numpy(), name="by")
        of = figures[["measure", "area_code", "period_end"]].assign(drug=parts[1].replace("", "all"))
        keys = pd.MultiIndex.from_frame(of.assign(by=by.to_numpy()))
        values = pd.Series(figures["value"].to_numpy(), keys).groupby(level=list(range(5))).first().unstack("by")
        values = values.reindex(columns=["all", "police", "border force"])
        values = values[(values > 0).all(axis=1)]
        apart = np.log10(values["all"] / (values["police"] + values["border force"]))
        odd = pd.Series(False, index=apart.index)
        for column in (["measure", "period_end"], ["measure", "drug"]):
            odd |= apart.groupby(level=column).transform("median").abs() > _ROUNDED
        return ~pd.Series(odd.reindex(pd.MultiIndex.from_frame(of), fill_value=False).to_numpy(), figures.index)


class HomeOfficeNrm(
    Figure,
    measures={
        "referrals": count("referrals"),
        "reasonable grounds decisions": count("decisions"),
        "conclusive grounds decisions": count("decisions"),
    },
    periods={"quarter": 2009, "calendar_year": 2009},
    # Of the local authorities only those that referred somebody have a row.
    areas=Areas(nations=(UNITED_KINGDOM,), also=("upper tier", "lower tier"), partial=True),
    sexes=("all", "male", "female"),
    ages=("all", "18 and over", "under 18", "unknown"),
    categories=(
        "all",
        "positive",
        "negative",
        rf"((no )?county lines|{_OF_REFERRALS})(: ({_OF_REFERRALS}))*",
    ),
):
    """National Referral Mechanism: referrals of potential victims of modern slavery, and decisions."""
