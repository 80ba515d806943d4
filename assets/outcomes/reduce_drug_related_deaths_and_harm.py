"""Metrics of the outcome "reducing drug-related deaths and harm"; each other outcome has a module of its own."""

from pipeline.calculate.metric import Series, metric
from pipeline.calculate.rates import count, crude_rate, proportion, published, total
from pipeline.calculate.rows import Rows
from schemas.vocabulary import CONTEXT


def _registered(deaths: Rows, cause: str) -> tuple[Rows, ...]:
    """Deaths counted from records, by registration and by occurrence."""
    by_occurrence = "concat_ws(' ', nullif(category, 'drug misuse'), 'by occurrence')"
    return (
        count(deaths.where("measure = 'deaths'"), cause),
        count(deaths.where("measure = 'deaths by occurrence'"), by_occurrence),
    )


@metric(tier="headline", better="lower", series=Series("standardised_rate", "per million"))
def drug_misuse_deaths(
    ons_drug_deaths: Rows, ons_drug_deaths_local: Rows, ons_population: Rows, fingertips: Rows, registered_deaths: Rows
) -> tuple[Rows, ...]:
    """Deaths related to drug misuse.

    Deaths registered in the calendar year whose underlying cause is drug abuse or dependence, or drug poisoning where a
    drug controlled under the Misuse of Drugs Act 1971 is mentioned. Registrations, not deaths in the year: about half
    happened earlier. The breakdown `drug poisoning` is the wider measure; misuse is part of it, the two never add.
    England and Wales includes non-residents. National rates are per million, local ones per 100,000 over three years,
    both standardised to the European Standard Population 2013; rates are restated between releases, counts of misuse
    when more drugs become controlled (UNVERIFIED), counts of poisoning are not. Volatile solvents (F18), deaths whose
    drugs are not stated, and paracetamol with codeine, dihydrocodeine or dextropropoxyphene alone are poisoning and not
    misuse (UNVERIFIED). Fingertips repeats the local rates and is the last choice (UNVERIFIED list of codes: F11-F16,
    F19, X40-X44, X60-X64, X85, Y10-Y14). Counts of single registrations, also by occurrence, stand beside.
    """
    figures = ons_drug_deaths | ons_drug_deaths_local
    deaths = figures.where("measure = 'deaths'")
    cause = "CASE category WHEN 'drug misuse' THEN 'all' ELSE category END"
    return (
        count(deaths, cause),
        *_registered(registered_deaths, cause),
        published(figures.where("measure = 'age-standardised rate'"), "standardised_rate", cause),
        published(figures.where("measure = 'age-specific rate'"), "crude_rate", cause),
        published(fingertips.where("measure = 'mortality from drug misuse'"), "standardised_rate"),
        crude_rate(deaths, ons_population, per=100_000, breakdown=cause),
    )


@metric(tier="supporting", better="lower", series=Series("proportion", "percent"))
def deaths_in_treatment(ndtms_viewit: Rows, ndtms_adults: Rows, treatment_journeys: Rows) -> tuple[Rows, ...]:
    """Number and percentage of people in treatment that have died during their time in contact with the treatment
    system.

    Adults in structured community treatment in the financial year who died while in contact with it, of any cause, of
    all adults in treatment in the year: not deaths from drugs, and not comparable with the registered deaths. Secure
    settings are apart. Local counts of ViewIt are rounded to 5, and so are what they are shares of. The breakdown
    `modelled` is the estimate of the latest annual tables for local authorities, with the publisher's 95% bounds: it is
    no count, and other local detail is restricted (UNVERIFIED). The latest year misses deaths reported late
    (UNVERIFIED). Counts from single treatment journeys stand beside where they were counted, rounded to 5.
    """
    figures = ndtms_viewit | ndtms_adults | treatment_journeys
    deaths = figures.where("measure = 'deaths in treatment'")
    modelled = figures.where("measure = 'modelled deaths in treatment'")
    return count(deaths, "category"), proportion(deaths, "category"), published(modelled, "estimate", "'modelled'")


@metric(
    tier="supporting",
    better="lower",
    series=Series("proportion", "percent", breakdown="chronic infection: all participants"),
)
def hepatitis_c_in_people_who_inject(ukhsa_uam: Rows) -> tuple[Rows, ...]:
    """Hepatitis C prevalence (chronic infection) in people who inject drugs.

    Participants of the unlinked anonymous monitoring survey with chronic infection, by calendar year, with the
    published 95% limits; people who inject and were met at drug services, not all who inject. Two denominators under
    one title, never one series: the report of 2023 counts those with antibodies (49 percent in 2017; that this is its
    denominator is UNVERIFIED), the one of 2024 all participants (26 percent). The breakdown names the infection and the
    denominator. Antibodies show that somebody was ever infected, rise with survival and are not the metric. Covid cut
    recruitment in 2020 and 2021: these years rest on fewer people and other places.
    """
    found = ukhsa_uam.where("measure = 'participants with hepatitis C'")
    share = ukhsa_uam.where("measure = 'hepatitis C prevalence'")
    return count(found, f"'{CONTEXT}' || category"), published(share, "proportion", "category")


@metric(tier="supporting", better="lower", series=Series("standardised_rate", "per 100,000"))
def alcohol_specific_deaths(fingertips: Rows) -> tuple[Rows, ...]:
    """Alcohol-specific deaths.

    Deaths from conditions that alcohol alone causes, and their rate per 100,000 standardised to the European Standard
    Population 2013, as published. England, regions and authorities over three pooled calendar years, and single years
    where the file has them; pooled years overlap and are not compared one with the next. Deaths wholly caused by
    alcohol (ICD-10 E24.4, F10, G31.2, G62.1, G72.1, I42.6, K29.2, K70, K85.2, K86.0, Q86.0, R78.0, X45, X65, Y15:
    UNVERIFIED) are fewer than alcohol-related ones, of which alcohol causes a part. Counts before 2011-13 are not
    whole, because older codes were converted (UNVERIFIED). Cornwall holds the Isles of Scilly. No rate is published
    under ten deaths. Rates are restated for new populations, counts are not. The United Kingdom and its nations are
    published by ONS, whose tables are not read here.
    """
    deaths = fingertips.where("measure = 'alcohol-specific deaths'")
    rates = fingertips.where("measure = 'alcohol-specific mortality'")
    return count(deaths, "category"), published(rates, "standardised_rate", "category")


@metric(tier="supporting", better="lower", series=Series("standardised_rate", "per 100,000", breakdown="narrow"))
def alcohol_admissions(fingertips: Rows) -> tuple[Rows, ...]:
    """Alcohol-attributable hospital admissions.

    Admission episodes in the financial year, not people, and their rate per 100,000 standardised by age, as published
    with 95% limits. `narrow`: the main reason is attributable to alcohol, or a secondary code is an alcohol-related
    external cause; `broad`: any diagnosis is. They are two measures, never added; which of them the framework means is
    UNVERIFIED. Each episode counts for the fraction that is due to alcohol, so counts are not whole. Revised fractions
    lowered the numbers by about a fifth (UNVERIFIED): a file that says "old method" has a breakdown of its own, and
    357,660 narrow admissions in 2018-19 rest on the older fractions.
    """
    episodes = fingertips.where("measure = 'alcohol-related admissions'")
    rates = fingertips.where("measure = 'rate of alcohol-related admissions'")
    return count(episodes, "category"), published(rates, "standardised_rate", "category")


DRUG_ADMISSIONS = {"poisoning by drug misuse": "", "mental and behavioural disorders": ""}


@metric(tier="headline", better="lower", series=Series("crude_rate", "per 100,000"))
def drug_hospital_admissions(
    nhs_hospital_admissions: Rows, ons_population: Rows, hospital_episodes: Rows
) -> tuple[Rows, ...]:
    """Hospital admissions for drug poisoning and drug-related mental health and behavioural disorders (primary
    diagnosis of selected drug).

    Finished admission episodes in hospitals of England whose primary diagnosis is poisoning by a drug controlled under
    the Misuse of Drugs Act 1971, intended or not (UNVERIFIED codes: T40.0-T40.9, T43.6 and some of T42 and T43), or a
    drug-related mental and behavioural disorder (UNVERIFIED codes: F11-F16, F18, F19), apart and together (`all`).
    Admissions, not people. The publisher withheld the mental and behavioural disorders from 2020/21, because some
    providers stopped sending their records: since then there is no sum, and half of it never stands for it. Together
    they are added within one release only. Not the wider measure of primary or secondary diagnosis, nor the older
    poisoning by illicit drugs. OHID has continued the measures since September 2025 on another platform. Below England
    1 to 7 are hidden and the rest is rounded to 5 (UNVERIFIED); England includes people whose residence is not known.
    Crude rates are calculated here; standardised ones are as published. Counts from single episodes, where they were
    counted, stand beside, with 1 to 4 hidden and the rest rounded to 5.
    """
    figures = (nhs_hospital_admissions | hospital_episodes).where(f"category IN {tuple(DRUG_ADMISSIONS)}")
    counted = figures.where("measure = 'admissions'")
    admissions = total(counted, DRUG_ADMISSIONS, "all") | Rows(f"SELECT * FROM {counted}")
    kind = "regexp_replace(category, ' (by drug misuse|disorders)$', '')"
    rates = figures.where("measure = 'age-standardised rate of admissions'")
    return (
        count(admissions, kind),
        crude_rate(admissions, ons_population, per=100_000, breakdown=kind),
        published(rates, "standardised_rate", kind),
    )
