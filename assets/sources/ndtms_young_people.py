"""The annual workbooks of children and young people in community treatment; adults are ndtms_adults'."""

from collections.abc import Iterator

import pandas as pd

from assets.sources.ndtms_names import YOUNG
from assets.sources.ndtms_tables import HEADS, PEOPLE_WORDS, YEARS, Wanted, newest_year, of_age, read_table, read_tables
from pipeline.fetch.govuk import GovUk
from pipeline.read.opening import Refused
from pipeline.read.source import source
from pipeline.read.workbook import Workbook
from schemas.ohid import NdtmsYoungPeople

SUBSTANCES = {
    "cannabis": r"cannabis",
    "alcohol": r"alcohol",
    "ecstasy": r"ecstasy( \(mdma\))?",
    "powder cocaine": r"(powder )?cocaine( powder)?",
    "solvents": r"solvents?( misuse)?|volatile solvents?",
    "ketamine": r"ketamine",
    "benzodiazepines": r"benzodiazepines?",
    "amphetamines": r"amphetamines?( \(other than ecstasy\))?",
    "nicotine": r"nicotine( \((tobacco|adjunctive use only)\))?|tobacco",
    "codeine": r"codeine",
    "new psychoactive substances": r"new psychoactive substances?( \(nps\))?|nps( \(any\))?",
    "opiates": r"opiates?( \(any\))?",
    "other opiates": r"other opiates?",
    "heroin": r"heroin",
    "crack cocaine": r"crack( cocaine)?( \(not opiates?\))?",
    "hallucinogens": r"hallucinogens?",
    "ghb/gbl": r"ghb ?/ ?gbl",
    "gabapentinoids": r"gabapentinoids?",
    "prescription drugs": r"(other )?prescription drugs",
    "methadone": r"methadone",
    "other drugs": r"(any )?other( drugs?| substances?)?( misuse)?",
}
EXITS = {
    "completed": r"(treatment )?completed?( treatment)?( free of( (drugs?|alcohol|dependency|use|and|or))+)?"
    r"|successful(ly)? complet(ion|ed)( of)?( treatment)?",
    "referred on": r"(referred on|transferred)\d?( to)?( (an|another|other|adult|treatment|services?|providers?))*",
    "transferred (not in custody)": r"transferred[ (-]+not in custody\)?",
    "dropped out": r"dropped out( ?/ ?left)?|left",
    "prison": r"prison|transferred to (prison|custody)|transferred[ (-]+in custody\)?",
    "moved away": r"moved away",
    "no appropriate treatment": r"no appropriate treatment( available)?",
    "treatment withdrawn": r"treatment withdrawn( by (the )?provider)?",
    "inconsistent": r"inconsistent",
    "declined treatment": r"treatment declined( by (the )?(client|young person))?",
    "died": r"died|deceased",
    "not known": r"not known|unknown",
    "other": r"other",
    "all": r"total( (exits|clients|individuals|young people))?|all( exits)?",
}
# Kinds of what is read in all, and whom nothing is known of.
APART = r"(nps|new psychoactive substances?)\W.*|missing.*|total including .*|misuse free.*"
TABLE = r"^(?:table[ _]?[\w.]+\W+)?"
YOUNG_PEOPLE = Wanted(
    TABLE + rf"(?=.*\bin (?:\w+ )?treatment\b)(?=.*\b(?:trends?|numbers?)\b)(?:(?:{PEOPLE_WORDS})\b\W*)+" + YEARS,
    {"": "people in treatment"},
    ages=True,
)
THEIR_SUBSTANCES = Wanted(
    r"trends? in (problem )?substances?( use| used| reported)?\b"
    r"|trends? in numbers? in treatment for (other )?(drug|substance) use(\W+excluding cannabis and alcohol)?\b"
    rf"|{TABLE}(problem )?substances?( use| used)? (of|among) (all )?(children and )?young people in treatment",
    {"": "people in treatment"},
    labels=SUBSTANCES,
    apart=APART + r"|total\b.*",
)
STOPPING = Wanted(
    r"(young people )?(who )?stopp(ed|ing) (use|using)",
    {r"(no longer|stopped|stopping) (using|use)( at (treatment )?exit)?": "stopping use"},
    whole=r"using at (the )?(start|treatment start)( of treatment)?,?( with an exit record)?",
    labels=SUBSTANCES | {"all": r"(total|all|young people|all young people)( in treatment)?"},
    apart=APART,
)
LEAVING = Wanted(
    r"\b(exit reasons?|reasons? for (the )?(exits?|exiting|leaving|treatment exit))\b"
    r"( (for|of) (clients|young people) not retained in treatment on 31 march)?",
    {"": "treatment exits"},
    labels=EXITS,
    apart=APART,
)


@source(
    publisher="OHID",
    formats="ods xlsx",
    contract=NdtmsYoungPeople,
    editions=GovUk(
        "/government/collections/alcohol-and-drug-misuse-and-treatment-statistics",
        title=r".*young people.*statistics.*",
        attachment=r".*tables.*",
        verified=True,
    ),
)
def ndtms_young_people(book: Workbook) -> Iterator[pd.DataFrame]:
    """Children and young people's substance misuse treatment statistics.

    One workbook a year, each restating the trend since 2005-06 or later: people under 18 in contact with community
    services in the year, in England, in all and by age where it is printed; by the substances they have problems with
    (several each, so they add to more than the people; kinds of new psychoactive substances are left out, and so is
    the primary substance alone); those who stopped using a substance, of those using it at the start who have a record
    at exit; and the reasons for leaving, of all who left. Years stand in the rows or across, each then with "n" and "%"
    below, where "%" is a fraction of 1. Shares are not read: they follow from the counts. A substance or reason that is
    not known by name is refused. Marks: c and * hidden, - nothing to print; a number with a star is rounded to what
    the note below says, and refused without one. A band of ages that a spreadsheet program turned into a date ("12-13")
    is that band where only one can be meant between its neighbours.
    Proved on one real file (2017-18); those who stopped, and later layouts, on sample releases only.
    """
    book.require_said(r"young p|\byp\b|under 18")
    trends = [of_age(read_table(t, YOUNG_PEOPLE, None), YOUNG) for t in book.tables(YOUNG_PEOPLE.title, heads=HEADS)]
    if not trends:
        raise book.no_table(YOUNG_PEOPLE.title, "of the numbers of young people in treatment")
    people = pd.concat(trends, ignore_index=True)
    if not ((people["age"] == YOUNG) & (people["sex"] == "all")).any():
        raise Refused(f"{book.name}: no row or column of all young people in treatment")
    yield people
    newest = newest_year(people)
    yield from read_tables(book, (THEIR_SUBSTANCES, STOPPING), newest, YOUNG)
    for exits in read_tables(book, (LEAVING,), newest, YOUNG):
        everybody = exits["category"] == "all"
        whole = exits[everybody].set_index("period")["value"]
        yield exits.assign(base=exits["period"].map(whole).mask(everybody))
