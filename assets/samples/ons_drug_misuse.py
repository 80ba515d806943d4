"""The sample of survey tables on drug misuse: the accessible layout they have had since the year to June 2022."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assets.samples import model
from assets.samples.words import months
from assets.samples.writers import SAMPLE, Cell, Releases, Row, Sheet


@dataclass(frozen=True)
class _Edition:
    """One release: what it calls its last survey year, and where that ends (2020.25 is the end of March 2020)."""

    released: str
    ending: float
    file: str

    @property
    def name(self) -> str:
        return f"year ending {'June' if self.ending % 1 == 0.5 else 'March'} {int(self.ending)}"

    @property
    def years(self) -> dict[str, float]:
        """Each heading of a survey year and the moment in which it ends."""
        sweeps = {f"Jan {year} to Dec {year}": year + 1.0 for year in (1995, 1997, 1999)}
        whole = [year for year in range(2002, int(self.ending) + 1) if year not in (2021, 2022)]
        years = {months(year): year + 0.25 for year in whole}
        nine_months = {f"Oct 2021 to Jun {int(self.ending)}": self.ending} if self.ending == 2022.5 else {}
        return sweeps | years | nine_months


_EDITIONS = [
    _Edition("2020-12-09", 2020.25, "drugmisusetablesyemarch20.xlsx"),
    _Edition("2022-12-15", 2022.5, "drugsmisusetablesjune22.xlsx"),
    _Edition("2023-12-14", 2023.25, "drugmisusetablesmarch23.xlsx"),
    _Edition("2024-12-12", 2024.25, "drugmisusetablesmarch24.xlsx"),
]

_CLASS_A, _ANY = "Any Class A drug", "Any drug"
_NITROUS_OXIDE = "Nitrous oxide"
# Percent by the end of the survey year: those of March 2013, 2020 and 2023 and of June 2022 are published where they
# have been quoted, to one decimal place; the rest lie near.
_USE = {
    "16-59": {
        "Any cocaine": {1996: 0.7, 2000: 2.0, 2009.25: 3.0, 2013.25: 1.9, 2020.25: 2.6, 2022.5: 2.1, 2024.25: 2.1},
        "Powder cocaine": {1996: 0.6, 2000: 1.9, 2009.25: 2.9, 2013.25: 1.9, 2020.25: 2.6, 2022.5: 2.0, 2024.25: 2.1},
        "Ecstasy": {1996: 1.7, 2002.25: 2.1, 2013.25: 1.2, 2020.25: 1.4, 2022.5: 0.7, 2023.25: 1.1, 2024.25: 0.8},
        "Hallucinogens": {1996: 1.3, 2002.25: 0.7, 2013.25: 0.4, 2020.25: 0.7, 2022.5: 0.7, 2023.25: 1.0,
                          2024.25: 0.9},
        "Heroin": {1996: 0.2, 2013.25: 0.1, 2020.25: 0.0, 2024.25: 0.1},
        "Amphetamines": {1996: 3.2, 2002.25: 1.5, 2013.25: 0.6, 2020.25: 0.3, 2024.25: 0.2},
        "Cannabis": {1996: 9.5, 2002.25: 10.7, 2013.25: 6.3, 2020.25: 7.8, 2022.5: 7.4, 2023.25: 7.6, 2024.25: 6.8},
        "Ketamine": {2007.25: 0.3, 2013.25: 0.4, 2020.25: 0.8, 2022.5: 0.9, 2024.25: 0.8},
        _NITROUS_OXIDE: {2013.25: 2.0, 2020.25: 2.4, 2022.5: 1.3, 2023.25: 1.3, 2024.25: 0.9},
        _CLASS_A: {1996: 2.6, 2009.25: 3.6, 2013.25: 2.5, 2020.25: 3.4, 2022.5: 2.7, 2023.25: 3.3, 2024.25: 3.0},
        _ANY: {1996: 11.2, 2003.25: 12.2, 2006.25: 10.5, 2013.25: 8.1, 2015.25: 8.6, 2016.25: 8.4, 2020.25: 9.4,
               2022.5: 9.2, 2023.25: 9.5, 2024.25: 8.8},
    },
    "16-24": {
        "Any cocaine": {1996: 1.5, 2009.25: 6.6, 2013.25: 3.1, 2020.25: 5.3, 2022.5: 4.0, 2024.25: 4.3},
        "Powder cocaine": {1996: 1.4, 2009.25: 6.5, 2013.25: 3.0, 2020.25: 5.3, 2022.5: 4.0, 2024.25: 4.3},
        "Ecstasy": {1996: 6.5, 2002.25: 6.8, 2013.25: 2.9, 2020.25: 4.0, 2022.5: 1.1, 2023.25: 2.4, 2024.25: 2.2},
        "Hallucinogens": {1996: 5.2, 2002.25: 2.0, 2013.25: 0.8, 2020.25: 1.9, 2022.5: 1.6, 2024.25: 1.9},
        "Heroin": {1996: 0.4, 2013.25: 0.0, 2024.25: 0.0},
        "Amphetamines": {1996: 11.7, 2002.25: 5.0, 2013.25: 1.3, 2020.25: 0.6, 2024.25: 0.5},
        "Cannabis": {1996: 26.0, 2002.25: 27.3, 2013.25: 13.5, 2020.25: 18.7, 2022.5: 16.2, 2023.25: 15.4,
                     2024.25: 13.8},
        "Ketamine": {2007.25: 0.8, 2013.25: 0.8, 2020.25: 3.2, 2022.5: 3.1, 2023.25: 3.8, 2024.25: 2.9},
        _NITROUS_OXIDE: {2013.25: 6.1, 2020.25: 8.7, 2022.5: 3.9, 2023.25: 4.2, 2024.25: 3.3},
        _CLASS_A: {1996: 9.2, 2009.25: 8.0, 2013.25: 4.8, 2020.25: 7.4, 2022.5: 4.7, 2024.25: 5.8},
        _ANY: {1996: 29.7, 2002.25: 30.0, 2006.25: 25.2, 2013.25: 16.5, 2015.25: 19.5, 2016.25: 18.0, 2020.25: 21.0,
               2022.5: 18.6, 2023.25: 17.6, 2024.25: 16.5},
    },
}  # fmt: skip
_FREQUENT = {
    "16-59": {2015.25: 3.1, 2017.25: 2.0, 2020.25: 2.1, 2022.5: 2.6, 2023.25: 2.3, 2024.25: 2.1},
    "16-24": {2015.25: 6.0, 2017.25: 4.2, 2020.25: 4.3, 2022.5: 4.7, 2023.25: 4.7, 2024.25: 4.0},
}
# First and last survey year in which a drug was asked about, and years left out.
_ASKED = {"Ketamine": (2007.25, 9999, ()), _NITROUS_OXIDE: (2013.25, 9999, (2015.25, 2016.25))}
_HIDDEN = {("Heroin", "16-24", 2022.5), ("Heroin", "16-24", 2024.25)}
_NOTES = {_CLASS_A: " [note 2]", _ANY: " [note 3]", "Ecstasy": " "}
_IN_SUBGROUPS = ["Cannabis", _CLASS_A, _ANY]

_BASES = {"16-59": {1996: 10_746, 2005.25: 28_206, 2012.25: 26_391, 2020.25: 19_230, 2022.5: 7_197, 2023.25: 17_048,
                    2024.25: 18_700},
          "16-24": {1996: 1_420, 2005.25: 6_196, 2012.25: 3_474, 2020.25: 1_958, 2022.5: 714, 2023.25: 1_530,
                    2024.25: 1_600}}  # fmt: skip
# How much likelier use is than among all adults, and the share of the interviews.
_AGES = {"16–19 [note 11]": (2.2, 0.035), "20–24 [note 11]": (2.3, 0.066), "25–29": (1.6, 0.104), "30–34": (1.0, 0.13),
         "35–44": (0.7, 0.26), "45–54": (0.5, 0.265), "55–59": (0.3, 0.14)}  # fmt: skip
_SEXES = {"Men": (1.28, 0.45), "Women": (0.72, 0.55)}
_PART_AGES = {"16–24": (2.1, 0.1), "25–59": (0.78, 0.9)}
_REGIONS = {"England": (1.0, 0.93), "    North East ": (0.85, 0.06), "    North West ": (0.97, 0.13),
            "    Yorkshire and the Humber": (0.98, 0.09), "    East Midlands ": (0.95, 0.09),
            "    West Midlands": (0.85, 0.09), "    East": (0.9, 0.1), "    London": (1.2, 0.13),
            "    South East": (1.02, 0.15), "    South West": (1.15, 0.09), "Wales": (0.95, 0.07)}  # fmt: skip
_CHARACTERISTICS = {
    "Ethnic group": {"White ": 1.08, "Mixed/Multiple": 2.0, "Asian/Asian British": 0.42, "Other ethnic group": 0.9},
    "Marital status": {"Married/Civil Partnership": 0.35, "Cohabiting": 1.25, "Single": 1.8, "Widowed": 0.5},
    "Respondent's employment status": {"In employment": 0.97, "Unemployed": 1.5, "Economically inactive": 1.05},
    "Disability [note 6]": {"Disabled": 1.3, "Not disabled": 0.95},
    "Sexual orientation [note 7]": {"Heterosexual/straight": 0.9, "Gay/Lesbian": 3.0, "Bisexual": 3.2},
}

_MARKS = (
    "Some shorthand is used in this table. [x] indicates that data are not available as Crime Survey for England and "
    "Wales (CSEW) questions were not asked in that particular year, [c] indicates that data from the CSEW have been "
    "suppressed because of disclosure or reliability constraints and [s] indicates for CSEW data that the change is "
    "statistically significant at the 5% level"
)
_BASE = "Unweighted base - number of adults [note 4]"
_COMPARED = ("Jan 1995 to Dec 1995", "Apr 2011 to Mar 2012")
_SINCE_1995 = "year ending December 1995 to "
_REPORTING = "Proportion of 16 to 59 year olds reporting use of illicit drugs in the last year by"


def releases() -> Releases:
    for edition in _EDITIONS:
        yield f"csew_drug_misuse/{edition.released}/{edition.file}", [
            *_front(edition),
            _drugs(edition, "1.02", "16-59"),
            _users(edition),
            _drugs(edition, "1.08", "16-24"),
            _often(edition),
            _characteristics(edition),
            _groups(edition, "3.03", "age group", "Age breakdown", [(age, *of) for age, of in _AGES.items()]),
            _groups(edition, "3.04", "sex and age", "Age breakdown", list(_men_and_women())),
            _groups(edition, "3.08", "region", "Region", [(region, *of) for region, of in _REGIONS.items()]),
            _substances(edition),
        ]  # fmt: skip


def _use(drug: str, age: str, when: float, edition: _Edition) -> Cell:
    """Percent of adults. A later edition weights earlier years anew, by less than what changes a rounded figure."""
    first, last, left_out = _ASKED.get(drug, (0, 9999, ()))
    if not first <= when <= last or when in left_out:
        return "[x]"
    if (drug, age, when) in _HIDDEN:
        return "[c]"
    chance = model.chance("drug use", drug, age, when)
    again = model.chance("drug use weights", drug, age, when, edition.ending if when < 2012 else 0)
    value = model.between(when, _USE[age][drug]) + 0.03 * chance.uniform(-1, 1) + 0.01 * again.uniform(-1, 1)
    return round(max(value, 0), 1 if when == 1998 else 12)


def _part(risk: float, drug: str, group: str, when: float, edition: _Edition) -> float:
    whole = float(_use(drug, "16-59", when, edition))
    return round(whole * risk * (1 + 0.06 * model.chance("group", drug, group, when).uniform(-1, 1)), 12)


def _base(age: str, when: float) -> int:
    return round(model.between(when, _BASES[age]))


def _men_and_women() -> Iterator[tuple[str, float, float]]:
    for sex, (risk, share) in _SEXES.items():
        yield sex, risk, share
        for age, (older, part) in _PART_AGES.items():
            yield age, risk * older, share * part


def _sheet(edition: _Edition, name: str, title: str, span: str, rows: Iterable[Row], *, compares: bool = True) -> Sheet:
    change = f", statistical significance of change {edition.name} compared to selected years" if compares else " "
    return Sheet(name, [
        f"{title}{change}",
        f"England and Wales, {span}{edition.name} [note 1]",
        "This worksheet contains one table. Some cells refer to notes which can be found on the notes worksheet.",
        "Link to Notes page",
        _MARKS,
        "Link to table of contents",
        "Source: Office for National Statistics - Crime Survey for England and Wales",
        *rows,
    ])  # fmt: skip


def _heading(edition: _Edition, head: str) -> Row:
    return [head, *edition.years, *(f"{year} Significance " for year in _COMPARED)]


def _marked(name: str, top: int, rows: Iterable[list[Cell]]) -> Iterator[Row]:
    """Rows of values by survey year, and marks beside them for what changed."""
    for row, cells in enumerate(rows, start=top):
        marks = (model.chance("significant", name, row, year).choice(["[s]", ""]) for year in _COMPARED)
        yield [*cells, *(str(mark) or None for mark in marks)]


def _drugs(edition: _Edition, name: str, age: str) -> Sheet:
    title = f"Table {name}: Proportion of {age.replace('-', ' to ')} year olds reporting use of drugs in the last year"
    years = edition.years.values()
    drugs = [[drug + _NOTES.get(drug, ""), *(_use(drug, age, when, edition) for when in years)] for drug in _USE[age]]
    base = [_BASE, *(_base(age, when) for when in years)]
    return _sheet(edition, name, title, _SINCE_1995, [_heading(edition, "Drug type"), *_marked(name, 8, drugs), base])


def _users(edition: _Edition) -> Sheet:
    """Numbers of users, which are not the proportions."""
    title = "Table 1.05: Estimates of numbers of illicit drug users, 16 to 59 year olds reporting use of drugs in the "
    rows: list[list[Cell]] = [
        [drug, *(round(330 * float(_use(drug, "16-59", when, edition))) for when in edition.years.values())]
        for drug in _IN_SUBGROUPS
    ]
    table = [_heading(edition, "Drug type"), *_marked("1.05", 8, rows)]
    return _sheet(edition, "1.05", f"{title}last year", "year ending March 2002 to ", table)


def _often(edition: _Edition) -> Sheet:
    title = "Table 2.01: Proportion of adults aged 16 to 59 years and 16 to 24 years who were a frequent user of drugs"
    years = {heading.replace("Jun", " Jun"): when for heading, when in edition.years.items() if when >= 2015.25}
    rows: list[Row] = [["Personal characteristics", *years, "Apr 2014 to Mar 2015 Significance "]]
    for age, knots in _FREQUENT.items():
        near = {when: 0.03 * model.chance("frequent", age, when).uniform(-1, 1) for when in years.values()}
        rows.append([f"{age} year olds - Frequent user",
                     *(round(model.between(when, knots) + off, 12) for when, off in near.items())])  # fmt: skip
        rows.append(["Unweighted base", *(round(0.98 * _base(age, when)) for when in near)])
    return _sheet(edition, "2.01", title, "year ending March 2015 to ", rows)


def _groups(edition: _Edition, name: str, by: str, head: str, groups: list[tuple[str, float, float]]) -> Sheet:
    """Three drugs, below each its groups, and at the foot the bases. A drug's own row is rounded before 2002."""
    years = edition.years.values()
    rows: list[list[Cell]] = []
    for drug in _IN_SUBGROUPS:
        whole = {when: float(_use(drug, "16-59", when, edition)) for when in years}
        rows.append([drug + _NOTES.get(drug, "").replace("2", "3"),
                     *(round(value, 1) if when < 2002 else value for when, value in whole.items())])  # fmt: skip
        for place, (group, risk, _) in enumerate(groups):
            rows.append([group, *(_part(risk, drug, f"{place} {group}", when, edition) for when in years)])
    bases: list[Row] = [[_BASE]]
    for group, _, share in groups:
        printed = "Male" if group == "Men" else group
        bases.append([printed, *(round(share * _base("16-59", when)) for when in years)])
    above = [None] if by == "sex and age" else []
    table = [*above, _heading(edition, head), *_marked(name, 8 + len(above), rows), *bases]
    return _sheet(edition, name, f"Table {name}  {_REPORTING} {by}", _SINCE_1995, table)


def _characteristics(edition: _Edition) -> Sheet:
    rows: list[Row] = [["Personal characteristics", "Characteristics breakdown", "Cannabis",
                        "Any Class A\n drug [note 3]", "Any drug\n [note 4]",
                        "Unweighted base \n[note 5]"]]  # fmt: skip
    when = edition.ending
    groups = {"All adults": {"All adults 16-59": 1.0}, "Age": {"16–24": 1.9, "25–59": 0.8}} | _CHARACTERISTICS
    for group, parts in groups.items():
        for part, risk in parts.items():
            cells: list[Cell] = [_part(risk, drug, part, when, edition) for drug in _IN_SUBGROUPS]
            if part == "Widowed":
                rows.append([group, part, "[c]", "[c]", cells[2], 60])
            else:
                rows.append([group, part, *cells, round(_base("16-59", when) / len(parts))])
    return _sheet(edition, "3.01", f"Table 3.01 {_REPORTING} personal characteristics", "", rows, compares=False)


def _substances(edition: _Edition) -> Sheet:
    """Two tables on one sheet, one above the other."""
    title = "Worksheet 4.01: Prevalence of new psychoactive substances (NPS) use, 16 to 59 and 16 to 24 year olds"
    rows: list[Row] = []
    for part, use, share in (("a", "in the last year", 0.4), ("b", "ever", 3.1)):
        rows += [
            f"Table 4.1{part}:  Prevalence of new psychoactive substances (NPS) use {use}, 16 to 59",
            [f"Used NPS {use}", f"{list(edition.years)[-1]} ", "Unweighted base [note 1]"],
            ["Adults 16-59", share, _base("16-59", edition.ending)],
            None,
            None,
        ]
    return _sheet(edition, "4.01", title, "year ending March 2015 to ", rows)


def _front(edition: _Edition) -> list[Sheet]:
    subjects = {"1.02 ": "Proportion of 16 to 59", "1.05": "Estimates of numbers of illicit drug users, 16 to 59"}
    use = "year olds reporting use of drugs in the last year"
    notes = [
        "A small change to the weighting procedure has been incorporated into all historic datasets.",
        "Any Class A drug comprises powder cocaine, ecstasy, hallucinogens and heroin.",
        "Any drug comprises all drugs of this table but nitrous oxide.",
        "Base numbers relate to any drug use. Bases for other drug measures will be similar.",
    ]
    return [
        Sheet("Cover sheet", [
            "Drugs misuse in England and Wales - Appendix tables", SAMPLE, f"Published {edition.released}",
        ]),
        Sheet("Table of Contents", [
            "Table of contents",
            ["Table number", "Table title", "Table link"],
            *([f"Table {name}", f"{of} {use}", f"Link to Table {name}"] for name, of in subjects.items()),
        ]),
        Sheet("Section 1 Notes", [
            "Notes", "This worksheet contains one table.", ["Note number", "Note text"], *enumerate(notes, start=1),
        ]),
    ]  # fmt: skip
