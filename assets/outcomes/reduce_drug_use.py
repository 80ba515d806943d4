"""Metrics of the outcome "reducing drug use"; each other outcome has a module of its own."""

from pipeline.calculate.metric import Series, metric
from pipeline.calculate.rates import count, crude_rate, proportion, published
from pipeline.calculate.rows import Rows
from schemas.rules import ENGLAND_AND_WALES
from schemas.vocabulary import CONTEXT


@metric(tier="headline", better="lower", series=Series("proportion", "percent", age="16-59", nation=ENGLAND_AND_WALES))
def drug_use_last_year(csew_drug_misuse: Rows) -> tuple[Rows, ...]:
    """Proportion of individuals reporting use of drugs in the last year.

    Adults of 16 to 59 in households of England and Wales who said in the Crime Survey that they had taken a drug in the
    last twelve months, as published: any drug (`all`), single drugs and Class A, by age, sex, region and personal
    characteristic; `frequent use` is more than once a month. People in prisons, hostels and halls and people without
    a home are not asked (UNVERIFIED). The denominator is the number of people asked, which is not weighted: no
    interval follows from it, and the edition seen prints none. Any drug holds ketamine from 2006/07, methamphetamine
    from 2008/09, mephedrone from 2010/11 and glues until 2009/10, but neither nitrous oxide nor new psychoactive
    substances (UNVERIFIED for other editions). There was no survey for the years to March 2021 and March 2022, and
    nothing is interpolated; October 2021 to June 2022 is nine months with a low response, and the year to March 2023
    lost its accredited status. Drugs are never added: one person may take several.
    """
    drug = "coalesce(nullif(regexp_replace(category, '^any drug(, )?', ''), ''), 'all')"
    use = f"CASE measure WHEN 'frequent drug use' THEN 'frequent use' ELSE {drug} END"
    return (published(csew_drug_misuse, "proportion", use),)


@metric(
    tier="headline",
    better="lower",
    series=Series("estimate", "per 1,000", breakdown="opiates and/or crack cocaine: 2025 method"),
)
def opiate_crack_prevalence(ocu_prevalence: Rows, fingertips: Rows) -> tuple[Rows, ...]:
    """Estimated prevalence of opiate and/or crack cocaine use (OCU).

    People aged 15 to 64 estimated to use opiates and/or crack cocaine in the year, and their rate per 1,000 of that
    age, as published with 95% limits. The breakdown names the drugs and the method; users of opiates and of crack
    cocaine add to more than users of either. Three methods under one label, never one series: 2016-17 is 313,971 by
    that of Liverpool John Moores University and 324,840 by the one of 2023; the publisher forbids to compare 2022-23,
    by the method of 2025, with earlier years. 2017-18 has no estimate, and the 0 printed for it is none. Intervals
    overlap: where they do no rise or fall is certain. Fingertips does not say the method and stays apart. Powder
    cocaine and prescribed use alone are out, and users are found by capture and recapture (UNVERIFIED).
    """
    use = ocu_prevalence.where("measure IN ('estimated users', 'rate of use')")
    elsewhere = fingertips.where("measure = 'prevalence of opiate and/or crack cocaine use'")
    unsaid = "'opiates and/or crack cocaine: method not said'"
    return published(use, "estimate", "category"), published(elsewhere, "estimate", unsaid)


@metric(tier="supporting", better="lower", series=Series("proportion", "percent"))
def homelessness_drug_dependency(mhclg_homelessness: Rows) -> tuple[Rows, ...]:
    """Number and proportion of households owed a homelessness duty with a drug dependency need.

    Households owed a prevention or relief duty in the quarter whose support needs include drug dependency, of all
    households owed a duty. A household may have several needs. England and the regions are rounded to 10 and include
    estimates for missing returns: England is not the sum of its authorities. Needs are hidden where fewer than five
    households have any. The series begins in April 2018; earlier statistics rest on another legal basis, before the
    Homelessness Reduction Act (UNVERIFIED), and are not comparable. Quarters are not added to years.
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


@metric(tier="supporting", better="lower", series=Series("proportion", "percent", breakdown="suspension"))
def exclusions_drug_alcohol(dfe_exclusions: Rows) -> tuple[Rows, ...]:
    """Number of permanent exclusions and suspensions and the proportion that are drug and alcohol related.

    Permanent exclusions and suspensions (called fixed period exclusions until 2019) with the reason "drug and alcohol
    related" in state-funded schools of England in the academic year, and their share of all; the breakdowns "all
    reasons" count all. An exclusion had one reason until 2019/20; since 2020/21 it may have three (UNVERIFIED), so
    reasons add to more than exclusions and the two times are not comparable. Schools were closed to most pupils for
    part of 2019/20 and 2020/21. Statistical first releases (to 2015/16) round England and regions to 5, hide one or
    two in an authority, and print no total: their share is of the sum of the reasons, and missing where one is hidden.
    Later files are exact. Permanent exclusions and suspensions are never added.
    """
    reason = "regexp_replace(replace(category, 'drug and alcohol related', ''), '^all', ', all reasons')"
    which = f"rtrim(measure, 's') || {reason}"
    drugs = dfe_exclusions.where("category LIKE 'drug and alcohol related%'")
    return count(dfe_exclusions, which), proportion(drugs, which)


@metric(tier="supporting", better="lower", series=Series("estimate", "people"))
def alcohol_dependence_prevalence(alcohol_dependence: Rows) -> tuple[Rows, ...]:
    """Prevalence of alcohol dependence.

    Adults (18 and over) estimated to depend on alcohol, and their rate per 1,000 adults, as published with 95% limits:
    a model that carries the Adult Psychiatric Morbidity Survey of 2014 to local populations (UNVERIFIED), so that a
    change between years is mostly one of population and hospital admissions, not of drinking. Labels change style
    within the series: 2010 to 2014 have neither limits nor England and are called 2010-11 to 2014-15 elsewhere
    (UNVERIFIED); 2015/16 begins the financial years, and the series stops with 2019/20 (UNVERIFIED). The first edition
    of 2016/17 printed 605,688, which the later 589,101 replaced. Rates follow from no other number here: the adults
    divided by are not printed.
    """
    return (published(alcohol_dependence, "estimate"),)


def _of_pupils(figures: Rows, question: str) -> Rows:
    """Shares of pupils, by what they were asked (`question`, in SQL) and the drug."""
    return published(figures, "proportion", f"concat_ws(': ', {question}, nullif(category, 'all'))")


@metric(tier="supporting", better="lower", series=Series("proportion", "percent", breakdown="last year"))
def drug_use_11_15(nhs_smoking_drinking_drugs: Rows) -> tuple[Rows, ...]:
    """Drug use among young people aged 11 to 15.

    Share of pupils in years 7 to 11 of schools in England, mostly 11 to 15 years old, who say they took any drug ever,
    in the last year or in the last month, as published, and for single drugs in the last year; the denominator is the
    number of pupils asked, which is not weighted, so that no interval follows from it. A survey year is the calendar
    year in which the fieldwork began; there was no survey in 2015, 2017, 2019, 2020 and 2022 (UNVERIFIED), and nothing
    is interpolated. Since 2016 the list of drugs includes new psychoactive substances and nitrous oxide, which lifts
    the share (UNVERIFIED); the survey of 2020 was held in 2021; that of 2023 was the first online and led by teachers.
    Regions rest on few schools. A pupil may have taken several drugs: drugs are never added.
    """
    use = nhs_smoking_drinking_drugs.where("measure LIKE 'taken drugs %'")
    asked = nhs_smoking_drinking_drugs.where("measure = 'pupils asked'")
    return _of_pupils(use, "regexp_extract(measure, 'ever|last year|last month')"), count(
        asked, f"'{CONTEXT}pupils asked'"
    )


@metric(tier="supporting", better="lower", series=Series("proportion", "percent", breakdown="try once: cannabis"))
def drug_acceptability_11_15(nhs_smoking_drinking_drugs: Rows) -> tuple[Rows, ...]:
    """Proportion of 11 to 15 year olds who think it is OK to take drugs to see what it is like, and think it is OK to
    take drugs once a week.

    Share of pupils in years 7 to 11 of schools in England who think it OK for someone of their age to take a drug to
    see what it is like (`try once`) or once a week, as published. The survey asks about single drugs, never about drugs
    as a whole, so the series leads with cannabis (UNVERIFIED list of drugs): drugs are never added. The survey of 2020
    was held in 2021, that of 2023 was the first online and led by teachers, and there was none in between the years
    shown. The tables on attitudes of 2021 and 2023 were corrected and published anew.
    """
    views = nhs_smoking_drinking_drugs.where("measure LIKE 'acceptable %'")
    return (_of_pupils(views, "regexp_extract(measure, 'try once|once a week')"),)
