"""The record of a treatment journey, as the National Drug Treatment Monitoring System gives it to approved users."""

import csv
from pathlib import Path

import pandera.pandas as pa

from schemas.columns import sql_rule
from schemas.records.record import Day, Record, Text, Whole, local_authority, pseudonym

# Reasons of discharge in the words of the reference data.
COMPLETED = [
    "Treatment completed – drug free",
    "Treatment completed – alcohol free",
    "Treatment completed – occasional user (not opiates or crack)",
]
TRANSFERRED = ["Transferred – not in custody", "Transferred – in custody"]
DIED = "Incomplete – client died"
INCOMPLETE = [
    "Incomplete – dropped out",
    "Incomplete – treatment withdrawn by provider",
    "Incomplete – retained in custody",
    "Incomplete – treatment commencement declined by client",
    DIED,
]
# The substances of the reference data with the group of each (words UNVERIFIED).
TREATED_SUBSTANCES = Path(__file__).with_name("treated_substances.csv")
with TREATED_SUBSTANCES.open(encoding="utf-8", newline="") as _listed:
    SUBSTANCES = [row["substance"] for row in csv.DictReader(_listed)]
COMMUNITY, PRISON = "community", "secure setting"


class TreatmentJourney(Record):
    """One journey of a client through structured treatment with one provider.

    Items of core data set P of the National Drug Treatment Monitoring System,
    https://www.gov.uk/government/publications/national-drug-treatment-monitoring-system-technical-definitions, and the
    words of its reference data for substances and reasons of discharge (headings of the items UNVERIFIED; the age and
    the setting are derived in the extract).
    """

    clientid: Text = pseudonym("pseudonym of the client")
    agncy: Text = pa.Field(str_matches=r"[A-Z0-9]{4,6}", description="code of the provider")
    setting: Text = pa.Field(isin=[COMMUNITY, PRISON], description="where the provider treats")
    la: Text = local_authority("local authority of residence")
    sex: Text = pa.Field(isin=["1", "2"], description="1 male, 2 female")
    age: Whole = pa.Field(in_range={"min_value": 8, "max_value": 110}, description="age at triage in years")
    triaged: Day = pa.Field(description="day of triage")
    modst: Day = pa.Field(nullable=True, description="first day of the first structured intervention")
    disd: Day = pa.Field(nullable=True, description="day of discharge; none while the journey goes on")
    disrsn: Text = pa.Field(
        nullable=True, isin=[*COMPLETED, *TRANSFERRED, *INCOMPLETE], description="reason of discharge"
    )
    drug1: Text = pa.Field(isin=SUBSTANCES, description="main problem substance, in words")
    drug2: Text = pa.Field(nullable=True, isin=SUBSTANCES, description="second problem substance")
    drug3: Text = pa.Field(nullable=True, isin=SUBSTANCES, description="third problem substance")
    top_start: Whole = pa.Field(
        nullable=True, in_range={"min_value": 0, "max_value": 28}, description="days of use in 28, at the start"
    )
    top_review: Whole = pa.Field(
        nullable=True, in_range={"min_value": 0, "max_value": 28}, description="days of use in 28, at the last review"
    )

    ends_after_start = sql_rule(
        "ends_after_start",
        "a journey ends before it starts",
        "disd IS NULL OR (disd >= triaged AND disd >= coalesce(modst, disd))",
    )
    treated_after_triage = sql_rule(
        "treated_after_triage", "an intervention starts before triage", "modst IS NULL OR modst >= triaged"
    )
    discharge_has_reason = sql_rule(
        "discharge_has_reason",
        "a discharge has no reason, or a reason no discharge",
        "(disd IS NULL) = (disrsn IS NULL)",
    )
    in_these_years = sql_rule(
        "in_these_years",
        "a day is before 1990 or still to come",
        """triaged >= DATE '1990-01-01' AND triaged <= current_date AND (disd IS NULL OR disd <= current_date)
        AND (modst IS NULL OR modst <= current_date)""",
    )
