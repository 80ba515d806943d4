"""The record of an episode of admitted patient care, as the Hospital Episode Statistics give it."""

import pandera.pandas as pa

from schemas.columns import sql_rule
from schemas.records.record import OF_EACH, Day, Record, Text, Whole, icd_10, local_authority, pseudonym

# Residents of Wales as a whole, of Scotland, Northern Ireland, elsewhere, and those without an address.
UNKNOWN = ("W", "S", "N", "M", "Y", "X", "U", "Z")
# An X in place of a fourth character, then the dagger or asterisk and the fifth character of some codes.
_BEHIND = r"(?:X|-)?[0-9A-Z-]{0,2}"


class HospitalEpisode(Record):
    """One episode of care under one consultant; those of one stay are a spell, of which the first is the admission.

    Fields and codes of the HES data dictionary for admitted patient care,
    https://digital.nhs.uk/data-and-information/data-tools-and-services/data-services/hospital-episode-statistics/hospital-episode-statistics-data-dictionary
    (pseudonym of residence outside England UNVERIFIED).
    """

    encrypted_hesid: Text = pseudonym("pseudonym of the patient", nullable=True)
    epikey: Text = pa.Field(
        str_matches=r"\d{4,20}", unique=True, description="number of the episode", metadata={OF_EACH: True}
    )
    epistart: Day = pa.Field(description="first day of the episode")
    epiend: Day = pa.Field(nullable=True, description="last day of the episode; none while it is unfinished")
    epistat: Text = pa.Field(isin=["1", "3", "9"], description="1 unfinished, 3 finished, 9 derived unfinished")
    epiorder: Whole = pa.Field(
        in_range={"min_value": 1, "max_value": 99}, description="place in the spell, 1 the admission; 98 and 99 unknown"
    )
    admidate: Day = pa.Field(description="day of admission")
    admimeth: Text = pa.Field(
        isin=["11", "12", "13", "21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D", "31", "32", "81", "82",
              "83", "84", "89", "98", "99"],
        description="method of admission: 11 to 13 elective, 21 to 2D emergency, 31 and 32 maternity, 81 to 89 other",
    )  # fmt: skip
    diag_01: Text = icd_10("primary diagnosis", more=_BEHIND)
    diag_02: Text = icd_10("second diagnosis", more=_BEHIND, nullable=True)
    sex: Text = pa.Field(isin=["1", "2", "0", "9"], description="1 male, 2 female, 0 not known, 9 not specified")
    startage: Whole = pa.Field(
        nullable=True, in_range={"min_value": 0, "max_value": 7007}, description="age in years; 7001 to 7007 under one"
    )
    resladst_ons: Text = local_authority("local authority of residence", *UNKNOWN)

    ends_after_start = sql_rule(
        "ends_after_start", "an episode ends before it starts", "epiend IS NULL OR epiend >= epistart"
    )
    starts_after_admission = sql_rule(
        "starts_after_admission", "an episode starts before the admission", "epistart >= admidate"
    )
    finished_has_end = sql_rule(
        "finished_has_end", "a finished episode has no last day", "epistat <> '3' OR epiend IS NOT NULL"
    )
    in_these_years = sql_rule(
        "in_these_years",
        "a day is before 1989 or still to come",
        "admidate >= DATE '1989-01-01' AND epistart <= current_date AND (epiend IS NULL OR epiend <= current_date)",
    )
    years_of_age = sql_rule(
        "years_of_age", "an age above 125 that is no code", "startage IS NULL OR startage <= 125 OR startage >= 7001"
    )
