"""Words under which numbers stand in a workbook: those that mean the same are read, all others are refused."""

from pathlib import Path

import pandas as pd
import pytest

from pipeline.read.labels import heading
from pipeline.read.opening import Refused
from tests.reading import assert_same, lines, read_altered, sample_releases, sheets


def worded(source_id: str, printed: str, instead: str, folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The figures of the newest sample that prints a text, with another one in each of its cells and as they are."""
    for path, figures in reversed(list(sample_releases(source_id))):
        content = {"": lines(path)} if path.suffix == ".csv" else sheets(path)
        other = {
            sheet: [[instead if heading(cell) == printed else cell for cell in row] for row in rows]
            for sheet, rows in content.items()
        }
        if other != content:
            return read_altered(folder, source_id, other.get("", other)), figures
    raise LookupError(printed)


@pytest.mark.parametrize(
    ("source_id", "printed", "instead"),
    [
        ("ukhsa_uam", "number of participants tested", "Number of male participants tested"),
        ("ukhsa_uam", "number of participants tested", "Number of participants aged under 25 tested"),
        ("ukhsa_uam", "number of participants tested", "Number of participants vaccinated and tested"),
        ("ukhsa_uam", "number positive", "Number of women positive"),
        ("ukhsa_uam", "number positive", "Number with HIV"),
        ("ukhsa_uam", "prevalence (%)", "HIV prevalence (%)"),
        ("police_street_crime", "drugs", "Drug"),
        ("police_street_crime", "anti-social behaviour", "Anti social behaviour"),
        ("fingertips", "alcohol-specific mortality", "Years of life lost due to alcohol-specific conditions"),
        ("dfe_exclusions", "perm_theft", "perm_drug_alcohol_girls"),
        ("ukhsa_uam", "prevalence (%)", "Hepatitis B prevalence"),
        ("hmpps_digest", "incidents", "Incidents where cannabis was found"),
        ("hmpps_digest", "incidents", "Incidents of drug finds in cells"),
        ("hmpps_digest", "male", "Male prisoners under 25"),
        ("ndtms_secure_settings", "adults released with a treatment need", "Released from private prisons"),
        ("ndtms_secure_settings", "adults released with a treatment need", "Transferred to another prison"),
        ("ndtms_secure_settings", "adults released with a treatment need", "Adults released with an alcohol need"),
        ("ndtms_secure_settings", "young offender institution (18 to 21)", "Young offender institution (remand)"),
        ("ndtms_adults", "adults with a completed outcomes profile (number)",
         "Adults with a completed hepatitis C test"),
        ("ndtms_young_people", "referred on", "Transferred - in custody"),
        ("ndtms_young_people", "complete", "Completed free of cannabis"),
        ("home_office_nrm", "county lines flag", "County lines claims of children"),
        ("home_office_nrm", "no", "Not known"),
        ("home_office_nrm", "adult (18 or over)", "Adult, exploited as a child"),
        ("home_office_nrm", "adult (18 or over)", ""),
        ("home_office_nrm", "other", "Other or not known"),
        ("mhclg_homelessness", "households with unknown support needs owed duty", "Households with any drug needs"),
        ("csew_drug_misuse", "unweighted base - number of adults", "Unweighted base - number of parents"),
        ("ons_homicide", "victim or suspect known drug user", "Victim or suspect known drug user (cannabis)"),
        ("nhs_smoking_drinking_drugs", "unweighted base", "Unweighted base (Year 11)"),
    ],
)  # fmt: skip
def test_words_that_may_mean_another_quantity_are_refused(source_id, printed, instead, tmp_path):
    with pytest.raises(Refused):
        worded(source_id, printed, instead, tmp_path)


@pytest.mark.parametrize(
    ("source_id", "printed", "instead"),
    [
        ("ukhsa_uam", "number of participants tested", "Total number of participants tested"),
        ("ukhsa_uam", "number positive", "Number of participants positive"),
        ("ukhsa_uam", "number positive", "Number of people with hepatitis C"),
        ("ukhsa_uam", "prevalence (%)", "Hepatitis C prevalence (%)"),
        ("hmpps_digest", "incidents", "Number of incidents where drugs were found"),
        ("hmpps_digest", "incidents", "Incidents of drug finds"),
        ("hmpps_digest", "male", "Male establishments"),
        ("ndtms_secure_settings", "adults released with a treatment need", "Released from prison"),
        ("ndtms_secure_settings", "adults released with a treatment need", "Adults transferred to community treatment"),
        ("ndtms_adults", "adults with a completed outcomes profile (number)",
         "Adults with a treatment outcomes profile at exit"),
        ("ndtms_young_people", "referred on", "Transferred to another service"),
        ("ndtms_young_people", "complete", "Treatment completed free of drugs and alcohol"),
        ("home_office_nrm", "county lines flag", "Flagged as county lines"),
        ("home_office_nrm", "no", "Not flagged as county lines"),
        ("home_office_nrm", "adult (18 or over)", "Adults"),
        ("mhclg_homelessness", "households with no support needs owed duty", "Households with no support needs"),
        ("csew_drug_misuse", "unweighted base - number of adults", "Unweighted base - number of people"),
        ("ons_homicide", "victim or suspect known drug user", "Known drug user"),
        ("nhs_smoking_drinking_drugs", "unweighted base", "Unweighted base (number of pupils)"),
    ],
)  # fmt: skip
def test_words_that_mean_the_same_are_read(source_id, printed, instead, tmp_path):
    assert_same(*worded(source_id, printed, instead, tmp_path))
