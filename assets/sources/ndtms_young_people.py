"""The annual workbooks of children and young people in community treatment; adults are ndtms_adults'."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from assets.sources.ndtms_names import YOUNG
from assets.sources.ndtms_tables import HEADS, Wanted, newest_year, read_table, read_tables
from pipeline.read.source import source
from pipeline.read.workbook import Workbook

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
    yield from read_tables(book, (THEIR_SUBSTANCES, STOPPING), newest_year(people), YOUNG)
