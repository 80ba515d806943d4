"""The sample of MHCLG statutory homelessness tables by local authority: the layouts they have had since April 2018."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from assets.samples import homelessness, model
from assets.samples.writers import SAMPLE, Cell, Releases, Row, Sheet, Span

_NEEDS = list(homelessness.NEEDS)
_FIRST_NEEDS, _CARE_LEAVERS = _NEEDS[:20], _NEEDS[20:23]
_SPLIT_NEEDS = [*_NEEDS[:4], *_CARE_LEAVERS, *_NEEDS[5:20]]
_LATER_NEEDS = [*_SPLIT_NEEDS, *_NEEDS[23:]]
_MARKED = ["Care leaver aged 21-24 3", "Care leaver aged 25+ 4", "Care leaver - retired option 5"]
_CARE_LEAVER_HEADINGS = dict(zip(_CARE_LEAVERS, _MARKED, strict=True))
_AMPERSAND = {"Windsor and Maidenhead", "Weymouth and Portland"}


@dataclass(frozen=True)
class _Release:
    quarter: pd.Period
    revised: bool = False

    @property
    def start(self) -> float:
        return self.quarter.year + (self.quarter.quarter - 1) / 4

    @property
    def released(self) -> str:
        later = self.quarter + 2
        return f"{later.end_time:%Y-%m}-16" if self.revised else f"{later.start_time:%Y-%m}-22"

    @property
    def period(self) -> str:
        return f"{self.quarter.start_time:%B} to {self.quarter.end_time:%B %Y}"

    @property
    def short(self) -> str:
        return f"{self.quarter.start_time:%b}-{self.quarter.end_time:%b}"

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
        return f"{stem}_{self.quarter.end_time:%Y%m}{'_revised' * self.revised}.{ending}"

    def sheet(self, table: str) -> str:
        if self.first_layout:
            return f"{table} - {self.short} {self.quarter.year % 100}"
        odd = {("2021Q3", "A3"): "A3_", ("2019Q3", "A3"): "A3 ", ("2022Q4", "A1"): "A1_"}
        return odd.get((str(self.quarter), table), table)

    @property
    def needs(self) -> list[str]:
        if self.start < 2023.25:
            return _FIRST_NEEDS
        return _SPLIT_NEEDS if self.start < 2024.25 else _LATER_NEEDS


_RELEASES = [_Release(quarter) for quarter in pd.period_range("2018Q2", "2025Q1", freq="Q")]
_RELEASES.append(_Release(pd.Period("2021Q1"), revised=True))


def releases() -> Releases:
    for release in _RELEASES:
        tables = [_contents(release), *_tables(release)]
        yield f"mhclg_homelessness/{release.released}/{release.file}", tables


def _contents(release: _Release) -> Sheet:
    left, table = [None] * 3, [None] * 2
    subjects = {"A1": "Initial assessment of homelessness circumstances and needs", "A3": "Support needs of household"}
    return Sheet("Contents", [
        [*left, SAMPLE],
        None,
        [*[None] * 12, "Experimental Statistics" if release.first_layout else "Official Statistics"],
        [*left, "Statutory homelessness: \nDetailed local authority-level tables"],
        [*left, release.period],
        [*left, "England"],
        [*left, release.released + " (revised)**" * release.revised],
        *[None] * 3,
        [*table, "Table No. ", "Subject", *[None] * 7, "Geography", "Quarters"],
        *([*table, name, subject, *[None] * 7, "Local authority", release.short] for name, subject in subjects.items()),
    ])  # fmt: skip


@dataclass(frozen=True)
class _Line:
    """An area as printed, with the region of an authority; an authority may be without a return."""

    code: str
    name: str
    units: np.ndarray
    region: tuple[str | None, str | None] = (None, None)
    authority: bool = False
    missing: bool = False

    def printed(self, *counts: np.ndarray | None) -> list[Cell]:
        """Counts of its units, rounded for larger areas: half a ten goes up, as the publisher's does."""
        totals = [None if count is None else int(count[self.units].sum()) for count in counts]
        if self.missing:
            return [None if total is None else ".." for total in totals]
        return [total if total is None or self.authority else (total + 5) // 10 * 10 for total in totals]


def _tables(release: _Release) -> Iterator[Sheet]:
    figures, lines = homelessness.duties(release.start, release.revised), _lines(release)
    foot = _foot(sorted(line.name for line in lines if line and line.missing))
    for table, heads, cells, hidden in (("A1", _assessments, _assessed, {1, 2}), ("A3", _needs, _in_need, {1})):
        rows = (
            [line.code, line.name, *line.region, *cells(release, figures, line)] if line else None for line in lines
        )
        yield Sheet(
            release.sheet(table), [*heads(release), *rows, None, *foot], hidden if release.hides_rows else set()
        )


def _lines(release: _Release) -> list[_Line | None]:
    """Areas in their order, with blank lines between their kinds; London stands twice."""
    england, *regions = [_Line(*area) for area in model.england()]
    london = regions[list(model.REGIONS).index("E12000007")]
    rest = np.setdiff1d(england.units, london.units)
    whole = replace(england, name="England" if 2020 <= release.start < 2022 else "ENGLAND")
    lines = [whole, london, _Line("-", "Rest of England", rest), None, *regions, None]
    last_day = f"{release.quarter.end_time:%Y-%m-%d}"
    codes, table = model.authority_codes(last_day).to_numpy(), model.authorities(last_day)
    table = table[table["region_code"].notna()].sort_values("area_name")
    missing = _missing(release, list(table.index))
    for code, name, region in zip(table.index, table["area_name"], table["region_code"], strict=True):
        printed = name.replace(" and ", " & ") if name in _AMPERSAND and not release.opendocument else name
        where = (model.REGIONS[region], region) if release.first_layout else (None, None)
        lines.append(_Line(code, printed, np.flatnonzero(codes == code), where, True, code in missing))
    return lines


def _missing(release: _Release, codes: list[str]) -> set[str]:
    """The authorities without a return: some are late more often than others."""
    late = {
        code: model.chance("late", code).normal() + model.chance("late", code, release.start).normal() for code in codes
    }
    number = int(model.chance("late", release.start).integers(5, 20))
    return set(sorted(late, key=late.get)[:number])


def _assessments(release: _Release) -> list[Row]:
    """Table A1 as far as its headings."""
    more = ["Withdrew application  before assessment - no duty owed",
            "Not eligible / no longer eligible - no duty owed"] * release.more_outcomes  # fmt: skip
    left, number = [None] * 4, [*[None] * 11, "Number of households"]
    initial: list[Cell | Span] = [*left, Span("Total initial assessments1,2", down=3), None,
                                  Span("Assessed as owed a duty", across=4), None]  # fmt: skip
    section_21 = [*[None] * 8, "due to service of valid Section 21 Notice3"]
    if release.first_layout:
        subject = "Number of households assessed and owed a prevention or relief duty by local authority"
        return [
            Span(f"Table A1 - {subject}\nEngland, {release.period}", across=12),
            number,
            [*initial, "Not threatened with homelessness within 56 days - no duty owed"],
            [*[None] * 6, "Total", "Threatened with homelessness - \nPrevention duty owed", "Of which:",
             "Homeless - \nRelief duty owed"],
            section_21,
        ]  # fmt: skip
    subject = "Number of households by initial assessment of homelessness circumstances and needs"
    hidden: list[Row] = [
        [*left, "Total number of households assessed1,2", None, "Total households assessed as owed a duty",
         "Threatened with homelessness - Prevention duty owed",
         "     Of which: due to service of valid Section 21 Notice", "Homeless - Relief duty owed", None,
         "Not threatened with homelessness within 56 days - no duty owed", *more],
        [*left, "Grand Total", None, None, "Threatened with homelessness – Prevention Duty owed",
         "Threatened with homelessness due to service of valid Section 21 Notice – Prevention Duty owed",
         "Already homeless – Relief Duty owed (include accepted local connection referrals)", None,
         "Not threatened with homelessness within 56 days", *more],
    ]  # fmt: skip
    return [
        Span(f"Table A1 - {subject}\nEngland, {release.period}", across=12),
        *(hidden if release.hides_rows else []),
        number,
        [*initial, "Not homeless nor threatened with homelessness within 56 days - no duty owed", *more, None,
         f"Number of households\n in area{5 if release.hides_rows else 4} (000s)",
         "Households assessed as threatened with homelessness\nper (000s)",
         "Households assessed as homeless\nper (000s)"],
        [*[None] * 6, "Total owed a prevention or relief duty",
         "Threatened with homelessness within 56 days - \nPrevention duty owed", "Of which:",
         "Homeless - \nRelief duty owed4"],
        section_21,
    ]  # fmt: skip


def _needs(release: _Release) -> list[Row]:
    """Table A3 as far as its headings."""
    if release.first_layout:
        subject = "Support needs of households assessed as owed a prevention or relief duty by local authority"
        owed, line = "", "\n"
    else:
        subject = "Number of households owed a homelessness duty by support needs of household"
        owed, line = " owed duty", ""
    hidden = [*[None] * 7, "Total households with support need(s) owed a duty ", *[None] * 4,
              "Total number of support needs for those owed a duty5", *release.needs]  # fmt: skip
    return [
        Span(f"Table A3 – {subject}\nEngland, {release.period}", across=11),
        *([hidden] if release.hides_rows else []),
        [*[None] * 10, "Number of households", None, Span("Total number of support needs1", down=3),
         "Of which households with:"],
        [*[None] * 4, f"Households with no support needs{owed}1,2",
         f"Households with {line}unknown support needs{owed}", None,
         Span(f"Households with one or more support needs{owed}1,2", across=4), *[None] * 2,
         *(_CARE_LEAVER_HEADINGS.get(need, need) for need in release.needs)],
        [*[None] * 7, "Total" if release.first_layout else "Total households with support needs", 1, 2, "3+"],
    ]  # fmt: skip


def _assessed(release: _Release, figures: homelessness.Duties, line: _Line) -> list[Cell]:
    more = [figures.not_owed // 9, figures.not_owed // 12] * release.more_outcomes
    total = figures.owed + figures.not_owed + sum(more)
    cells = line.printed(total, None, figures.owed, figures.prevention, figures.section_21, figures.relief, None,
                         figures.not_owed, *more)  # fmt: skip
    if release.first_layout:
        return cells
    households = round(float(model.aged(release.quarter.year)[line.units].sum()) / 2_400, 1)
    both = [float(duty[line.units].sum()) for duty in (figures.prevention, figures.relief)]
    # How many households live there is known without a return.
    rates = [".." if line.missing else round(number / households, 2) for number in both]
    return [*cells, None, households, *rates]


def _in_need(release: _Release, figures: homelessness.Duties, line: _Line) -> list[Cell]:
    none = figures.owed - figures.with_needs - figures.unknown
    needs = figures.needs[:, [_NEEDS.index(need) for need in release.needs]]
    cells = line.printed(none, figures.unknown, None, figures.with_needs, figures.one, figures.two, figures.three, None)
    by_need = line.printed(needs.sum(axis=1), *needs.T)
    if line.authority and not line.missing and figures.with_needs[line.units].sum() < 5:
        by_need = ["-"] * len(by_need)
    return [*cells, *by_need]


def _foot(missing: list[str]) -> list[Row]:
    notes = [
        "Multiple support needs can be reported per household, but each support need only once.",
        f"Totals include estimates for {', '.join(missing)}.",
        "Notice to end an Assured Shorthold Tenancy (AST) which expires within 56 days",
        "Only includes households assessed as homeless on initial assessment.",
        "Household figures are made from population estimates.",
    ]
    few = "for local authorities with fewer than 5 households with support needs."
    return [
        "Notes:",
        *enumerate(notes, start=1),
        [None, "Total figures are presented rounded to the nearest 10 households."],
        None,
        ["-", f"Support need breakdowns have been suppressed {few}"],
        ["..", "incomplete or no data received from the local authority"],
        None,
        ["Source:", "MHCLG H-CLIC Homelessness returns (quarterly)"],
    ]
