"""Metrics of the outcome "reducing drug supply"; each other outcome has a module of its own."""

from pipeline.calculate.metric import Series, metric
from pipeline.calculate.rates import count, crude_rate, proportion, published
from pipeline.calculate.rows import Rows
from schemas.rules import ENGLAND_AND_WALES, UNITED_KINGDOM


@metric(tier="headline", better="higher", series=Series("count", "lines", breakdown="taskforces"))
def county_lines_closed(published_figures: Rows) -> tuple[Rows, ...]:
    """Number of county lines closed.

    Lines closed by the County Lines Programme. Type 1: the line holder is arrested and charged, with checks that the
    number stays dead; type 2: the number is deactivated. Arrests and safeguarding referrals are those that would not
    have happened without the programme. The taskforces (Metropolitan, Merseyside, West Midlands and British Transport
    Police; Greater Manchester from 2025) and the whole programme since November 2019 are two series. Management
    information on a page that is overwritten in place, mostly printed as "over" a number; no areas, by policy. It
    measures activity: fewer active lines would be a success too.
    """
    printed = published_figures.where("starts_with(measure, 'county lines')")
    return (count(printed, "category"),)


@metric(tier="headline", better="higher", series=Series("count", "disruptions"))
def organised_crime_disruptions(published_figures: Rows) -> tuple[Rows, ...]:
    """Number of major and moderate disruptions against organised criminal groups.

    Disruptions of drug supply by the National Crime Agency, regional units and the police that were graded major (a
    lasting effect) or moderate (a noticeable or short one; grades UNVERIFIED); several may fall on one group. There is
    no open table, and the coverage of the printed number is UNVERIFIED.
    """
    return (count(published_figures.where("measure = 'organised crime disruptions'")),)


@metric(tier="supporting", better="contextual", series=Series("count", "seizures", nation=ENGLAND_AND_WALES))
def drug_seizures(home_office_seizures: Rows) -> tuple[Rows, ...]:
    """Volume and number of drugs seizures.

    Seizures of drugs controlled under the Misuse of Drugs Act 1971 and the Psychoactive Substances Act 2016 by the
    police (with the British Transport Police) and the Border Force in England and Wales in the financial year, by drug,
    class and authority; seizures of the Border Force elsewhere are not counted. A seizure of several drugs counts once
    in the total and once for each drug and class: drugs and classes add to more than the total. Quantities are in
    kilograms, doses or plants, and unlike units never add; one large haul moves them. Police forces, regions, England
    and Wales by themselves have police seizures only (UNVERIFIED). Numbers follow police and border activity and say
    nothing of how many people use drugs. Every release revises the year before its last.
    """
    seizures = home_office_seizures.where("measure = 'seizures'")
    quantities = home_office_seizures.where("starts_with(measure, 'quantity')")
    return count(seizures, "category"), published(quantities, "quantity", "category")


@metric(tier="supporting", better="contextual", series=Series("count", "referrals", nation=UNITED_KINGDOM))
def county_lines_referrals(home_office_nrm: Rows) -> tuple[Rows, ...]:
    """Number and proportion of National Referral Mechanism referrals with a county lines flag.

    Potential victims of modern slavery in the United Kingdom referred in the quarter or calendar year whom the
    referral flags as exploited by county lines, of all referrals of the same age at exploitation and sex. The flag
    exists since 2019-20 (UNVERIFIED): earlier referrals have none, and releases without the flag give no number. A
    local authority is the first responder that referred, not the place of exploitation. Duty to Notify reports are no
    referrals. Revised every quarter. A rise may be better recognition as well as more exploitation.
    """
    flagged = home_office_nrm.where("measure = 'referrals' AND category SIMILAR TO 'county lines(: .*)?'")
    of = "regexp_replace(replace(category, 'county lines', 'all'), '^all: ', '')"
    return count(flagged, of), proportion(flagged, of)


@metric(tier="supporting", better="contextual", series=Series("count", "incidents", nation=ENGLAND_AND_WALES))
def prison_drug_finds(hmpps_digest: Rows) -> tuple[Rows, ...]:
    """Incidents of drugs found in prisons.

    Incidents in which drugs were found in prisons of England and Wales in the twelve months to March, by establishment,
    prison region, type of drug and sex of establishment, and per 1,000 prisoners where the release prints their number,
    else as it prints the rate. A find of several drugs counts once in the total and once for each, so types add to
    more. Male and female establishments add to less than the total, because some hold both or are not assigned: the
    rest is not a difference to be taken. Numbers follow searching, which stopped for part of 2020 to 2023, and neither
    direction is better. Prisons and prison regions are not statistical areas. Results of random drug tests are not
    robust enough to be published for 2023/24.
    """
    finds, prisoners, rates = (
        hmpps_digest.where(f"measure = '{measure}'")
        for measure in ("drug finds", "prison population", "rate of drug finds")
    )
    printed = f"release_id IN (SELECT release_id FROM {prisoners})"
    # The prisoners are those of the whole area, not of its male or female establishments.
    rated = finds.where(f"{printed} AND category NOT LIKE '%establishments%'")
    others = Rows(f"SELECT * REPLACE ('per 1,000' AS unit) FROM {rates} WHERE NOT {printed}")
    nobody = hmpps_digest.where("false")
    return (
        count(finds, "category"),
        crude_rate(rated, nobody, per=1_000, breakdown="category", printed=prisoners),
        published(others, "crude_rate", "category"),
    )
