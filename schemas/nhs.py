"""What NHS England publishes, one model each; how files are read is the reader's."""

from schemas.figure import Figure
from schemas.rules import ENGLAND, SMALL, Areas, Periods, amount, count, percentage


class NhsHospitalAdmissions(
    Figure,
    measures={
        "admissions": count("admissions"),
        "age-standardised rate of admissions": amount("per 100,000", rate_of="admissions"),
    },
    periods={"financial_year": 2006, "part_year": 2006},
    areas=Areas(
        nations=(ENGLAND,),
        also=("region", "upper tier", "police force area"),
        others=("unknown-residence",),
        absent=SMALL,
    ),
    sexes=("all", "male", "female"),
    ages=("all", r"under \d+", r"\d+-\d+", r"\d+ and over"),
    categories=("assault by sharp object", "mental and behavioural disorders", "poisoning by drug misuse"),
):
    """Hospital admissions: drug-related disorders, poisoning by drug misuse, assault by sharp object."""


class NhsSmokingDrinkingDrugs(
    Figure,
    measures={
        "pupils asked": count("pupils"),
        "taken drugs ever": percentage(),
        "taken drugs in the last month": percentage(within="taken drugs in the last year"),
        "taken drugs in the last year": percentage(within="taken drugs ever"),
        "acceptable to try once": percentage(),
        "acceptable once a week": percentage(within="acceptable to try once"),
    },
    # Every other year since 2014, and a year late in 2021.
    periods={"survey_year": Periods(1998, without=(2000, 2015, 2017, 2019, 2020, 2022, 2024))},
    areas=Areas(nations=(ENGLAND,), also=("region",)),
    sexes=("all", "male", "female"),
    ages=("all", r"1\d"),
    categories=("all", r"[a-z][a-z /-]{2,40}"),
):
    """Smoking, drinking and drug use among young people in England."""
