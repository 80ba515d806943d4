"""The samples of the annual tables of adults in treatment, older and newer; who is treated is treatment's."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from assets.samples import model, treatment, writers
from assets.samples.ndtms_areas import OLD_AREAS, areas
from assets.samples.treatment import GROUPS
from assets.samples.writers import Cell, Sheet

_FIRST_YEAR = 2010


def write(folder: Path) -> None:
    annual = {
        "2019-11-07": ("AdultSubstanceMisuseNDTMSDataTables2018-19.xlsx", writers.xlsx, _older(2019)),
        "2024-12-05": ("adult-substance-misuse-treatment-statistics-2023-to-2024-data-tables.ods", writers.ods,
                       _newer(2024)),
        "2025-12-04": ("adult-substance-misuse-treatment-statistics-2024-to-2025-data-tables.ods", writers.ods,
                       _newer(2025)),
    }  # fmt: skip
    for released, (name, writer, sheets) in annual.items():
        path = folder / "ndtms_adults" / released
        path.mkdir(parents=True)
        writer(path / name, sheets)


# --- the older annual tables ---------------------------------------------------------------------------------

_OLD_GROUPS = ["Opiate", "Non-opiate only", "Non-opiate and Alcohol", "Alcohol only"]
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


def _with_total(values: np.ndarray) -> list[int]:
    return [*map(int, values), int(values.sum())]


def _across(sheet: Sheet, row: int, label: list[str], values: np.ndarray, wholes: np.ndarray) -> None:
    """A row of counts, each with its share as a fraction of 1."""
    counts, bases = _with_total(values), _with_total(wholes)
    shares = [round(count / base, 12) for count, base in zip(counts, bases, strict=True)]
    sheet.put(row, 0, *label, *(cell for pair in zip(counts, shares, strict=True) for cell in pair))


def _old_sheet(number: str, title: str, heads: list[str]) -> Sheet:
    sheet = Sheet(f"Table {number}")
    sheet.put(0, 0, f"Table {number}: {title}")
    for place, head in enumerate(heads):
        sheet.put(2, place, head)
    for place, group in enumerate([*_OLD_GROUPS, "Total"]):
        column = len(heads) + 2 * place
        sheet.put(2, column, group)
        sheet.merge(2, column, 2, column + 1)
        sheet.put(3, column, "n", "%")
    return sheet


def _old_foot(sheet: Sheet) -> Sheet:
    last = max(row for row, _ in sheet.cells)
    sheet.put(last + 2, 0, "*Percentages may equal 0% or not sum to 100% due to rounding")
    return sheet


def _older(year: int) -> list[Sheet]:
    sheets = [Sheet("Index")]
    sheets[0].column(0, 0, ["Adult substance misuse treatment statistics", writers.SAMPLE])
    starting = treatment.starting(year)
    for number, (title, names) in enumerate(_CHARACTERISTICS.items(), start=1):
        sheet = _old_sheet(f"4.{number}.1", f"{title} of new presentations to treatment", [title])
        _shares_down(sheet, names, starting, title, year)
        sheets.append(_old_foot(sheet))
    sheets += [_old_housing(year), _old_mental_health(year), _old_trend(year), _old_exits(year)]
    sheets += [_old_local(year), *_old_prevalence(year)]
    sheets[0].column(3, 0, [sheet.cells[0, 0] for sheet in sheets[1:]])
    return sheets


def _shares_down(sheet: Sheet, names: list[str], wholes: np.ndarray, title: str, year: int) -> None:
    parts = np.stack([
        model.chance(title, year, group).multinomial(whole, [1 / len(names)] * len(names))
        for group, whole in enumerate(wholes)
    ], axis=1)  # fmt: skip
    for row, (name, part) in enumerate(zip(names, parts, strict=True), start=4):
        _across(sheet, row, [name], part, wholes)
    _across(sheet, 4 + len(names), ["Total"], wholes, wholes)


def _old_housing(year: int) -> Sheet:
    sheet = _old_sheet("4.11.1", "Housing situation of new presentations to treatment", ["Housing situation"])
    everybody = treatment.starting(year)
    known = everybody - model.chance("housing missing", year).binomial(everybody, 0.01)
    fine = treatment.answers(year, "no housing problem", "start", known)
    urgent, problem = (known - fine) // 3, (known - fine) // 2
    rows = {"No problem": fine, "Housing problem": problem, "Urgent housing problem (NFA)": urgent,
            "Other": known - fine - problem - urgent, "Total": known}  # fmt: skip
    for row, (name, values) in enumerate(rows.items(), start=4):
        _across(sheet, row, [name], values, known)
    for row, (name, values) in enumerate({"Inconsistent/missing": everybody - known, "Total": everybody}.items(), 9):
        sheet.put(row, 0, name)
        for place, count in enumerate(_with_total(values)):
            sheet.put(row, 1 + 2 * place, count)
    return _old_foot(sheet)


def _old_mental_health(year: int) -> Sheet:
    title = f"Mental health treatment need and treatment received {year - 1}-{year % 100}"
    sheet = _old_sheet("4.13.1", title, ["Mental health treatment need"])
    starting = treatment.starting(year)
    need = treatment.answers(year, "mental health need", "start", starting)
    received = treatment.answers(year, "mental health treatment", "start", need)
    community, missing = received // 3, need // 60
    rows = {
        "Community or other mental health services": community,
        "Primary care mental health treatment": received - community,
        "Total individuals receiving any treatment for mental health": received,
        "No treatment received for a mental health treatment need": need - received - missing,
        "Total": need - missing, "Missing": missing, "Total individuals needing mental health treatment": need,
        "Total number of new presentations": starting,
    }  # fmt: skip
    for row, (name, values) in enumerate(rows.items(), start=4):
        _across(sheet, row, [name], values, starting)
    return _old_foot(sheet)


def _old_trend(year: int) -> Sheet:
    sheet = _old_sheet("7.1.1", "Trends in numbers in treatment", [""])
    for row, when in enumerate(range(_FIRST_YEAR, year + 1), start=4):
        people = treatment.people(when).sum(axis=(1, 2))
        _across(sheet, row, [f"{when - 1}-{when % 100:02}"], people, np.full(4, people.sum()) / 4)
    return _old_foot(sheet)


def _old_exits(year: int) -> Sheet:
    sheet = _old_sheet("7.4.1", "Trends in treatment exit reason", ["", ""])
    row = 4
    for when in range(_FIRST_YEAR, year + 1):
        died = treatment.deaths(when, year)
        left = treatment.starting(when)
        done, dropped = (left - died) // 2, (left - died) // 3
        reasons = {"Completed free of dependence": done, "Dropped out/left": dropped, "Died": died,
                   "Prison": left - died - done - dropped, "Total": left}  # fmt: skip
        for place, (reason, values) in enumerate(reasons.items()):
            _across(sheet, row, ["" if place else f"{when - 1}-{when % 100:02}", reason], values, left)
            row += 1
    return _old_foot(sheet)


def _few(count: int) -> Cell:
    return "*" if 0 < count < 5 else count


def _old_local(year: int) -> Sheet:
    title = f"Numbers in treatment by local authority, {year - 1}-{year % 100}"
    sheet = _old_sheet("9.1.1", title, ["Local authority"])
    people = treatment.local(year)
    _across(sheet, 4, ["England"], treatment.people(year).sum(axis=(1, 2)), treatment.people(year).sum(axis=(1, 2)))
    for row, (label, units) in enumerate(areas(OLD_AREAS), start=5):
        counts = _with_total(people[units].sum(axis=0))
        sheet.put(row, 0, label)
        for place, count in enumerate(counts):
            sheet.put(row, 1 + 2 * place, _few(count), round(count / max(counts[-1], 1), 12))
    return _old_foot(sheet)


def _old_prevalence(year: int) -> list[Sheet]:
    """Two more sheets by local authority, of estimates that another publication gives."""
    sheets = []
    for number, subject in (("9.2.1", "Opiate and crack cocaine"), ("9.2.2", "Alcohol dependence")):
        sheet = Sheet(f"Table {number}")
        sheet.put(0, 0, f"Table {number}: {subject} prevalence estimates and unmet need by local authority")
        sheet.put(2, 1, "Prevalence", None, None, "Unmet need")
        sheet.merge(2, 1, 2, 3)
        sheet.put(3, 0, "Local authority", "n", "Lower bound", "Upper bound", "%")
        for row, (label, units) in enumerate(areas(OLD_AREAS), start=4):
            people = int(treatment.local(year)[units].sum())
            sheet.put(row, 0, label, 2 * people, int(1.7 * people), int(2.4 * people), 0.5)
        sheets.append(sheet)
    return sheets


# --- the newer annual tables ---------------------------------------------------------------------------------


def _spelled(year: int) -> str:
    return f"{year - 1} to {year}"


def _flat(number: str, title: str, headings: list[str], rows: Iterable[list[Cell]]) -> Sheet:
    sheet = Sheet(f"Table_{number.replace('.', '_')}")
    sheet.column(0, 0, [f"Table {number}: {title}", "This worksheet contains one table.", writers.SAMPLE])
    sheet.column(3, 0, ["Some cells refer to notes, which can be found in the notes worksheet."])
    sheet.put(5, 0, *headings)
    for row, cells in enumerate(rows, start=6):
        sheet.put(row, 0, *cells)
    return sheet


def _named_groups(values: np.ndarray) -> dict[str, np.ndarray]:
    """Counts whose last axis is the group, for all groups and for each."""
    return {"Total": values.sum(axis=-1)} | {group: values[..., place] for place, group in enumerate(GROUPS)}


def _percent(part: float, whole: float) -> float:
    return round(100 * float(part) / float(whole), 1)


def _newer(edition: int) -> list[Sheet]:
    years = range(_FIRST_YEAR, edition + 1)
    cover, contents, notes = (Sheet(name) for name in ("Cover", "Contents", "Notes"))
    cover.column(0, 0, [f"Adult substance misuse treatment statistics {_spelled(edition)}", writers.SAMPLE])
    notes.column(0, 0, ["Notes", "Note 1: people are counted once in England and once in each local authority."])
    numbers = ["Opiate (number)", "Opiate (%)", "Non-opiate only (number)", "Non-opiate only (%)",
               "Non-opiate and alcohol (number)", "Non-opiate and alcohol (%)", "Alcohol only (number)",
               "Alcohol only (%)", "Total (number)"]  # fmt: skip

    def trend(values: np.ndarray) -> list[Cell]:
        total = int(values.sum())
        return [cell for value in values for cell in (int(value), _percent(value, total))] + [total]

    sheets = [
        _flat("2.1", "Trends in numbers in treatment [note 1]", ["Year", *numbers],
              ([_spelled(year), *trend(treatment.people(year).sum(axis=(1, 2)))] for year in years)),
        _flat("2.2", "Trends in adults starting treatment", ["Year", *numbers],
              ([_spelled(year), *trend(treatment.starting(year))] for year in years)),
        *_new_characteristics(edition),
        _new_mental_health(edition), _new_parents(edition), _new_progress(edition), _new_housing(edition),
        _new_work(edition), _new_deaths(years, edition), _new_local_deaths(edition),
    ]  # fmt: skip
    contents.column(0, 0, ["Table of contents", *(sheet.cells[0, 0] for sheet in sheets)])
    return [cover, contents, notes, *sheets]


def _new_characteristics(edition: int) -> list[Sheet]:
    sheets = []
    starting = treatment.starting(edition)
    for number, (title, names) in enumerate(_CHARACTERISTICS.items(), start=1):
        parts = model.chance(title, edition).multinomial(int(starting.sum()), [1 / len(names)] * len(names))
        rows = [[name, int(part), _percent(part, starting.sum())] for name, part in zip(names, parts, strict=True)]
        headings = [title, "Adults starting treatment (number)", "Adults starting treatment (%)"]
        sheets.append(_flat(f"3.{number}", f"{title} of adults starting treatment", headings, rows))
    return sheets


def _new_mental_health(edition: int) -> Sheet:
    rows = []
    for year in range(2019, edition + 1):
        need = treatment.answers(year, "mental health need", "start", treatment.starting(year))
        received = treatment.answers(year, "mental health treatment", "start", need)
        for group, counts in _named_groups(np.stack([need, received])).items():
            rows.append([_spelled(year), "Total", group, *map(int, counts), _percent(counts[1], counts[0])])
        men = [model.chance("men with need", year, part).binomial(int(part.sum()), 0.62) for part in (need, received)]
        men[1] = min(men)
        for sex, counts in {"Male": men, "Female": [need.sum() - men[0], received.sum() - men[1]]}.items():
            rows.append([_spelled(year), sex, "Total", *map(int, counts), _percent(counts[1], counts[0])])
    headings = ["Year", "Sex", "Substance group", "Adults with a mental health treatment need (number)",
                *(f"Receiving any mental health treatment ({what})" for what in ("number", "%"))]  # fmt: skip
    return _flat("4.1", "Mental health treatment need and treatment received", headings, rows)


def _new_parents(edition: int) -> Sheet:
    rows = []
    for year in range(2020, edition + 1):
        starting = treatment.starting(year)
        found = {}
        for label, what in (("Parents living with children", "parent living with children"),
                            ("Parents not living with children", "parent not with children")):  # fmt: skip
            parents = treatment.answers(year, what, "start", starting)
            helped = treatment.answers(year, "family intervention", "start", parents)
            found[label] = np.array([parents.sum(), helped.sum()])
        for label, counts in {"All parents": sum(found.values()), **found}.items():
            rows.append([_spelled(year), label, *map(int, counts), _percent(counts[1], counts[0])])
    headings = [
        "Year",
        "Parental status",
        "Parents starting treatment (number)",
        "Received family or parental interventions (number)",
        "Received family or parental interventions (%)",
    ]
    return _flat("4.2", "Parents who received family or parental interventions", headings, rows)  # fmt: skip


def _new_progress(edition: int) -> Sheet:
    rows = []
    for year in range(2022, edition + 1):
        done = treatment.progress(year)
        for group, (completed, abstinent, reduced, neither) in _named_groups(done.T).items():
            parts = [int(part) for part in (completed, abstinent, reduced)]
            whole = sum(parts) + int(neither)
            rows.append([_spelled(year), group, whole, *parts, sum(parts), _percent(sum(parts), whole)])
    headings = ["Year", "Substance group", "Adults in the progress measure (number)", "Completed treatment (number)",
                "In treatment and abstinent (number)", "In treatment and substantially reduced use (number)",
                "Showing substantial progress (number)", "Showing substantial progress (%)"]  # fmt: skip
    return _flat("6.1", "Trends in treatment progress", headings, rows)


def _at_points(years: range, questions: list[str]) -> Iterable[list[Cell]]:
    """Year, point, group, those who answered, and each answer's number and share; the last answer is any of them."""
    for year in years:
        for point in ("start", "review", "exit"):
            asked = treatment.answering(year, point)
            counts = [treatment.answers(year, question, point, asked) for question in questions]
            if len(questions) > 1:
                counts.append(np.minimum(counts[0] + (sum(counts[1:]) * 4) // 5, asked))
            label = {"start": "Start of treatment", "review": "Latest review", "exit": "Treatment exit"}[point]
            for group, (whole, *parts) in _named_groups(np.stack([asked, *counts])).items():
                shares = [cell for part in parts for cell in (int(part), _percent(part, whole))]
                yield [_spelled(year), label, group, int(whole), *shares]


def _new_housing(edition: int) -> Sheet:
    headings = [
        "Year",
        "Time point",
        "Substance group",
        "Adults with a completed outcomes profile (number)",
        "No housing problem in the last 28 days (number)",
        "No housing problem in the last 28 days (%)",
    ]
    rows = _at_points(range(2020, edition + 1), ["no housing problem"])
    return _flat("6.2", "Trends in adults reporting no housing problem", headings, rows)  # fmt: skip


def _new_work(edition: int) -> Sheet:
    named = ["Paid work", "Voluntary work", "Training or education", "Any of these"]
    headings = ["Year", "Time point", "Substance group", "Adults with a completed outcomes profile (number)"]
    headings += [f"{name} on at least one day ({what})" for name in named for what in ("number", "%")]
    rows = _at_points(range(2020, edition + 1), ["paid work", "voluntary work", "education"])
    return _flat("6.3", "Trends in adults in paid work, volunteering or training", headings, rows)


def _new_deaths(years: range, edition: int) -> Sheet:
    rows = []
    for year in years:
        people, died = treatment.people(year).sum(axis=(1, 2)), treatment.deaths(year, edition)
        for group, (whole, count) in _named_groups(np.stack([people, died])).items():
            rows.append([_spelled(year), group, int(whole), int(count), _percent(count, whole)])
    headings = ["Year", "Substance group", "Adults in treatment (number)", "Deaths in treatment (number)",
                "Deaths in treatment (%)"]  # fmt: skip
    return _flat("7.1", "Trends in deaths in treatment", headings, rows)


def _new_local_deaths(edition: int) -> Sheet:
    rows = []
    people, died = treatment.local(edition), treatment.local_part(edition, "died")
    for label, units in areas(f"{edition}-03-31"):
        whole, count = int(people[units].sum()), int(died[units].sum())
        modelled = round(0.6 * count + 0.4 * whole * float(died.sum() / people.sum()), 1)
        around = 1.96 * 0.75 * float(modelled) ** 0.5
        limits = [round(max(modelled - around, 0), 1), round(modelled + around, 1)]
        rows.append([label, whole, "[c]" if 0 < count < 5 else count, modelled, *limits])
    headings = ["Local authority", "Adults in treatment (number)", "Deaths in treatment (number)",
                "Modelled deaths in treatment (number)",
                "Modelled deaths in treatment (number) lower bound 95% CI",
                "Modelled deaths in treatment (number) upper bound 95% CI"]  # fmt: skip
    return _flat("7.2", f"Deaths in treatment by local authority, {_spelled(edition)}", headings, rows)
