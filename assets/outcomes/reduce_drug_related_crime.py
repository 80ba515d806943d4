"""Metrics of the outcome "reducing drug-related crime"; each other outcome has a module of its own."""

from pipeline.calculate.metric import Series, metric
from pipeline.calculate.rates import count, crude_rate, proportion, published, total
from pipeline.calculate.rows import Rows
from schemas.rules import ENGLAND_AND_WALES
from schemas.vocabulary import CONTEXT

PRINTED = "measure = 'population'"
UNRATED = "measure = 'rate of recorded offences' AND value IS NULL AND status = 'u'"
RECORDED = "measure = 'recorded offences'"

STREET_LEVEL = f"'{CONTEXT}street level'"
STREET_TYPES = ("burglary", "robbery", "vehicle crime", "theft from the person")

DRUG_OFFENCES = {"drug offences": "all", "trafficking of drugs": "trafficking", "possession of drugs": "possession"}

NEIGHBOURHOOD = {
    "residential burglary": "",
    "robbery": "Robbery includes robbery of business property.",
    "vehicle offences": "",
    "theft from the person": "",
}
SURVEYED = {
    "domestic burglary": "Added from the four offences, whose intervals do not add.",
    "robbery": "",
    "theft from the person": "",
    "vehicle-related theft": "",
}


@metric(tier="headline", better="lower", series=Series("count", "homicides", nation=ENGLAND_AND_WALES))
def drug_related_homicides(ons_homicide: Rows) -> tuple[Rows, ...]:
    """The number of homicides that involve drug users or dealers, or have been related to drugs in any way.

    Victims of offences currently recorded as homicide in England and Wales (murder, manslaughter, infanticide) that the
    Homicide Index flags as related to drugs in any way (`all`), and of these those with a known drug user or a known
    dealer as victim or suspect (UNVERIFIED wording of the flags); of all homicides. One homicide may have both flags:
    they are never added, and the rest is not the difference. The year is the one to March in which the police first
    recorded the homicide, not that of the death. The Index is live: every release restates old years, so that years
    are compared within one release only. The flag is not published by police force or local authority (UNVERIFIED).
    """
    drugs = ons_homicide.where("category IN ('any', 'user', 'dealer')")
    flag = "replace(category, 'any', 'all')"
    return count(drugs, flag), proportion(drugs, flag)


def _beside(tables: Rows) -> dict[str, Rows]:
    """What the tables of police forces print beside offences: populations, and the areas that they do not rate."""
    return {"printed": tables.where(PRINTED), "unrated": tables.where(UNRATED)}


@metric(tier="supporting", better="contextual", series=Series("crude_rate", "per 1,000"))
def drug_offences(
    ons_police_force_tables: Rows,
    home_office_recorded_crime: Rows,
    home_office_offences_by_partnership: Rows,
    ons_population: Rows,
    street_crimes: Rows,
) -> tuple[Rows, ...]:
    """Police recorded trafficking of drugs and possession of drugs offences.

    All drug offences recorded by the police in twelve months, and of them trafficking and possession, by force,
    region, nation and community safety partnership. Numbers follow police activity as much as drug use, so neither
    direction is better. Only the Home Office's open data split trafficking from possession; they print no total, so
    England and Wales is there the sum of all forces and the British Transport Police, and England of its forces.
    England and Wales includes the British Transport Police, which is in no region and no partnership; offences
    "unassigned" to a partnership are kept apart and have no rate. Rolling years overlap: never add them. Greater
    Manchester is missing from the totals of ONS releases of 2019 to 2021, whose notes say so, but not from sums of the
    Home Office's forces of those years. Every release revises the years before it. Recording improved after
    inspections of 2014, and police recorded crime is not an accredited statistic. Street-level crimes never add to it.
    """
    sources = ons_police_force_tables | home_office_recorded_crime | home_office_offences_by_partnership
    offences = sources.where(f"{RECORDED} AND category IN {tuple(DRUG_OFFENCES)}")
    kind = f"(MAP {DRUG_OFFENCES})[category]"
    rates = crude_rate(offences, ons_population, per=1_000, breakdown=kind, **_beside(ons_police_force_tables))
    return count(offences, kind), rates, count(street_crimes.where("category = 'drugs'"), STREET_LEVEL)


@metric(tier="headline", better="lower", series=Series("estimate", "incidents", "survey", nation=ENGLAND_AND_WALES))
def neighbourhood_crime(
    ons_police_force_tables: Rows,
    home_office_offences_by_partnership: Rows,
    csew_crime: Rows,
    ons_population: Rows,
    street_crimes: Rows,
) -> tuple[Rows, ...]:
    """The number of neighbourhood crimes; domestic burglary, personal robbery, vehicle offences and theft from the
    person.

    Two measures that never add or reconcile. Survey: incidents experienced by households and adults of England and
    Wales, by the Crime Survey, and rates per 1,000 of them (that these four offences are the framework's is
    UNVERIFIED). The strategy's baseline is 1.96 million in the year to March 2020; 2.96 million is a misprint.
    Interviews stopped in March 2020 and those by telephone are no part of the series (UNVERIFIED). Where the survey
    prints no total of the four, they are added, without an interval. Police recorded: residential burglary, robbery,
    vehicle offences and theft from the person in twelve months, by force, region, nation and partnership. The force
    tables print robbery as a whole, so the total holds robbery of business property too; robbery of personal property
    stands apart where the open data give it (offence codes UNVERIFIED). The codes of burglary changed in April 2017,
    when residential burglary replaced domestic burglary, and in April 2023 (UNVERIFIED). Vehicle offences of the police
    include interference and aggravated taking, which the survey's vehicle-related theft does not. Greater Manchester is
    missing from the totals of ONS releases of 2019 to 2021, whose notes say so. Police records are not accredited, and
    inspections improved recording after 2014 (UNVERIFIED). Street-level crimes are of wider types, and never add to it.
    """
    recorded = (ons_police_force_tables | home_office_offences_by_partnership).where(RECORDED)
    parts = recorded.where(f"category IN {(*NEIGHBOURHOOD, 'robbery of personal property')}")
    crimes = total(recorded, NEIGHBOURHOOD, "all") | parts
    police = "concat_ws(': ', 'police recorded', nullif(category, 'all'))"
    surveyed = csew_crime.where(f"category IN {(*SURVEYED, 'neighbourhood crime')}")
    incidents = surveyed.where("measure = 'survey incidents'")
    whole = f"SELECT (release_id, period_end) FROM {incidents} WHERE category = 'neighbourhood crime'"
    added = total(incidents.where(f"(release_id, period_end) NOT IN ({whole})"), SURVEYED, "neighbourhood crime")
    survey = "concat_ws(': ', 'survey', nullif(category, 'neighbourhood crime'))"
    return (
        published(incidents | added, "estimate", survey),
        published(surveyed.where("measure = 'survey rate'"), "estimate", survey),
        count(crimes, police),
        crude_rate(crimes, ons_population, per=1_000, breakdown=police, **_beside(ons_police_force_tables)),
        count(street_crimes.where(f"category IN {STREET_TYPES}"), f"{STREET_LEVEL} || ': ' || category"),
    )


@metric(tier="supporting", better="lower", series=Series("proportion", "percent", nation=ENGLAND_AND_WALES))
def proven_reoffending(moj_reoffending: Rows) -> tuple[Rows, ...]:
    """Proven reoffending within 12 months.

    Offenders of a cohort (released from custody, sentenced in court or cautioned) with a proven reoffence within twelve
    months, allowing six more for a conviction, of all offenders of the cohort, by index offence, sex and age. Which
    cohort the framework means, all offenders (the series shown) or those whose index offence is a drug offence
    (`drug`), is UNVERIFIED. National cohorts are of three months, local ones of twelve (UNVERIFIED); a cohort of three
    months and one of twelve are not comparable, and cohorts that overlap are never added. A new source of data makes
    cohorts from October 2015 another series. The number of a cohort below 30 offenders is hidden (UNVERIFIED).
    """
    again = moj_reoffending.where("measure = 'reoffenders'")
    return count(again, "category"), proportion(again, "category")


@metric(tier="supporting", better="lower", series=Series("crude_rate", "per 100,000"))
def sharp_object_admissions(nhs_hospital_admissions: Rows, ons_population: Rows) -> tuple[Rows, ...]:
    """Hospital admissions for assault by a sharp object.

    Finished admission episodes in hospitals of England with the external cause assault by sharp object (ICD-10 X99), by
    police force area of residence, sex and age (under 25, 25 and over). Admissions, not people or offences: who is
    treated without being admitted is not counted. Months are provisional and have no rate. Below England 1 to 7 are
    hidden and the rest is rounded to 5 (UNVERIFIED), so areas do not add to England, which also has people whose
    residence is not known. Rates are per 100,000 people of the same sex and age.
    """
    admissions = nhs_hospital_admissions.where("category = 'assault by sharp object'")
    return count(admissions), crude_rate(admissions, ons_population, per=100_000)
