"""The samples of the annual tables of adults in treatment, older and newer; who is treated is treatment's."""

from collections.abc import Iterable, Iterator

import numpy as np

from assets.samples import model, treatment
from assets.samples.ndtms_areas import OLD_AREAS, areas
from assets.samples.treatment import GROUPS
from assets.samples.words import hyphened, percent, spelled
from assets.samples.writers import SAMPLE, Cell, Releases, Sheet, Span

_YEARS = range(2010, 2026)
_CHARACTERISTICS = {
    "Age and sex": ["18-29", "30-49", "50 and over"],
    "Ethnic group": ["White", "Mixed", "Asian", "Black", "Other"],
    "Sexual orientation": ["Heterosexual", "Gay or lesbian", "Bisexual", "Not stated"],
    "Religion": ["Christian", "Muslim", "None", "Not stated"],
    "Disability": ["Any disability", "No disability"],
    "Source of referral": ["Self, family and friends", "Health and social care", "Criminal justice", "Other"],
    "Injecting status": ["Never injected", "Previously injected", "Currently injecting"],
    "Employment status": ["Regular employment", "Unemployed", "Long-term sick or disabled", "Other"],
}
_SUBJECT = "Adult substance misuse treatment statistics"


def releases() -> Releases:
    yield "ndtms_adults/2019-11-07/AdultSubstanceMisuseNDTMSDataTables2018-19.xlsx", _older(2019)
    for edition, released in {2024: "2024-12-05", 2025: "2025-12-04"}.items():
        name = f"{_SUBJECT.lower().replace(' ', '-')}-{edition - 1}-to-{edition}-data-tables.ods"
        yield f"ndtms_adults/{released}/{name}", _newer(edition)


# --- the older annual tables: groups across, each with its number and its share as a fraction of 1 ---------------


def _older(year: int) -> list[Sheet]:
    starting = treatment.starting(year)
    need = f"Mental health treatment need and treatment received {hyphened(year)}"
    tables = [
        *(
            _old(f"4.{number}.1", f"{title} of new presentations to treatment", [title],
                 _shares(title, names, starting, year))
            for number, (title, names) in enumerate(_CHARACTERISTICS.items(), start=1)
        ),
        _old("4.11.1", "Housing situation of new presentations to treatment", ["Housing situation"],
             _old_housing(year, starting)),
        _old("4.13.1", need, ["Mental health treatment need"], _old_mental_health(year, starting)),
        _old("7.1.1", "Trends in numbers in treatment", [""], _old_trend(year)),
        _old("7.4.1", "Trends in treatment exit reason", ["", ""], _old_exits(year)),
        _old("9.1.1", f"Numbers in treatment by local authority, {hyphened(year)}", ["Local authority"],
             _old_local(year)),
        _old_prevalence("9.2.1", "Opiate and crack cocaine", year),
        _old_prevalence("9.2.2", "Alcohol dependence", year),
    ]  # fmt: skip
    return [Sheet("Index", [_SUBJECT, SAMPLE, None, *(sheet.title for sheet in tables)]), *tables]


def _old(number: str, title: str, heads: list[str], rows: Iterable[list[Cell]]) -> Sheet:
    sheet = Sheet(f"Table {number}", [f"Table {number}: {title}", None, heads])
    groups = ["Opiate", "Non-opiate only", "Non-opiate and Alcohol", "Alcohol only", "Total"]
    for column, group in enumerate(groups):
        sheet.put(2, len(heads) + 2 * column, Span(group, across=2))
        sheet.put(3, len(heads) + 2 * column, "n", "%")
    sheet.fill(4, [*rows, None, "*Percentages may equal 0% or not sum to 100% due to rounding"])
    return sheet


def _with_total(values: np.ndarray) -> list[int]:
    return [*map(int, values), int(values.sum())]


def _across(values: np.ndarray, wholes: np.ndarray) -> list[Cell]:
    pairs = zip(_with_total(values), _with_total(wholes), strict=True)
    return [cell for count, whole in pairs for cell in (count, round(count / whole, 12))]


def _rows(counts: dict[str, np.ndarray], wholes: np.ndarray) -> Iterator[list[Cell]]:
    return ([name, *_across(values, wholes)] for name, values in counts.items())


def _shares(title: str, names: list[str], starting: np.ndarray, year: int) -> Iterator[list[Cell]]:
    parts = [
        model.chance(title, year, group).multinomial(whole, [1 / len(names)] * len(names))
        for group, whole in enumerate(starting)
    ]
    return _rows(dict(zip([*names, "Total"], [*np.stack(parts, axis=1), starting], strict=True)), starting)


def _old_housing(year: int, starting: np.ndarray) -> Iterator[list[Cell]]:
    known = starting - model.chance("housing missing", year).binomial(starting, 0.01)
    fine = treatment.answers(year, "no housing problem", "start", known)
    urgent, problem = (known - fine) // 3, (known - fine) // 2
    rest = known - fine - problem - urgent
    yield from _rows({"No problem": fine, "Housing problem": problem, "Urgent housing problem (NFA)": urgent,
                      "Other": rest, "Total": known}, known)  # fmt: skip
    for name, values in {"Inconsistent/missing": starting - known, "Total": starting}.items():
        yield [name, *(cell for count in _with_total(values) for cell in (count, None))]


def _old_mental_health(year: int, starting: np.ndarray) -> Iterator[list[Cell]]:
    need = treatment.answers(year, "mental health need", "start", starting)
    received = treatment.answers(year, "mental health treatment", "start", need)
    community, missing = received // 3, need // 60
    return _rows({
        "Community or other mental health services": community,
        "Primary care mental health treatment": received - community,
        "Total individuals receiving any treatment for mental health": received,
        "No treatment received for a mental health treatment need": need - received - missing,
        "Total": need - missing,
        "Missing": missing,
        "Total individuals needing mental health treatment": need,
        "Total number of new presentations": starting,
    }, starting)  # fmt: skip


def _old_trend(last: int) -> Iterator[list[Cell]]:
    for year in range(_YEARS[0], last + 1):
        people = treatment.people(year).sum(axis=(1, 2))
        yield [hyphened(year), *_across(people, np.full(4, people.sum()) / 4)]


def _old_exits(last: int) -> Iterator[list[Cell]]:
    for year in range(_YEARS[0], last + 1):
        died, left = treatment.deaths(year, last), treatment.starting(year)
        done, dropped = (left - died) // 2, (left - died) // 3
        reasons = {"Completed free of dependence": done, "Dropped out/left": dropped, "Died": died,
                   "Prison": left - died - done - dropped, "Total": left}  # fmt: skip
        for place, (reason, values) in enumerate(reasons.items()):
            yield ["" if place else hyphened(year), reason, *_across(values, left)]


def _old_local(year: int) -> Iterator[list[Cell]]:
    england = treatment.people(year).sum(axis=(1, 2))
    yield ["England", *_across(england, england)]
    for label, units in areas(OLD_AREAS):
        counts = _with_total(treatment.local(year)[units].sum(axis=0))
        shares = [round(count / max(counts[-1], 1), 12) for count in counts]
        few = ["*" if 0 < count < 5 else count for count in counts]
        yield [label, *(cell for pair in zip(few, shares, strict=True) for cell in pair)]


def _old_prevalence(number: str, subject: str, year: int) -> Sheet:
    """Estimates by local authority that another publication gives."""
    people = {label: int(treatment.local(year)[units].sum()) for label, units in areas(OLD_AREAS)}
    return Sheet(f"Table {number}", [
        f"Table {number}: {subject} prevalence estimates and unmet need by local authority",
        None,
        [None, Span("Prevalence", across=3), "Unmet need"],
        ["Local authority", "n", "Lower bound", "Upper bound", "%"],
        *([label, 2 * number, int(1.7 * number), int(2.4 * number), 0.5] for label, number in people.items()),
    ])  # fmt: skip


# --- the newer annual tables: one row of headings ----------------------------------------------------------------


def _newer(edition: int) -> list[Sheet]:
    starting = {year: treatment.starting(year) for year in _YEARS if year <= edition}
    treated = {year: treatment.people(year).sum(axis=(1, 2)) for year in starting}
    groups = ["Year", *_number_and_share(*GROUPS), "Total (number)"]
    profiles = ["Year", "Time point", "Substance group", "Adults with a completed outcomes profile (number)"]
    work = [f"{what} on at least one day"
            for what in ("Paid work", "Voluntary work", "Training or education", "Any of these")]  # fmt: skip
    modelled = "Modelled deaths in treatment (number)"
    tables = [
        _flat("2.1", "Trends in numbers in treatment [note 1]", groups, _trend(treated)),
        _flat("2.2", "Trends in adults starting treatment", groups, _trend(starting)),
        *(
            _flat(f"3.{number}", f"{title} of adults starting treatment",
                  [title, *_number_and_share("Adults starting treatment")], _characteristic(title, names, edition))
            for number, (title, names) in enumerate(_CHARACTERISTICS.items(), start=1)
        ),
        _flat("4.1", "Mental health treatment need and treatment received",
              ["Year", "Sex", "Substance group", "Adults with a mental health treatment need (number)",
               *_number_and_share("Receiving any mental health treatment")], _mental_health(edition)),
        _flat("4.2", "Parents who received family or parental interventions",
              ["Year", "Parental status", "Parents starting treatment (number)",
               *_number_and_share("Received family or parental interventions")], _parents(edition)),
        _flat("6.1", "Trends in treatment progress",
              ["Year", "Substance group", "Adults in the progress measure (number)", "Completed treatment (number)",
               "In treatment and abstinent (number)", "In treatment and substantially reduced use (number)",
               *_number_and_share("Showing substantial progress")], _progress(edition)),
        _flat("6.2", "Trends in adults reporting no housing problem",
              [*profiles, *_number_and_share("No housing problem in the last 28 days")],
              _at_points(edition, ["no housing problem"])),
        _flat("6.3", "Trends in adults in paid work, volunteering or training", [*profiles, *_number_and_share(*work)],
              _at_points(edition, ["paid work", "voluntary work", "education"])),
        _flat("7.1", "Trends in deaths in treatment",
              ["Year", "Substance group", "Adults in treatment (number)", *_number_and_share("Deaths in treatment")],
              _deaths(treated, edition)),
        _flat("7.2", f"Deaths in treatment by local authority, {spelled(edition)}",
              ["Local authority", "Adults in treatment (number)", "Deaths in treatment (number)",
               modelled, f"{modelled} lower bound 95% CI", f"{modelled} upper bound 95% CI"], _local_deaths(edition)),
    ]  # fmt: skip
    return [
        Sheet("Cover", [f"{_SUBJECT} {spelled(edition)}", SAMPLE]),
        Sheet("Contents", ["Table of contents", *(sheet.title for sheet in tables)]),
        Sheet("Notes", ["Notes", "Note 1: people are counted once in England and once in each local authority."]),
        *tables,
    ]


def _number_and_share(*measures: str) -> list[str]:
    return [f"{measure} ({what})" for measure in measures for what in ("number", "%")]


def _flat(number: str, title: str, headings: list[str], rows: Iterable[list[Cell]]) -> Sheet:
    refers = "Some cells refer to notes, which can be found in the notes worksheet."
    above = [f"Table {number}: {title}", "This worksheet contains one table.", SAMPLE, refers, None]
    return Sheet(f"Table_{number.replace('.', '_')}", [*above, headings, *rows])


def _by_group(*counts: np.ndarray) -> Iterator[tuple[str, list[int]]]:
    """Counts of everybody and of each group."""
    yield "Total", [int(values.sum()) for values in counts]
    for place, group in enumerate(GROUPS):
        yield group, [int(values[place]) for values in counts]


def _trend(by_year: dict[int, np.ndarray]) -> Iterator[list[Cell]]:
    for year, values in by_year.items():
        total = int(values.sum())
        yield [spelled(year), *(cell for part in values for cell in (int(part), percent(part, total))), total]


def _characteristic(title: str, names: list[str], edition: int) -> Iterator[list[Cell]]:
    whole = int(treatment.starting(edition).sum())
    parts = model.chance(title, edition).multinomial(whole, [1 / len(names)] * len(names))
    return ([name, int(part), percent(part, whole)] for name, part in zip(names, parts, strict=True))


def _mental_health(edition: int) -> Iterator[list[Cell]]:
    for year in range(2019, edition + 1):
        need = treatment.answers(year, "mental health need", "start", treatment.starting(year))
        received = treatment.answers(year, "mental health treatment", "start", need)
        for group, (whole, part) in _by_group(need, received):
            yield [spelled(year), "Total", group, whole, part, percent(part, whole)]
        men = [
            int(model.chance("men with need", year, part).binomial(int(part.sum()), 0.62)) for part in (need, received)
        ]
        men[1] = min(men)
        women = [int(need.sum()) - men[0], int(received.sum()) - men[1]]
        for sex, (whole, part) in {"Male": men, "Female": women}.items():
            yield [spelled(year), sex, "Total", whole, part, percent(part, whole)]


def _parents(edition: int) -> Iterator[list[Cell]]:
    for year in range(2020, edition + 1):
        found = {}
        for lives, what in {"living": "parent living with children", "not living": "parent not with children"}.items():
            parents = treatment.answers(year, what, "start", treatment.starting(year))
            helped = treatment.answers(year, "family intervention", "start", parents)
            found[f"Parents {lives} with children"] = np.array([parents.sum(), helped.sum()])
        for label, (whole, part) in {"All parents": sum(found.values()), **found}.items():
            yield [spelled(year), label, int(whole), int(part), percent(part, whole)]


def _progress(edition: int) -> Iterator[list[Cell]]:
    for year in range(2022, edition + 1):
        for group, (*parts, neither) in _by_group(*treatment.progress(year).T):
            whole = sum(parts) + neither
            yield [spelled(year), group, whole, *parts, sum(parts), percent(sum(parts), whole)]


def _at_points(edition: int, questions: list[str]) -> Iterator[list[Cell]]:
    """Year, point, group, those who answered, and each answer's number and share; the last answer is any of them."""
    points = {"start": "Start of treatment", "review": "Latest review", "exit": "Treatment exit"}
    for year in range(2020, edition + 1):
        for point, label in points.items():
            asked = treatment.answering(year, point)
            counts = [treatment.answers(year, question, point, asked) for question in questions]
            if len(questions) > 1:
                counts.append(np.minimum(counts[0] + (sum(counts[1:]) * 4) // 5, asked))
            for group, (whole, *parts) in _by_group(asked, *counts):
                shares = [cell for part in parts for cell in (part, percent(part, whole))]
                yield [spelled(year), label, group, whole, *shares]


def _deaths(treated: dict[int, np.ndarray], edition: int) -> Iterator[list[Cell]]:
    for year, people in treated.items():
        for group, (whole, died) in _by_group(people, treatment.deaths(year, edition)):
            yield [spelled(year), group, whole, died, percent(died, whole)]


def _local_deaths(edition: int) -> Iterator[list[Cell]]:
    people, died = treatment.local(edition), treatment.local_part(edition, "died")
    for label, units in areas(f"{edition}-03-31"):
        whole, count = int(people[units].sum()), int(died[units].sum())
        modelled = round(0.6 * count + 0.4 * whole * float(died.sum() / people.sum()), 1)
        around = 1.96 * 0.75 * float(modelled) ** 0.5
        limits = [round(max(modelled - around, 0), 1), round(modelled + around, 1)]
        yield [label, whole, "[c]" if 0 < count < 5 else count, modelled, *limits]
