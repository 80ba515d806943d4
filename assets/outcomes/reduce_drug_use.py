"""Metrics of the outcome "reducing drug use"; each other outcome has a module of its own."""

from pipeline.metric import Series, count, crude_rate, metric, proportion
from pipeline.population import Rows


@metric(tier="supporting", better="lower", series=Series("proportion", "percent"))
def homelessness_drug_dependency(mhclg_homelessness: Rows) -> tuple[Rows, ...]:
    """Number and proportion of households owed a homelessness duty with a drug dependency need.

    Households owed a prevention or relief duty in the quarter whose support needs include drug dependency, of all
    households owed a duty. A household may have several needs. England and the regions are rounded to 10 and include
    estimates for missing returns: England is not the sum of its authorities. Needs are hidden where fewer than five
    households have any. The series begins in April 2018 with the Homelessness Reduction Act; earlier statistics rest
    on another legal basis and are not comparable.
    """
    needs = mhclg_homelessness.where("category = 'drug dependency needs'")
    return count(needs), proportion(needs)


@metric(tier="supporting", better="lower", series=Series("crude_rate", "per 10,000", breakdown="parent"))
def children_assessed_drug_factor(dfe_children_in_need: Rows, ons_population: Rows) -> tuple[Rows, ...]:
    """Rate per population of children of referral and assessments by social services with drugs as a factor.

    Assessments completed in the year to 31 March in which drug misuse by the child, by a parent or carer, or by
    another person was a factor at the end of assessment; of all assessments with any factor recorded, and per 10,000
    children aged 0 to 17. An assessment may have several factors, so the three are never added. Collection began in
    2013-14 with about two thirds of authorities; Hackney is missing in 2021 and 2022 after a cyber attack
    (UNVERIFIED). The split by person is newer than the factor itself (UNVERIFIED).
    """
    drugs = dfe_children_in_need.where("category IN ('drug misuse child', 'drug misuse parent', 'drug misuse person')")
    whose = "replace(category, 'drug misuse ', '')"
    children = Rows(f"SELECT * REPLACE ('0-17' AS age) FROM {drugs}")
    rate = crude_rate(children, ons_population, per=10_000, breakdown=whose)
    return count(drugs, whose), proportion(drugs, whose), Rows(f"SELECT * REPLACE ('all' AS age) FROM {rate}")
