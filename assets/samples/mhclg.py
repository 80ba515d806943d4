"""The sample of MHCLG statutory homelessness tables by local authority: the layouts they have had since April 2018."""

import calendar
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assets.samples import homelessness, model, writers
from assets.samples.writers import SAMPLE, Cell, Sheet

_NEEDS = list(homelessness.NEEDS)
_FIRST_NEEDS = _NEEDS[:20]
_CARE_LEAVERS = _NEEDS[20:23]
_SPLIT_NEEDS = [*_NEEDS[:4], *_CARE_LEAVERS, *_NEEDS[5:20]]
_LATER_NEEDS = [*_SPLIT_NEEDS, *_NEEDS[23:]]
_CARE_LEAVER_HEADINGS = dict(
    zip(
        _CARE_LEAVERS,
        ["Care leaver aged 21-24 3", "Care leaver aged 25+ 4", "Care leaver - retired option 5"],
        strict=True,
    )
)
_AMPERSAND = {"Windsor and Maidenhead", "Weymouth and Portland"}


@dataclass(frozen=True)
class _Release:
    """One quarter; `month` is its first."""

    year: int
    month: int
    revised: bool = False

    @property
    def start(self) -> float:
        return self.year + (self.month - 1) / 12

    @property
    def last_day(self) -> str:
        return f"{self.year}-{self.month + 2:02}-{calendar.monthrange(self.year, self.month + 2)[1]}"

    @property
    def released(self) -> str:
        if self.revised:
            return f"{self.year}-{self.month + 8:02}-16"
        later = self.month + 6
        return f"{self.year + (later > 12)}-{(later - 1) % 12 + 1:02}-22"

    @property
    def period(self) -> str:
        return f"{calendar.month_name[self.month]} to {calendar.month_name[self.month + 2]} {self.year}"

    @property
    def short(self) -> str:
        return f"{calendar.month_abbr[self.month]}-{calendar.month_abbr[self.month + 2]}"

    @property
    def first_layout(self) -> bool:
        return self.start < 2019.25

    @property
    def hides_rows(self) -> bool:
        return self.start >= 2022.25

    @property
    def more_outcomes(self) -> bool:
        return self.start >= 2024.25

    @property
    def opendocument(self) -> bool:
        return 2020.25 <= self.start < 2022.25 or self.start >= 2024

    @property
    def file(self) -> str:
        stem = "DetailedLA" if self.start < 2022 else "Detailed_LA"
        if self.start >= 2024:
            stem = "Statutory_Homelessness_Detailed_Local_Authority_Data"
        ending = "ods" if self.opendocument else "xlsx"
        return f"{stem}_{self.year}{self.month + 2:02}{'_revised' * self.revised}.{ending}"

    def sheet(self, table: str) -> str:
        if self.first_layout:
            return f"{table} - {self.short} {self.year % 100}"
        odd = {(2021, 7, "A3"): "A3_", (2019, 7, "A3"): "A3 ", (2022, 10, "A1"): "A1_"}
        return odd.get((self.year, self.month, table), table)

    @property
    def needs(self) -> list[str]:
        if self.start < 2023.25:
            return _FIRST_NEEDS
        return _SPLIT_NEEDS if self.start < 2024.25 else _LATER_NEEDS


_QUARTERS = [(year, month) for year in range(2018, 2026) for month in (1, 4, 7, 10)]
_RELEASES = [_Release(*quarter) for quarter in _QUARTERS if (2018, 4) <= quarter <= (2025, 1)]
_RELEASES.append(_Release(2021, 1, revised=True))


def write(folder: Path) -> None:
    for release in _RELEASES:
        path = folder / "mhclg_homelessness" / release.released / release.file
        path.parent.mkdir(parents=True)
        save = writers.ods if release.opendocument else writers.xlsx
        save(path, [_contents(release), *_tables(release)])


def _contents(release: _Release) -> Sheet:
    sheet = Sheet("Contents")
    sheet.put(0, 3, SAMPLE)
    sheet.put(2, 12, "Experimental Statistics" if release.first_layout else "Official Statistics")
    sheet.put(3, 3, "Statutory homelessness: \nDetailed local authority-level tables")
    sheet.put(4, 3, release.period)
    sheet.put(5, 3, "England")
    sheet.put(6, 3, release.released + " (revised)**" * release.revised)
    sheet.put(10, 2, "Table No. ", "Subject")
    sheet.put(10, 11, "Geography", "Quarters")
    subjects = {"A1": "Initial assessment of homelessness circumstances and needs", "A3": "Support needs of household"}
    for row, (table, subject) in enumerate(subjects.items(), start=11):
        sheet.put(row, 2, table, subject)
        sheet.put(row, 11, "Local authority", release.short)
    return sheet


def _tables(release: _Release) -> list[Sheet]:
    figures = homelessness.duties(release.start, release.revised)
    lines = _areas(release)
    missing = _missing(release, [code for code, *_, authority in lines if authority])
    assessments, needs = _assessments(release), _needs(release)
    # How many households live there is known without a return.
    known = None if release.first_layout else 13 + 2 * release.more_outcomes
    for sheet, head, cells, kept in ((*assessments, _assessed, known), (*needs, _in_need, None)):
        row = head
        for code, name, region, units, authority in lines:
            if code is None:
                row += 1
                continue
            where = region if authority and release.first_layout else (None, None)
            sheet.put(row, 0, code, name, *where)
            for column, value in cells(release, figures, units, authority).items():
                sheet.put(row, column, ".." if code in missing and column != kept else value)
            row += 1
        _foot(sheet, row + 1, release, sorted(name for code, name, *_ in lines if code in missing))
    return [assessments[0], needs[0]]


def _areas(release: _Release) -> list[tuple]:
    """Code, name, region, units, and whether it is an authority; blank lines have no code, and London stands twice."""
    region = model.units()["region"].to_numpy()
    english = region != model.WALES
    blank = (None, None, None, None, False)
    regions = [(code, name, None, np.flatnonzero(region == code), False) for code, name in model.REGIONS.items()]
    london = next(line for line in regions if line[0] == "E12000007")
    lines = [
        ("E92000001", "England" if 2020 <= release.start < 2022 else "ENGLAND", None, np.flatnonzero(english), False),
        london,
        ("-", "Rest of England", None, np.flatnonzero(english & (region != "E12000007")), False),
        blank,
        *regions,
        blank,
    ]
    codes, table = model.authority_codes(release.last_day).to_numpy(), model.authorities(release.last_day)
    for code, area in table[table["region_code"].notna()].sort_values("area_name").iterrows():
        name = area["area_name"]
        if name in _AMPERSAND and not release.opendocument:
            name = name.replace(" and ", " & ")
        where = (model.REGIONS[area["region_code"]], area["region_code"])
        lines.append((code, name, where, np.flatnonzero(codes == code), True))
    return lines


def _missing(release: _Release, codes: list[str]) -> set[str]:
    """The authorities without a return: some are late more often than others."""
    late = {
        code: model.chance("late", code).normal() + model.chance("late", code, release.start).normal() for code in codes
    }
    number = int(model.chance("late", release.start).integers(5, 20))
    return set(sorted(late, key=late.get)[:number])


def _assessments(release: _Release) -> tuple[Sheet, int]:
    """Table A1 as far as its headings, and the row of its first area."""
    sheet = Sheet(release.sheet("A1"))
    subject = (
        "Number of households assessed and owed a prevention or relief duty by local authority"
        if release.first_layout
        else "Number of households by initial assessment of homelessness circumstances and needs"
    )
    sheet.put(0, 0, f"Table A1 - {subject}\nEngland, {release.period}")
    sheet.merge(0, 0, 0, 11)
    row = 1
    more = [
        "Withdrew application  before assessment - no duty owed",
        "Not eligible / no longer eligible - no duty owed",
    ]
    more = more if release.more_outcomes else []
    if release.hides_rows:
        sheet.put(1, 4, "Total number of households assessed1,2", None, "Total households assessed as owed a duty")
        sheet.put(1, 7, "Threatened with homelessness - Prevention duty owed")
        sheet.put(1, 8, "     Of which: due to service of valid Section 21 Notice", "Homeless - Relief duty owed")
        sheet.put(1, 11, "Not threatened with homelessness within 56 days - no duty owed", *more)
        sheet.put(2, 4, "Grand Total", None, None, "Threatened with homelessness – Prevention Duty owed")
        sheet.put(2, 8, "Threatened with homelessness due to service of valid Section 21 Notice – Prevention Duty owed")
        sheet.put(2, 9, "Already homeless – Relief Duty owed (include accepted local connection referrals)")
        sheet.put(2, 11, "Not threatened with homelessness within 56 days", *more)
        sheet.hidden |= {1, 2}
        row = 3
    sheet.put(row, 11, "Number of households")
    sheet.put(row + 1, 4, "Total initial assessments1,2", None, "Assessed as owed a duty")
    if release.first_layout:
        sheet.put(row + 1, 11, "Not threatened with homelessness within 56 days - no duty owed")
        sheet.put(row + 2, 6, "Total", "Threatened with homelessness - \nPrevention duty owed", "Of which:")
        sheet.put(row + 2, 9, "Homeless - \nRelief duty owed")
    else:
        sheet.put(row + 1, 11, "Not homeless nor threatened with homelessness within 56 days - no duty owed", *more)
        households = f"Number of households\n in area{5 if release.hides_rows else 4} (000s)"
        threatened = "Households assessed as threatened with homelessness\nper (000s)"
        sheet.put(row + 1, 13 + len(more), households, threatened, "Households assessed as homeless\nper (000s)")
        sheet.put(row + 2, 6, "Total owed a prevention or relief duty")
        sheet.put(row + 2, 7, "Threatened with homelessness within 56 days - \nPrevention duty owed", "Of which:")
        sheet.put(row + 2, 9, "Homeless - \nRelief duty owed4")
    sheet.put(row + 3, 8, "due to service of valid Section 21 Notice3")
    sheet.merge(row + 1, 4, row + 3, 4)
    sheet.merge(row + 1, 6, row + 1, 9)
    return sheet, row + 4


def _needs(release: _Release) -> tuple[Sheet, int]:
    """Table A3 as far as its headings, and the row of its first area."""
    sheet = Sheet(release.sheet("A3"))
    subject, owed = "Number of households owed a homelessness duty by support needs of household", " owed duty"
    if release.first_layout:
        subject = "Support needs of households assessed as owed a prevention or relief duty by local authority"
        owed = ""
    sheet.put(0, 0, f"Table A3 – {subject}\nEngland, {release.period}")
    sheet.merge(0, 0, 0, 10)
    row = 1
    if release.hides_rows:
        sheet.put(1, 7, "Total households with support need(s) owed a duty ")
        sheet.put(1, 12, "Total number of support needs for those owed a duty5", *release.needs)
        sheet.hidden.add(1)
        row = 2
    sheet.put(row, 10, "Number of households", None, "Total number of support needs1", "Of which households with:")
    sheet.put(row + 1, 4, f"Households with no support needs{owed}1,2")
    unknown = "\nunknown support needs" if release.first_layout else f"unknown support needs{owed}"
    sheet.put(row + 1, 5, f"Households with {unknown}", None, f"Households with one or more support needs{owed}1,2")
    sheet.put(row + 1, 13, *(_CARE_LEAVER_HEADINGS.get(need, need) for need in release.needs))
    sheet.put(row + 2, 7, "Total" if release.first_layout else "Total households with support needs", 1, 2, "3+")
    sheet.merge(row, 12, row + 2, 12)
    sheet.merge(row + 1, 7, row + 1, 10)
    return sheet, row + 3


def _printed(value: np.ndarray, units: np.ndarray, authority: bool) -> int:
    total = int(value[units].sum())
    # Half a ten goes up, as the publisher's does.
    return total if authority else (total + 5) // 10 * 10


def _assessed(release: _Release, figures: homelessness.Duties, units: np.ndarray, authority: bool) -> dict[int, Cell]:
    by_column = {
        4: figures.owed + figures.not_owed, 6: figures.owed, 7: figures.prevention, 8: figures.section_21,
        9: figures.relief, 11: figures.not_owed,
    }  # fmt: skip
    if release.more_outcomes:
        by_column |= {12: figures.not_owed // 9, 13: figures.not_owed // 12}
        by_column[4] = by_column[4] + by_column[12] + by_column[13]
    cells: dict[int, Cell] = {column: _printed(value, units, authority) for column, value in by_column.items()}
    if not release.first_layout:
        people = model.population(min(release.year, 2024))[units].sum()
        households = round(float(people) / 2_400, 1)
        per = [round(float(value[units].sum()) / households, 2) for value in (figures.prevention, figures.relief)]
        cells |= dict(zip(range(13 + 2 * release.more_outcomes, 18), [households, *per], strict=False))
    return cells


def _in_need(release: _Release, figures: homelessness.Duties, units: np.ndarray, authority: bool) -> dict[int, Cell]:
    none = figures.owed - figures.with_needs - figures.unknown
    by_column = {
        4: none, 5: figures.unknown, 7: figures.with_needs, 8: figures.one, 9: figures.two, 10: figures.three,
    }  # fmt: skip
    cells: dict[int, Cell] = {column: _printed(value, units, authority) for column, value in by_column.items()}
    needs = figures.needs[:, [_NEEDS.index(need) for need in release.needs]]
    few = authority and figures.with_needs[units].sum() < 5
    for column, value in enumerate([needs.sum(axis=1), *needs.T], start=12):
        cells[column] = "-" if few else _printed(value, units, authority)
    return cells


def _foot(sheet: Sheet, row: int, release: _Release, missing: list[str]) -> None:
    sheet.put(row, 0, "Notes:")
    notes = [
        "Multiple support needs can be reported per household, but each support need only once.",
        f"Totals include estimates for {', '.join(missing)}.",
        "Notice to end an Assured Shorthold Tenancy (AST) which expires within 56 days",
        "Only includes households assessed as homeless on initial assessment.",
        "Household figures are made from population estimates.",
    ]
    for number, note in enumerate(notes, start=1):
        sheet.put(row + number, 0, number, note)
    sheet.put(row + 6, 1, "Total figures are presented rounded to the nearest 10 households.")
    few = "for local authorities with fewer than 5 households with support needs."
    sheet.put(row + 8, 0, "-", f"Support need breakdowns have been suppressed {few}")
    sheet.put(row + 9, 0, "..", "incomplete or no data received from the local authority")
    sheet.put(row + 11, 0, "Source:", "MHCLG H-CLIC Homelessness returns (quarterly)")
