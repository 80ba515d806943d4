"""The sample of ONS homicide tables: the flags of drug-related homicides, restated whole by every release."""

from assets.samples import model
from assets.samples.words import months
from assets.samples.writers import SAMPLE, Releases, Row, Sheet

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
_BY_SEX = "Offences currently recorded as homicide, by sex of victim"
_BY_FLAG = "Drug-related homicides: offences currently recorded as homicide by drug flag"
_NOTES = [
    "Offences currently recorded as homicide as at December, as courts and the police decided until then. Year in "
    "which the police first recorded the offence.",
    "A homicide may have several flags.",
    "Any homicide with a known drug user or dealer as victim or suspect.",
]


def releases() -> Releases:
    for edition, released in _RELEASES.items():
        path = f"ons_homicide/{released}/homicideyemarch{edition % 100}appendixtables.xlsx"
        yield path, [*_front(edition, released), _all_homicides(edition), _flags(edition)]


def _front(edition: int, released: str) -> list[Sheet]:
    title = f"Homicide in England and Wales - appendix tables, year ending March {edition}"
    return [
        Sheet("Cover sheet", [title, SAMPLE, f"Release date: {released}"]),
        Sheet("Table of contents", [
            "Table of contents", ["Table number", "Table title"], ["Worksheet 1", _BY_SEX], ["Worksheet 32", _BY_FLAG],
        ]),
        Sheet("Notes", ["Notes", ["Note number", "Note text"], *enumerate(_NOTES, start=1)]),
    ]  # fmt: skip


def _table(name: str, title: str, edition: int, head: str, rows: list[Row]) -> Sheet:
    span = f"year ending March {_FIRST_YEAR} to year ending March {edition}"
    return Sheet(name, [
        f"{name}: {title}, England and Wales, {span} [note 1]",
        "This worksheet contains one table. Some cells refer to notes which can be found on the notes worksheet.",
        "Source: Home Office - Homicide Index",
        [head, *map(months, _OLDER | _NEWER[edition])],
        *rows,
    ])  # fmt: skip


def _all_homicides(edition: int) -> Sheet:
    everybody = [whole for whole, _ in (_OLDER | _NEWER[edition]).values()]
    men = [round(0.7 * whole) for whole in everybody]
    women = [whole - male for whole, male in zip(everybody, men, strict=True)]
    rows = [["Male", *men], ["Female", *women], ["All victims", *everybody]]
    return _table("Worksheet 1", _BY_SEX, edition, "Sex of victim", rows)


def _flags(edition: int) -> Sheet:
    homicides = _OLDER | _NEWER[edition]
    whole = [every for every, _ in homicides.values()]
    flags = {"Any drug-related homicide": [drugs for _, drugs in homicides.values()]} | {
        flag: [
            int(model.chance("homicide", flag, year).binomial(drugs, share)) for year, (_, drugs) in homicides.items()
        ]
        for flag, share in _SHARES.items()
    }
    return _table("Worksheet 32", _BY_FLAG, edition, "Drug flag [note 2]", [
        ["All offences currently recorded as homicide", *whole],
        *([flag, *numbers] for flag, numbers in flags.items()),
        "Percentages",
        *(
            [flag, *(round(100 * part / every) for part, every in zip(numbers, whole, strict=True))]
            for flag, numbers in flags.items()
        ),
    ])  # fmt: skip
