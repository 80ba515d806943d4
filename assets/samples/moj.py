"""The samples in the layouts of the Ministry of Justice: reoffending, court orders, drugs found in prisons."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from assets.samples import model, writers
from assets.samples.writers import SAMPLE, Cell, Sheet
from pipeline import places


def _front(title: str, tables: list[Sheet]) -> Sheet:
    front = Sheet("Contents")
    front.column(0, 0, [title, SAMPLE, "", *(str(sheet.cells[0, 0]) for sheet in tables)])
    return front


# --- proven reoffending ------------------------------------------------------------------------------------

# The last cohort of each edition: a year and the number of its quarter.
_NATIONAL = {(2022, 1): "2024-01-25", (2023, 1): "2025-01-30"}
_LOCAL = {2022: "2024-10-31"}
_FIRST_COHORT, _FIRST_YEAR = (2015, 4), 2011
_HIDDEN_BELOW = 30
_SHARES = {
    "Violence against the person": (0.19, 0.22), "Sexual": (0.02, 0.13), "Robbery": (0.012, 0.27),
    "Theft": (0.13, 0.49), "Criminal damage and arson": (0.035, 0.3), "Drug": (0.11, 0.235),
    "Possession of weapons": (0.035, 0.3), "Public order": (0.06, 0.33), "Fraud": (0.02, 0.14),
    "Miscellaneous crimes against society": (0.03, 0.26), "Summary non-motoring": (0.19, 0.27),
    "Summary motoring": (0.15, 0.17), "Other": (0.018, 0.2),
}  # fmt: skip
_OFFENDERS = {
    2010: 155_000,
    2013: 135_000,
    2015.75: 122_000,
    2018: 104_000,
    2020.25: 72_000,
    2021: 88_000,
    2023: 92_000,
}
_RATE = {2010: 0.263, 2015: 0.255, 2015.75: 0.297, 2018: 0.288, 2020.25: 0.24, 2021: 0.246, 2023: 0.27}
_PEOPLE = {
    ("Adult", "Male"): (0.76, 1.02), ("Adult", "Female"): (0.17, 0.84), ("Juvenile", "Male"): (0.055, 1.3),
    ("Juvenile", "Female"): (0.015, 0.95),
}  # fmt: skip
_QUARTERS = {1: "Jan to Mar", 2: "Apr to Jun", 3: "Jul to Sep", 4: "Oct to Dec"}
_RESULTS = {
    "Proportion of offenders who reoffend (%)": lambda n, k, r: round(100 * k / n, 1) if n else "z",
    "Average number of reoffences per reoffender": lambda n, k, r: round(r / k, 2) if k else "z",
    "Number of reoffences": lambda n, k, r: r,
    "Number of reoffenders": lambda n, k, r: k,
    "Number of offenders in cohort": lambda n, k, r: n,
}


@cache
def _cohort(year: int, quarter: int, late: bool) -> np.ndarray:
    """Offenders and reoffenders by age and sex and index offence; a later edition knows of a few more."""
    when = year + (quarter - 1) / 4
    weights = np.outer([share for share, _ in _PEOPLE.values()], [share for share, _ in _SHARES.values()])
    offenders = model.shared(model.between(when, _OFFENDERS), weights, "cohort", when)
    rate = np.outer([more for _, more in _PEOPLE.values()], [rate for _, rate in _SHARES.values()])
    rate *= model.between(when, _RATE) / 0.28
    chance = model.chance("reoffended", when)
    again = chance.binomial(offenders, np.round(np.minimum(rate, 0.95), 9))
    more = model.chance("reoffended late", when).binomial(offenders - again, 0.002)
    again = again + more * late
    return np.stack([offenders, again, np.rint(again * 3.9).astype(np.int64)])


def _write_reoffending(folder: Path) -> None:
    for last, released in _NATIONAL.items():
        path = (
            folder
            / "moj_reoffending"
            / released
            / f"proven-reoffending-tables-{_QUARTERS[last[1]][:3]}{last[0]}.ods".lower()
        )
        path.parent.mkdir(parents=True)
        tables = [_index_offence_table(last)]
        writers.ods(path, [_front("Proven reoffending statistics: quarterly tables", tables), *tables])
    for last, released in _LOCAL.items():
        path = folder / "moj_reoffending" / released / f"proven-reoffending-areas-sep{last}.csv"
        path.parent.mkdir(parents=True)
        writers.csv(path, _area_records(last), marked=True)


def _index_offence_table(last: tuple[int, int]) -> Sheet:
    cohorts = [(y, q) for y in range(2015, last[0] + 1) for q in range(1, 5) if _FIRST_COHORT <= (y, q) <= last]
    drawn = [_cohort(*cohort, late=4 * (last[0] - cohort[0]) + last[1] - cohort[1] >= 4) for cohort in cohorts]
    sheet = Sheet("Table_A4")
    headings = [f"{_QUARTERS[quarter]} {year}" for year, quarter in cohorts]
    sheet.put(
        0, 0, f"Table A4: Proven reoffending by index offence, England and Wales, {headings[0]} to {headings[-1]}"
    )
    sheet.put(1, 0, "A change in the source of the data makes figures before October 2015 another series.")
    sheet.put(3, 0, "Measure", "Age group", "Sex", "Index offence", *headings)
    people = [("All", "All"), ("Adult", "All"), ("Juvenile", "All"), ("All", "Male"), ("All", "Female")]
    row = 4
    for result, calculate in _RESULTS.items():
        for age, sex in people:
            chosen = [at for at, (a, s) in enumerate(_PEOPLE) if age in ("All", a) and sex in ("All", s)]
            sums = [counts[:, chosen].sum(axis=1) for counts in drawn]
            for at, offence in enumerate(["All offences", *_SHARES]):
                cells = [counts[:, at - 1] if at else counts.sum(axis=1) for counts in sums]
                values = [calculate(*map(int, three)) for three in cells]
                # A measure stands once, above the rows it heads.
                named = [result if not at and (age, sex) == people[0] else None, age, sex, offence]
                sheet.put(row, 0, *named, *("[z]" if value == "z" else value for value in values))
                row += 1
    sheet.put(row + 1, 0, "Source: Ministry of Justice, Police National Computer")
    return sheet


def _area_records(last: int) -> Iterator[list[Cell]]:
    """Twelve-month cohorts to September by area: all index offences, and drug offences for the larger areas."""
    yield [
        "Cohort",
        "Area type",
        "Area code",
        "Area name",
        "Index offence",
        "Number of offenders",
        "Number of reoffenders",
    ]
    levels = model.levels("offenders", 0.3, 0.8)
    for year in range(_FIRST_YEAR, last + 1):
        adults = model.population(year)[:, :, 18:60].sum(axis=(1, 2)) * levels
        when = year - 1 + 0.75
        total, rate = 4 * model.between(when, _OFFENDERS) * 0.62, model.between(when, _RATE)
        chance = np.minimum(rate * model.levels("reoffending", 0.08, 0.2), 0.6)
        counts = {}
        for offence, share, factor in (("All offences", 1.0, 1.0), ("Drug", 0.11, 0.82)):
            offenders = model.shared(total * share, adults, "offenders", offence, year)
            again = model.chance("reoffenders", offence, year).binomial(offenders, np.round(chance * factor, 9))
            counts[offence] = np.stack([offenders, again])
        for kind, code, name, units in _areas():
            for offence, both in counts.items():
                if kind == "Local authority" and offence == "Drug":
                    continue
                offenders, again = both[:, units].sum(axis=1).tolist()
                shown = [offenders, again if offenders >= _HIDDEN_BELOW else "*"]
                yield [f"Oct {year - 1} to Sep {year}", kind, code, name, offence, *shown]


def _areas() -> Iterator[tuple[str, str, str, np.ndarray]]:
    units, named = model.units(), places.areas().set_index("area_code")["area_name"]
    yield "National", "K04000001", "England and Wales", np.arange(len(units))
    yield "National", "E92000001", "England", model.where("region", *model.REGIONS)
    yield "National", model.WALES, "Wales", model.where("region", model.WALES)
    for code, name in model.REGIONS.items():
        yield "Region", code, name, model.where("region", code)
    for code in sorted(set(units["force"])):
        yield "Police force area", code, named[code], model.where("force", code)
    areas = model.upper_tier("2023-04-01")
    for code, name, members in zip(areas.index, areas["area_name"], areas["units"], strict=True):
        yield "Local authority", code, name, members


# --- requirements of court orders --------------------------------------------------------------------------

_LAST_QUARTERS = {(2018, 4): "2019-04-25", (2022, 4): "2023-04-27", (2023, 4): "2024-04-25"}
_FIRST_QUARTER = 2013
_ORDERS = {
    "Community orders": (
        {2013: 46_000, 2018: 29_000, 2020: 20_000, 2023: 25_500},
        {2013: 2_550, 2018: 1_230, 2020: 900, 2023: 1_420},
    ),
    "Suspended sentence orders": (
        {2013: 23_000, 2018: 25_000, 2020: 15_500, 2023: 21_000},
        {2013: 1_050, 2018: 1_010, 2020: 720, 2023: 1_180},
    ),
}
_REQUIREMENTS = {
    "Rehabilitation": 0.36, "Unpaid work": 0.29, "Accredited programme": 0.075, "Curfew": 0.1,
    "Alcohol treatment": 0.03, "Mental health": 0.008, "Alcohol abstinence monitoring": 0.02, "Exclusion": 0.012,
    "Residential": 0.008,
    "Prohibited activity": 0.006, "Attendance centre": 0.002,
}  # fmt: skip
_PROBATION_REGIONS = {
    "East Midlands": 4_880, "East of England": 6_350, "Greater Manchester": 2_870, "Kent, Surrey and Sussex": 4_800,
    "London": 8_800, "North East": 2_650, "North West": 4_550, "South Central": 4_400, "South West": 5_710,
    "Wales": 3_110, "West Midlands": 5_950, "Yorkshire and the Humber": 5_480,
}  # fmt: skip
_REGIONS_SINCE = 2021


@cache
def _started(order: str, year: int, quarter: int, last: tuple[int, int]) -> np.ndarray:
    """Requirements started by region and kind, drug treatment first; newest quarters are a little short at first."""
    everything, drugs = (model.between(year + (quarter - 1) / 4, knots) for knots in _ORDERS[order])
    short = 0.996 if year == last[0] else 1.0
    where = np.array(list(_PROBATION_REGIONS.values()), float) * model.chance("probation", order).lognormal(0, 0.2, 12)
    kinds = np.array([drugs, *((everything - drugs) * share for share in _REQUIREMENTS.values())])
    return model.shared(kinds.sum() * short, np.outer(where, kinds), "requirements", order, year, quarter)


def _write_requirements(folder: Path) -> None:
    for last, released in _LAST_QUARTERS.items():
        old = last[0] < _REGIONS_SINCE
        tables = [_stacked_table(last)] if old else [*_order_tables(last), _region_table(last)]
        path = folder / "moj_offender_management" / released / f"probation-q{last[1]}-{last[0]}.ods"
        path.parent.mkdir(parents=True)
        writers.ods(path, [_front("Offender management statistics quarterly: probation", tables), *tables])


def _periods(last: tuple[int, int], first: int) -> list[tuple[int, int]]:
    return [(year, quarter) for year in range(first, last[0] + 1) for quarter in (1, 2, 3, 4)]


def _requirement_rows(order: str, last: tuple[int, int], first: int) -> Iterator[list[Cell]]:
    counts = [_started(order, *when, last).sum(axis=0) for when in _periods(last, first)]
    for at, kind in enumerate(["Drug treatment", *_REQUIREMENTS]):
        yield [kind, *(int(count[at]) for count in counts)]
    yield ["All requirements", *(int(count.sum()) for count in counts)]


def _stacked_table(last: tuple[int, int]) -> Sheet:
    """The older layout: both orders in one table, years over quarters, and the kind of order once."""
    sheet = Sheet("Table 4.6")
    sheet.put(
        0,
        0,
        "Table 4.6: Requirements commenced under court orders, by type of order and requirement, England and Wales",
    )
    when = _periods(last, _FIRST_QUARTER)
    sheet.put(2, 2, *(year if quarter == 1 else None for year, quarter in when))
    sheet.put(
        3, 0, "Type of order", "Requirement type", *(_QUARTERS[quarter].replace(" to ", "-") for _, quarter in when)
    )
    row = 4
    for order in _ORDERS:
        for number, line in enumerate(_requirement_rows(order, last, _FIRST_QUARTER)):
            sheet.put(row, 0, None if number else order, *line)
            row += 1
        row += 1
    sheet.put(row, 0, "Source: national Delius case management system")
    return sheet


def _order_tables(last: tuple[int, int]) -> Iterator[Sheet]:
    for number, order in enumerate(_ORDERS, start=6):
        sheet = Sheet(f"4_{number}")
        sheet.put(0, 0, f"Table 4_{number}: Requirements started under {order.lower()}, England and Wales, by quarter")
        headings = [
            f"{_QUARTERS[quarter].replace(' to ', '-')} {year}" for year, quarter in _periods(last, _FIRST_QUARTER)
        ]
        sheet.put(2, 0, "Requirement", *headings, f"Percentage change {headings[-5]} to {headings[-1]}")
        for row, line in enumerate(_requirement_rows(order, last, _FIRST_QUARTER), start=3):
            change = round(100 * (line[-1] / line[-5] - 1), 1) if line[-5] else "[z]"
            sheet.put(row, 0, *line, change)
        yield sheet


def _region_table(last: tuple[int, int]) -> Sheet:
    sheet = Sheet("4_9")
    sheet.put(
        0, 0, "Table 4_9: Requirements started under court orders by probation region and type of order, calendar years"
    )
    years = range(_REGIONS_SINCE, last[0] + 1)
    sheet.put(2, 0, "Probation region", "Type of order", "Requirement", *years)
    row = 3
    counts = {
        order: [sum(_started(order, year, quarter, last) for quarter in (1, 2, 3, 4)) for year in years]
        for order in _ORDERS
    }
    for place, region in enumerate([*_PROBATION_REGIONS, "England and Wales"]):
        here = slice(place, place + 1) if place < len(_PROBATION_REGIONS) else slice(None)
        for order, by_year in counts.items():
            of_kind = [count[here].sum(axis=0) for count in by_year]
            for at, kind in enumerate(["Drug treatment", *_REQUIREMENTS]):
                sheet.put(row, 0, region, order, kind, *(int(count[at]) for count in of_kind))
                row += 1
            sheet.put(row, 0, region, order, "All requirements", *(int(count.sum()) for count in of_kind))
            row += 1
    return sheet


# --- finds of drugs in prisons -----------------------------------------------------------------------------

_DIGESTS = {2023: "2023-07-27", 2024: "2024-07-25"}
_FIRST_DIGEST = 2015
_FINDS = {
    2015: 7_500, 2017: 10_700, 2018: 13_100, 2019: 18_400, 2020: 21_600, 2021: 20_300, 2022: 17_700, 2023: 14_700,
    2024: 21_100,
}  # fmt: skip
_WOMENS_SHARE = {2015: 0.05, 2020: 0.061, 2021: 0.077, 2022: 0.09, 2023: 0.054, 2024: 0.048}
_INSIDE = {2015: 84_600, 2020: 82_900, 2021: 78_500, 2022: 79_500, 2023: 82_900, 2024: 87_000}
_DRUGS = {
    "Cannabis": 0.24, "Psychoactive substances": 0.33, "Cocaine": 0.03, "Heroin and other opiates": 0.02,
    "Prescribed medication": 0.09, "Tradeable medication": 0.06, "Amphetamines": 0.015, "Steroids": 0.012,
    "Unknown": 0.3,
}  # fmt: skip
_PRISONS = {
    "Avon and South Dorset": "Bristol, Erlestoke, Guys Marsh, Leyhill, Portland, The Verne",
    "Bedfordshire, Cambridgeshire and Norfolk": "Bedford, Bure, Littlehey, Norwich, Wayland",
    "Cumbria and Lancashire": "Garth, Haverigg, Kirkham, Lancaster Farms, Preston, Wymott",
    "Devon and North Dorset": "Channings Wood, Dartmoor, Exeter",
    "East Midlands": (
        "Five Wells, Gartree, Leicester, Lincoln, Lowdham Grange, North Sea Camp, Nottingham, Onley, Ranby, "
        "Stocken, Sudbury, Whatton"
    ),
    "Greater Manchester, Merseyside and Cheshire": (
        "Altcourse, Buckley Hall, Forest Bank, Hindley, Liverpool, Risley, Thorn Cross"
    ),
    "Hertfordshire, Essex and Suffolk": "Chelmsford, Highpoint, Hollesley Bay, The Mount, Warren Hill",
    "Kent, Surrey and Sussex": (
        "Coldingley, Elmley, Ford, High Down, Lewes, Maidstone, Rochester, Standford Hill, Swaleside"
    ),
    "London": "Brixton, Feltham, Isis, Pentonville, Thameside, Wandsworth, Wormwood Scrubs",
    "Long term and high security": (
        "Aylesbury, Belmarsh, Frankland, Full Sutton, Isle of Wight, Long Lartin, Manchester, Wakefield, "
        "Whitemoor, Woodhill"
    ),
    "North Midlands": "Dovegate, Featherstone, Oakwood, Stafford, Swinfen Hall",
    "South Central": "Bullingdon, Grendon, Huntercombe, Spring Hill, Winchester",
    "Tees and Wear": "Deerbolt, Durham, Holme House, Kirklevington Grange, Northumberland",
    "Wales": "Berwyn, Cardiff, Parc, Prescoed, Swansea, Usk",
    "West Midlands": "Birmingham, Brinsford, Hewell, Rye Hill, Stoke Heath",
    "Women's estate": (
        "Askham Grange, Bronzefield, Downview, Drake Hall, East Sutton Park, Eastwood Park, Foston Hall, Low "
        "Newton, New Hall, Send, Styal"
    ),
    "Yorkshire": "Doncaster, Hatfield, Hull, Humber, Leeds, Lindholme, Moorland, Wealstun",
}
# One establishment holds men and women, so that neither sex's prisons have its finds.
_MIXED = ("Bedfordshire, Cambridgeshire and Norfolk", "Peterborough")


@cache
def _estate() -> list[tuple[str, str, str]]:
    """Prison region, establishment and whose it is."""
    sexes = {"Women's estate": "Female"}
    held = [
        (region, name, sexes.get(region, "Male")) for region, names in _PRISONS.items() for name in names.split(", ")
    ]
    return sorted([*held, (*_MIXED, "Mixed")])


@cache
def _found(year: int) -> tuple[np.ndarray, np.ndarray]:
    """Finds by establishment, all and by drug, and the average number of prisoners."""
    estate = _estate()
    place = model.chance("prisons")
    people = place.lognormal(6.5, 0.45, len(estate)) * [0.42 if sex == "Female" else 1.0 for *_, sex in estate]
    people = np.rint(people / people.sum() * model.between(year, _INSIDE)).astype(int)
    level = people * place.lognormal(0, 0.5, len(estate))
    women = np.array([sex == "Female" for *_, sex in estate])
    share = model.between(year, _WOMENS_SHARE)
    weights = np.where(women, level / level[women].sum() * share, level / level[~women].sum() * (1 - share))
    weights = np.where([sex == "Mixed" for *_, sex in estate], 0.0025, weights)
    finds = model.shared(model.between(year, _FINDS), weights, "finds", year)
    # A find may be of several drugs.
    drugs = [model.chance("found", drug, year).binomial(finds, share) for drug, share in _DRUGS.items()]
    drugs.append(np.maximum(finds - sum(drugs), 0))
    return np.stack([finds, *drugs], axis=1), people


def _write_digest(folder: Path) -> None:
    for edition, released in _DIGESTS.items():
        sheet = Sheet("Data")
        title = f"incidents of drug finds by establishment and drug type, March {_FIRST_DIGEST} to March {edition}"
        sheet.put(0, 0, f"Finds data tool: {title}")
        heads = ["12 months ending March", "Prison region", "Establishment", "Sex of establishment", "Drug type"]
        beside = "Average prison population" if edition == max(_DIGESTS) else "Incidents per 1,000 prisoners"
        sheet.put(3, 0, *heads, "Incidents", beside)
        row = 4
        for year in range(_FIRST_DIGEST, edition + 1):
            for line in _find_lines(year, edition):
                sheet.put(row, 0, year, *line)
                row += 1
        path = folder / "hmpps_digest" / released / "08_Finds_drug_type_data_tool.ods"
        path.parent.mkdir(parents=True)
        writers.ods(path, [_front("HMPPS annual digest: finds of drugs by type, data tool", []), sheet])


def _find_lines(year: int, edition: int) -> Iterator[list[Cell]]:
    estate, (finds, people) = _estate(), _found(year)
    kinds = ["All drugs", *_DRUGS, "Other"]
    if year == edition - 1 and edition == max(_DIGESTS):
        finds = finds + model.chance("finds late", year).binomial(finds, 0.0005)

    def lines(region: str, name: str, sex: str, chosen: list[int]) -> Iterator[list[Cell]]:
        counts, inside = finds[chosen].sum(axis=0), int(people[chosen].sum())
        for kind, number in zip(kinds, counts.tolist(), strict=True):
            if number or kind == kinds[0]:
                last = inside if edition == max(_DIGESTS) else round(1_000 * number / inside, 1)
                yield [region, name, sex, kind, number, last]

    for region in _PRISONS:
        yield from lines(
            region, "All establishments", "All", [at for at, held in enumerate(estate) if held[0] == region]
        )
    for at, held in enumerate(estate):
        yield from lines(*held, [at])
    for sex in ("Male", "Female", "All"):
        chosen = [at for at, held in enumerate(estate) if sex in ("All", held[2])]
        yield from lines("All regions", "All establishments", sex, chosen)


def write(folder: Path) -> None:
    _write_reoffending(folder)
    _write_requirements(folder)
    _write_digest(folder)
