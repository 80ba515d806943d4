"""The annual workbooks of adults in community treatment; young people and secure settings have a module each."""

import re
from collections.abc import Iterator
from functools import cache

import pandas as pd

from assets.sources.ndtms_names import GROUPS
from assets.sources.ndtms_tables import WHO, YEAR, YEARS, Wanted, newest_year, read_table, require_not_newer
from pipeline import places
from pipeline.fetch.govuk import GovUk
from pipeline.read.opening import Refused
from pipeline.read.source import source
from pipeline.read.tables import Table
from pipeline.read.tabular import GSS
from pipeline.read.workbook import Workbook
from schemas.ohid import NdtmsAdults

PARENTS = {
    "living with children": r"parents? living with (their )?(own )?children",
    "not living with children": r"parents? not (living )?with (their )?children",
    "all": r"(all |total )?parents",
}

# Whom a title says that are new.
NEW = rf"(new presentations( to treatment)?|{WHO} (starting|entering|new to) treatment)"
# A table without labels of its own counts one thing, which its title says.
PEOPLE = Wanted(
    rf"(trends? in (the )?)?\bnumbers? (of {WHO} )?in treatment{YEARS}",
    {"": "people in treatment"},
)
STARTS = Wanted(
    rf"trends? in (the )?(numbers? (of )?)?{NEW}{YEARS}",
    {"": "people starting treatment"},
)
DEATHS = Wanted(
    r"trends? in (the )?(reasons? for )?((treatment )?exit(s|ing treatment| reasons?)|leaving treatment)"
    r"|trends? in (the )?(numbers? of )?deaths (in|during) treatment",
    {r"died|deaths( in treatment)?|adults who died": "deaths in treatment"},
)
PROGRESS = Wanted(
    r"trends? in (the )?treatment progress",
    {
        r"completed( treatment)?( free of dependence)?": "progress: completed",
        r"(in treatment and )?(abstinent|not using)": "progress: abstinent",
        r"(in treatment and )?(substantially |sustained )?(reduced|reduction in)( use)?": "progress: reduced",
        r"(total )?showing substantial progress": "progress: all",
    },
    whole=r"adults in the (treatment )?progress measure",
)
# Adults whose answers are known, at whichever point of treatment.
ASKED = (
    r"adults (with a|asked at)"
    r"( (completed|treatment|outcomes?|profiles?|the|at|of|in|and|start|six month|latest|planned|review|exit))+"
)
OTHERS = [
    PROGRESS,
    Wanted(
        rf"(housing|accommodation) (situation|status)\W+((of|for|among) )?{NEW}",
        {r"no (housing )?problem": "no housing problem"},
        whole="total",
        point="start",
    ),
    Wanted(
        r"trends? in (adults reporting )?no housing problems?",
        {r"no housing problems?( in the last 28 days)?": "no housing problem"},
        whole=ASKED,
    ),
    Wanted(
        r"trends? in (adults (in|reporting) )?(paid )?work, volunteering (and|or) (training|education)",
        {
            r"paid work( on at least one day)?": "paid work",
            r"(unpaid )?(voluntary work|volunteering)( on at least one day)?": "voluntary work",
            r"(training (and|or) education|education( (and|or) training)?)( on at least one day)?": (
                "training and education"
            ),
            r"any( of these)?( on at least one day)?": "any",
        },
        whole=ASKED,
    ),
    Wanted(
        rf"mental health treatment need and (the )?treatment received(\W+((of|for|among) )?{NEW})?",
        {
            rf"(total )?({WHO} )?receiving any (form of )?(mental health )?treatment( for mental health)?": (
                "mental health treatment"
            )
        },
        whole=rf"(total )?{WHO} (needing|with an?|with) mental health treatment( need)?",
        first=r"(engaged with (the )?)?community (mental health team )?(or|and) other mental health services",
    ),
    Wanted(
        r"(parents who (have )?received )?(family (and|or) parental|parental (and|or) family) (support )?interventions"
        r"( received by parents)?",
        {
            r"(received|receiving) (family or parental|parental or family) interventions?": (
                "family or parental intervention"
            )
        },
        whole=r"(adults who are )?parents starting treatment",
        labels=PARENTS,
    ),
    Wanted(
        r"(adults|people|numbers?) in treatment by (upper tier )?local authority",
        {"": "people in treatment"},
        local=True,
    ),
    Wanted(
        r"deaths (in|during) treatment by (upper tier )?local authority",
        {
            r"deaths( in treatment)?": "deaths in treatment",
            r"modelled( number of)? deaths( in treatment)?": "modelled deaths in treatment",
        },
        whole=r"(adults|people) in treatment",
        local=True,
    ),
]  # fmt: skip


@source(
    publisher="OHID",
    formats="ods xlsx",
    contract=NdtmsAdults,
    editions=GovUk(
        "/government/collections/alcohol-and-drug-misuse-and-treatment-statistics",
        title=r"(adult substance misuse|substance misuse treatment for adults).*statistics.*",
        attachment=r".*data tables.*",
        verified=True,
    ),
)
def ndtms_adults(book: Workbook) -> Iterator[pd.DataFrame]:
    """Adult substance misuse treatment statistics.

    About 44 sheets a year, one to three of them by local authority. Read are the tables of numbers in treatment and
    starting it, deaths, progress, housing, work, mental health, parents and the local ones; only the first and the
    deaths are in every edition. Older xlsx editions (seen in figures of 2017-18) print one year a sheet with the
    answers down and the substance groups across, each "n" beside "%", where a percentage is a fraction of 1; the later
    ods editions one flat heading with years and groups down. Shares are not read: they follow from the counts. A
    sheet without a year is of the newest year in the trend of numbers in treatment. Deaths in treatment are the exit
    reason "died"; their whole is everybody in treatment. The modelled deaths of local authorities keep the printed
    95% bounds. Marks: c and * hidden. Areas are printed by name, some in the system's own words ("Cheshire East UA").
    The tables of progress, of work and of parents are built to a description of their content, not of their layout.
    The local tables of deaths that give ratios of those observed over three years to those expected ("deaths in drug
    treatment, by local authority", to 2024-25) are not read: what they are of is UNVERIFIED.
    No real file was at hand: proved on sample releases, and on a workbook of the titles and headings of 2017-18.
    """
    trend = book.table(PEOPLE.title, first=_first(PEOPLE), called="of the trend in numbers in treatment")
    people = read_table(trend, PEOPLE, None)
    if missing := set(GROUPS.values()) - set(people["category"]):
        raise Refused(f"{book.name}: no column of {', '.join(sorted(missing))} in the trend of numbers in treatment")
    newest = newest_year(people)
    yield people
    whole = people.set_index(["period", "category"])["value"]
    called = "of the trend in exit reasons or deaths in treatment"
    exits = book.table(DEATHS.title, first=_first(DEATHS), called=called)
    deaths = read_table(exits, DEATHS, None)
    require_not_newer(exits, deaths, newest)
    yield deaths.assign(base=whole.reindex(pd.MultiIndex.from_frame(deaths[["period", "category"]])).to_numpy())
    for wanted in (STARTS, *OTHERS):
        table = book.table_if_any(wanted.title, first=_first(wanted))
        if table is not None and not (wanted.local and _is_against_expected(table)):
            counts = read_table(table, wanted, newest)
            if wanted is PROGRESS:
                _require_whole(table, counts)
            yield counts


def _is_against_expected(table: Table) -> bool:
    """Whether a table of areas holds what was observed against what was expected, which is another measure."""
    return any(re.search(r"\b(observed|expected|point estimate)\b", part) for parts in table.headings for part in parts)


def _first(wanted: Wanted) -> str:
    """The pattern of the first data row: a year, a count, a group or an area."""
    if wanted.local:
        return rf"{GSS}|(?:{_area_names()})(?: ua| borough)?"
    listed = [YEAR, wanted.first, *wanted.measures(), *wanted.labels.values()]
    return "|".join(f"(?:{pattern})" for pattern in listed if pattern)


@cache
def _area_names() -> str:
    register = places.areas()
    named = register["area_name"][register["area_kind"].isin(("country", "region", *places.UPPER_TIER))]
    return "|".join(sorted({re.escape(name) for name in named} | {"Durham"}, key=len, reverse=True))


def _require_whole(table: Table, counts: pd.DataFrame) -> None:
    """Refuse where the ways of making progress do not add to all who make it."""
    by_way = counts.pivot(index=["period", "category", "sex"], columns="measure", values="value")
    gap = by_way.drop(columns="progress: all").sum(axis=1, skipna=False) - by_way["progress: all"]
    if (gap.abs() > 0.5).any():
        period, group, _ = gap.abs().idxmax()
        raise table.refused(f"the ways of making progress do not add to the whole in {period.label} ({group})")
