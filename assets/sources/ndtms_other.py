"""The publications of the treatment monitoring system about young people and secure settings; adults have theirs."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from assets.sources.ndtms import Wanted, read_table
from pipeline.read.periods import Period
from pipeline.read.source import source
from pipeline.read.workbook import Workbook

YOUNG, ADULT = "under 18", "18 and over"

# What stands above the labels of the rows.
HEADS = (
    r"(financial |reporting )?(year|period)|(problem )?substances?( group)?|drug( group)?|sex|gender"
    r"|(type of )?setting( type)?|arriv.*|(area|region)( code| name)?|(upper tier )?local authorit.*"
)

SUBSTANCES = {
    "all": r"(total|all|young people|all young people|number in treatment)( in treatment)?",
    "cannabis": r"cannabis",
    "alcohol": r"alcohol",
    "ecstasy": r"ecstasy( \(mdma\))?",
    "powder cocaine": r"(powder )?cocaine( powder)?",
    "solvents": r"solvents?( misuse)?|volatile solvents?",
    "ketamine": r"ketamine",
    "benzodiazepines": r"benzodiazepines?",
    "amphetamines": r"amphetamines?( \(other than ecstasy\))?",
    "nicotine": r"nicotine( \(tobacco\))?|tobacco",
    "codeine": r"codeine",
    "new psychoactive substances": r"new psychoactive substances?( \(nps\))?|nps",
    "heroin": r"heroin",
    "crack cocaine": r"crack( cocaine)?",
    "hallucinogens": r"hallucinogens?",
    "other drugs": r"(any )?other( drugs?| substances?)?( misuse)?",
}
YOUNG_PEOPLE = Wanted(
    r"trends? in (the )?numbers? (of (children and )?young people )?in treatment$",
    {"": "people in treatment"},
    labels=SUBSTANCES,
)
THEIR_SUBSTANCES = replace(YOUNG_PEOPLE, title=r"trends? in (problem )?substances?( use| used| reported)?\b")
STOPPING = Wanted(
    r"young people stopping use|stopp(ed|ing) (use|using)",
    {r"(no longer|stopped|stopping) (using|use)( at (treatment )?exit)?": "stopping use"},
    whole=r"using at (the )?(start|treatment start)( of treatment)?,?( with an exit record)?",
    labels=SUBSTANCES,
)


@source(publisher="OHID", formats="ods xlsx")
def ndtms_young_people(book: Workbook) -> Iterator[pd.DataFrame]:
    """Children and young people's substance misuse treatment statistics.

    One workbook a year, each restating the trend since 2005-06 or later: people under 18 in contact with community
    services in the year, in England, by the substances they have problems with (several each, so they add to more
    than the people), and those who stopped using a substance, of those using it at the start who have a record at
    exit. A year stands in each row; substances down or across. Shares are not read: they follow from the counts. A
    substance that is not known by name is left out. Marks: c and * hidden.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    people = read_table(book.table(YOUNG_PEOPLE.title, heads=HEADS), YOUNG_PEOPLE, None)
    yield people.assign(age=YOUNG)
    yield from _others(book, (THEIR_SUBSTANCES, STOPPING), _newest(people), YOUNG)


SETTINGS = {
    "all": r"total|all( settings| secure settings)?",
    "prison": r"(adult )?prisons?",
    "young offender institution": r"(young offenders?'? institutions?|yois?)( .*)?",
    "immigration removal centre": r"(immigration removal centres?|ircs?)",
    "secure children's home": r"secure children['’]?s homes?|schs?",
    "secure training centre": r"secure training centres?|stcs?",
    "welfare-only home": r"welfare[- ]only homes?",
}
ARRIVALS = {
    "all": r"total|all( arrivals)?",
    "from the community": r"(arriv(als?|ed|ing) )?(from )?(the )?community",
    "from custody": r"(arriv(als?|ed|ing) )?(from )?(an)?(other )?(custody|prisons?|(custodial|secure) settings?)",
}
ADULTS = Wanted(
    r"trends? in (the )?numbers? (of adults )?in treatment( in (prisons and )?secure settings)?$",
    {"": "people in treatment"},
)
ADULTS_BY_SETTING = Wanted(
    r"adults in treatment by (type of )?(secure )?setting", {"": "people in treatment"}, labels=SETTINGS
)
YOUNG_BY_SETTING = replace(ADULTS_BY_SETTING, title=r"young people in treatment by (type of )?(secure )?setting")
STARTING = Wanted(
    r"adults starting treatment within (3|three) weeks of arrival",
    {r"(adults )?start(ed|ing)( treatment)? within (3|three) weeks( of arrival)?": "starting within three weeks"},
    whole=r"(all )?adults (starting treatment|who started treatment)",
    labels=ARRIVALS,
)
CONTINUITY = Wanted(
    r"continuity of care(?!.*(region|local authorit))",
    {
        r"(adults |people )?(start(ed|ing)|engag(ed|ing))( in)?( structured)?( community)?( treatment)?"
        r"( within (3|three) weeks( of release)?)?": "continuity of care"
    },
    whole=r"(adults |people )?(released|transferred)\b.*",
)
CONTINUITY_LOCAL = replace(CONTINUITY, title=r"continuity of care.*\b(region|local authorit)", local=True)


@source(publisher="OHID", formats="ods xlsx")
def ndtms_secure_settings(book: Workbook) -> Iterator[pd.DataFrame]:
    """Alcohol and drug treatment in secure settings.

    One workbook a year since 2015-16: adults in treatment in prisons and other secure settings by substance group and
    type of setting, young people by type of setting, adults who started treatment within three weeks of arrival, and
    continuity of care, by substance group, sex, region and local authority: adults released with a need for treatment
    and transferred to a community service, and those of them who started there within three weeks. Only the trend of
    adults is in every edition. Areas are printed by name or code. Each edition may revise earlier years (2020-21 was
    43,255, then 43,607). Shares are not read: they follow from the counts. Marks: c and * hidden.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    adults = read_table(book.table(ADULTS.title, heads=HEADS), ADULTS, None)
    newest = _newest(adults)
    yield adults.assign(age=ADULT)
    yield from _others(book, (ADULTS_BY_SETTING,), newest, ADULT)
    yield from _others(book, (YOUNG_BY_SETTING,), newest, YOUNG)
    yield from _others(book, (STARTING, CONTINUITY, CONTINUITY_LOCAL), newest, "all")


def _newest(people: pd.DataFrame) -> Period:
    return max(people["period"], key=lambda period: period.end)


def _others(book: Workbook, breakdowns: tuple[Wanted, ...], newest: Period, age: str) -> Iterator[pd.DataFrame]:
    """The figures of whatever tables there are: a breakdown may have a table of its own."""
    for wanted in breakdowns:
        for table in book.tables(wanted.title, heads=HEADS):
            yield read_table(table, wanted, newest).assign(age=age)
