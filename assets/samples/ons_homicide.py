"""The sample of ONS homicide tables: the flags of drug-related homicides, restated whole by every release."""

from pathlib import Path

from assets.samples import model, writers
from assets.samples.writers import SAMPLE, Sheet

_RELEASES = {2022: "2023-02-09", 2023: "2024-02-08", 2024: "2025-02-06"}
_FIRST_YEAR = 2008

# All homicides and drug-related ones by the year in which they end. Some are as published (YE March 2022 in its own
# release, YE March 2023, both sums of five years), the rest lie near.
_OLDER = {
    2008: (739, 296), 2009: (645, 262), 2010: (606, 250), 2011: (626, 257), 2012: (530, 219), 2013: (552, 230),
    2014: (526, 221), 2015: (508, 216), 2016: (571, 246), 2017: (684, 296), 2018: (703, 309), 2019: (634, 316),
}  # fmt: skip
_NEWER = {
    2022: {2020: (675, 341), 2021: (574, 298), 2022: (696, 351)},
    2023: {2020: (672, 345), 2021: (570, 300), 2022: (682, 356), 2023: (590, 310)},
    2024: {2020: (670, 347), 2021: (569, 302), 2022: (680, 360), 2023: (583, 317), 2024: (560, 314)},
}
_SHARES = {
    "Victim or suspect known drug user [note 3]": 0.78,
    "Victim or suspect known drug dealer [note 3]": 0.46,
    "Victim or suspect under the influence of illicit drugs": 0.44,
    "Motive to obtain drugs, or money for drugs, or to steal drug proceeds": 0.13,
}
_HEADING = "Drug flag [note 2]"
_NOTES = [
    "Offences currently recorded as homicide as at December, as courts and the police decided until then. Year in "
    "which the police first recorded the offence.",
    "A homicide may have several flags.",
    "Any homicide with a known drug user or dealer as victim or suspect.",
]


def write(folder: Path) -> None:
    for edition, released in _RELEASES.items():
        path = folder / "ons_homicide" / released / f"homicideyemarch{edition % 100}appendixtables.xlsx"
        path.parent.mkdir(parents=True)
        writers.xlsx(path, [*_front(edition, released), _all_homicides(edition), _flags(edition)])


def _homicides(edition: int) -> dict[int, tuple[int, int]]:
    return _OLDER | _NEWER[edition]


def _span(edition: int) -> str:
    return f"year ending March {_FIRST_YEAR} to year ending March {edition}"


def _front(edition: int, released: str) -> list[Sheet]:
    cover = Sheet("Cover sheet")
    lines = [f"Homicide in England and Wales - appendix tables, year ending March {edition}", SAMPLE]
    cover.column(0, 0, [*lines, f"Release date: {released}"])
    contents = Sheet("Table of contents")
    contents.put(0, 0, "Table of contents")
    contents.put(1, 0, "Table number", "Table title")
    contents.put(2, 0, "Worksheet 1", "Offences currently recorded as homicide, by sex of victim")
    contents.put(3, 0, "Worksheet 32", "Drug-related homicides: offences currently recorded as homicide by drug flag")
    notes = Sheet("Notes")
    notes.put(0, 0, "Notes")
    notes.put(1, 0, "Note number", "Note text")
    for number, text in enumerate(_NOTES, start=1):
        notes.put(1 + number, 0, number, text)
    return [cover, contents, notes]


def _head(name: str, title: str, edition: int) -> Sheet:
    sheet = Sheet(name)
    lines = [
        f"{name}: {title}, England and Wales, {_span(edition)} [note 1]",
        "This worksheet contains one table. Some cells refer to notes which can be found on the notes worksheet.",
        "Source: Home Office - Homicide Index",
    ]
    sheet.column(0, 0, lines)
    return sheet


def _years(edition: int) -> list[str]:
    return [f"Apr {year - 1} to Mar {year}" for year in _homicides(edition)]


def _all_homicides(edition: int) -> Sheet:
    sheet = _head("Worksheet 1", "Offences currently recorded as homicide, by sex of victim", edition)
    sheet.put(3, 0, "Sex of victim", *_years(edition))
    everybody = [whole for whole, _ in _homicides(edition).values()]
    men = [round(0.7 * whole) for whole in everybody]
    sheet.put(4, 0, "Male", *men)
    sheet.put(5, 0, "Female", *(whole - male for whole, male in zip(everybody, men, strict=True)))
    sheet.put(6, 0, "All victims", *everybody)
    return sheet


def _flags(edition: int) -> Sheet:
    title = "Drug-related homicides: offences currently recorded as homicide by drug flag"
    sheet = _head("Worksheet 32", title, edition)
    sheet.put(3, 0, _HEADING, *_years(edition))
    homicides = _homicides(edition)
    rows = {
        "All offences currently recorded as homicide": [whole for whole, _ in homicides.values()],
        "Any drug-related homicide": [drugs for _, drugs in homicides.values()],
    }
    for flag, share in _SHARES.items():
        rows[flag] = [
            int(model.chance("homicide", flag, year).binomial(drugs, share)) for year, (_, drugs) in homicides.items()
        ]
    for row, (flag, numbers) in enumerate(rows.items(), start=4):
        sheet.put(row, 0, flag, *numbers)
    sheet.put(10, 0, "Percentages")
    for row, (flag, numbers) in enumerate(list(rows.items())[1:], start=11):
        shares = [round(100 * part / whole) for part, (whole, _) in zip(numbers, homicides.values(), strict=True)]
        sheet.put(row, 0, flag, *shares)
    return sheet
