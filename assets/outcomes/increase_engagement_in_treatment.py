"""Metrics of the outcome "increasing engagement in treatment"; each other outcome has a module of its own."""

from pipeline.calculate.derived import shortfall
from pipeline.calculate.metric import Series, metric
from pipeline.calculate.rates import count, proportion, published, total
from pipeline.calculate.rows import Rows
from schemas.rules import ENGLAND_AND_WALES


def _whose(people: str) -> str:
    """The breakdown of people, in SQL: who they are, then their substance group."""
    return f"concat_ws(': ', '{people}', nullif(category, 'all'))"


@metric(tier="headline", better="higher", series=Series("count", "people", breakdown="adults"))
def numbers_in_treatment(
    ndtms_viewit: Rows, ndtms_adults: Rows, ndtms_young_people: Rows, treatment_journeys: Rows
) -> tuple[Rows, ...]:
    """The numbers in treatment for adults and young people.

    People in contact with structured community treatment on at least one day of the financial year: adults (18 and
    over) and, apart, young people (17 and under; the age `all` is all of them). Secure settings are outside, and some
    of their people are counted here too. A person is counted once in England and once in each area, so areas add to
    more than England and no area is a sum of others. The substance group is a hierarchy: any opiate, then non-opiates
    with alcohol, non-opiates only, alcohol only. Local numbers are those of ViewIt, rounded to 5 (a printed 0 may be 1
    or 2), under the areas it lists, some of them joint or abolished. Breakdowns `adults starting treatment` are the
    new presentations of the year, part of those in treatment. Monthly provisional figures of rolling twelve months are
    not in these sources. Counting people once in each area is UNVERIFIED for areas. Counts from single treatment
    journeys stand beside where they were counted, rounded to 5, and with them the `adults completing treatment`.
    """
    adults = ndtms_viewit | ndtms_adults | treatment_journeys
    young = ndtms_young_people.where("measure = 'people in treatment'")
    # The breakdown says their age; the bands stay.
    young = Rows(f"SELECT * REPLACE (CASE age WHEN 'under 18' THEN 'all' ELSE age END AS age) FROM {young}")
    return (
        count(adults.where("measure = 'people in treatment'"), _whose("adults")),
        count(adults.where("measure = 'people starting treatment'"), _whose("adults starting treatment")),
        count(adults.where("measure = 'people completing treatment'"), _whose("adults completing treatment")),
        count(young, _whose("young people")),
        count(treatment_journeys.where("measure = 'young people in treatment'"), _whose("young people")),
    )


ORDERS = {"community order": "", "suspended sentence order": ""}


@metric(tier="supporting", better="higher", series=Series("count", "orders", nation=ENGLAND_AND_WALES))
def drug_treatment_requirements(moj_offender_management: Rows) -> tuple[Rows, ...]:
    """Number of community or suspended sentence orders with drug treatment requirements.

    Drug treatment (drug rehabilitation) requirements started under community orders and suspended sentence orders in
    England and Wales, by quarter and calendar year, and by region of the Probation Service since June 2021; and their
    share of all requirements started under the same kind of order. The publication counts requirements; an order is
    taken to have one of this kind at most (UNVERIFIED). An order may have other requirements beside it, so the share
    is of requirements, not of orders. The number for all is the sum of the two kinds of order, which has no share.
    """
    order = "split_part(category, ':', 1)"
    started = moj_offender_management.where(f"category LIKE '%: drug treatment' AND {order} IN {tuple(ORDERS)}")
    by_order = Rows(f"SELECT * REPLACE ({order} AS category, 'orders' AS unit) FROM {started}")
    return count(by_order | total(by_order, ORDERS, "all"), "category"), proportion(by_order, "category")


@metric(tier="headline", better="higher", series=Series("proportion", "percent"))
def continuity_of_care(ndtms_secure_settings: Rows, fingertips: Rows, treatment_journeys: Rows) -> tuple[Rows, ...]:
    """Continuity of care: engagement in community-based structured treatment within three weeks of leaving prison
    (adults).

    Adults released from prison in the financial year with a need for treatment who were transferred to a community
    provider, and the share of them who started structured treatment there within three weeks (21 days); indicator C20
    of the public health outcomes framework, which is the second source and has years that the annual tables leave out.
    That the whole is limited to those transferred or in need at release is UNVERIFIED. Areas are where people live, not
    where the prison is; values by prison are restricted. People who move to another area or die after release, and
    short remands, bear on the share (UNVERIFIED). Reports quote rounded shares: 37 and 43 percent are called a
    rise of 5 points. The national ambition is 75 percent (UNVERIFIED). The sources may revise each other's years: which
    one a value is from, its source says. Counts from single treatment journeys stand beside where they were counted.
    """
    care = (ndtms_secure_settings | treatment_journeys).where("measure = 'continuity of care'")
    share = fingertips.where("measure = 'continuity of care after prison'")
    people = fingertips.where("measure = 'adults in treatment after prison'")
    return count(care | people, "category"), proportion(care, "category"), published(share, "proportion", "category")


@metric(tier="supporting", better="contextual", series=Series("count", "people", breakdown="adults"))
def secure_setting_treatment(ndtms_secure_settings: Rows) -> tuple[Rows, ...]:
    """Number of individuals in treatment in prisons and secure settings.

    Adults (18 and over) and, apart, young people (17 and under) in alcohol and drug treatment in prisons and other
    secure settings of England in the financial year, by substance group and by type of setting. Outside the numbers in
    community treatment, and overlapping with them: the two are never added. Adults and young people are counted in
    tables of their own, and a person in two settings in both, so settings may add to more than the whole. Every edition
    may revise earlier years: 2020-21 was first published as 43,255 and later as 43,607. Prisons and time in them drive
    the numbers, so neither direction is better.
    """
    people = ndtms_secure_settings.where("measure = 'people in treatment'")
    whose = "concat_ws(': ', if(age = 'under 18', 'young people', 'adults'), nullif(category, 'all'))"
    # The breakdown says their age.
    return (Rows(f"SELECT * REPLACE ('all' AS age) FROM {count(people, whose)}"),)


@metric(tier="supporting", better="higher", series=Series("proportion", "percent"))
def custody_treatment_starts(ndtms_secure_settings: Rows) -> tuple[Rows, ...]:
    """Number and proportion of adults starting treatment in the establishment within three weeks of arrival (from
    community or other custodial setting).

    Of the adults who started treatment in a prison or other secure setting of England in the financial year, those who
    did so within three weeks of arriving, by whether they came from the community or from another custodial setting.
    That the whole is everybody who starts treatment is UNVERIFIED, and no published national value was found to check
    these against.
    """
    starts = ndtms_secure_settings.where("measure = 'starting within three weeks'")
    return count(starts, "category"), proportion(starts, "category")


@metric(tier="supporting", better="lower", series=Series("proportion", "percent", "opiates and/or crack cocaine"))
def unmet_treatment_need(
    fingertips: Rows, numbers_in_treatment: Rows, opiate_crack_prevalence: Rows
) -> tuple[Rows, ...]:
    """Unmet need for OCU treatment.

    The share of the people estimated to use a substance who are not in treatment, as Fingertips publishes it, and,
    under breakdowns that begin with `derived`, one less the adults of the opiate group in treatment over the estimated
    number of opiate users. The two are different statistics: the estimate behind a derived value is often some years
    older than the count, as its note says, and its interval is that of the estimate alone. Users of crack without
    opiates in treatment are not counted apart, so only opiates are derived. A new method of estimating is a break.
    """
    opiates = numbers_in_treatment.where("breakdown = 'adults: opiate' AND sex = 'all' AND age = 'all'")
    users = opiate_crack_prevalence.where("breakdown LIKE 'opiates: %' AND unit = 'people' AND age = 'all'")
    return (
        published(fingertips.where("measure = 'not in treatment'"), "proportion", "category"),
        count(fingertips.where("measure = 'people not in treatment'"), "category"),
        shortfall(opiates.where("statistic = 'count'"), users, "'derived: opiates'"),
    )
