"""What words around numbers say against them."""

import pytest

from pipeline.read.wording import another


@pytest.mark.parametrize(
    ("printed", "unit", "says"),
    [
        ("Theft offences old", "offences", "old"),
        ("Theft offences (draft)", "offences", "draft"),
        ("Sum of theft and robbery", None, "sum of"),
        ("TEST theft offences", None, "test"),
        ("heroin plus morphine", "deaths", "n plus m"),
        ("Prevalence (%) plus Prevalence (%)", "percent", ") plus p"),
        ("Deaths (cumulative)", "deaths", "cumulative"),
        ("Change in deaths", "deaths", "change in"),
        ("Index (2010 = 100)", "deaths", "index"),
        ("Scotland", None, "scotland"),
        ("Deaths (%)", "deaths", "%"),
        ("Deaths_per_1,000", "deaths", "per 1,000"),
        ("Rate of deaths", "deaths", "rate"),
        ("Rate of deaths", "per million", ""),
        ("Prevalence (%)", "percent", ""),
        ("Rate of deaths", None, ""),
        ("Proven reoffending by index offence", "offenders", ""),
        ("Test Valley", None, ""),
        ("Old age", "households", ""),
        ("Former asylum seeker", "households", ""),
        ("New psychoactive substances", "people", ""),
        ("75 plus", "people", ""),
    ],
)
def test_a_heading_says_that_numbers_are_of_something_else(printed, unit, says):
    assert another(printed, unit) == says
