"""The record of a registered death, as the civil registration data give it to approved users."""

import pandera.pandas as pa

from schemas.columns import sql_rule
from schemas.records.record import Day, Record, Text, Whole, icd_10, local_authority, pseudonym

# Residents of neither England nor Wales.
ELSEWHERE = "J99000001"


class DeathRegistration(Record):
    """One registered death of England and Wales.

    Fields of the Civil Registrations of Death data set, https://digital.nhs.uk/services/primary-care-mortality-database
    (their names there as known to its users: UNVERIFIED); the substances are those that the Office for National
    Statistics takes from the coroner's certificate for its database of drug poisoning deaths.
    """

    dec_conf_nhs_number_clean_deid: Text = pseudonym("pseudonym of the NHS number", nullable=True, unique=True)
    reg_date: Day = pa.Field(description="day of registration")
    reg_date_of_death: Day = pa.Field(description="day of death")
    dec_sex: Text = pa.Field(isin=["1", "2"], description="1 male, 2 female")
    dec_agec: Whole = pa.Field(in_range={"min_value": 0, "max_value": 125}, description="age in years")
    lad_of_residence: Text = local_authority(
        "local authority of usual residence (name of the field UNVERIFIED)", ELSEWHERE
    )
    s_underlying_cod_icd10: Text = icd_10("underlying cause")
    s_cod_code_1: Text = icd_10("first cause mentioned", nullable=True)
    s_cod_code_2: Text = icd_10("second cause mentioned", nullable=True)
    s_cod_code_3: Text = icd_10("third cause mentioned", nullable=True)
    s_cod_code_4: Text = icd_10("fourth cause mentioned", nullable=True)
    substances: Text = pa.Field(
        nullable=True,
        str_matches=r"[a-z0-9][^;]*(;[a-z0-9][^;]*)*",
        description="substances mentioned, in lower case with semicolons between (name of the field UNVERIFIED)",
    )

    registered_after_death = sql_rule(
        "registered_after_death", "a death is registered before it happened", "reg_date >= reg_date_of_death"
    )
    in_these_years = sql_rule(
        "in_these_years",
        "a day is before 1990 or still to come",
        "reg_date_of_death >= DATE '1990-01-01' AND reg_date <= current_date",
    )
