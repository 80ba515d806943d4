"""The samples of the annual digest of prisons and probation: finds of drugs, by establishment and type."""

from collections.abc import Iterator
from functools import cache

import numpy as np

from assets.samples import model
from assets.samples.writers import SAMPLE, Cell, Releases, Sheet

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


def releases() -> Releases:
    for edition, released in _DIGESTS.items():
        span = f"March {_FIRST_DIGEST} to March {edition}"
        beside = "Average prison population" if edition == max(_DIGESTS) else "Incidents per 1,000 prisoners"
        yield f"hmpps_digest/{released}/08_Finds_drug_type_data_tool.ods", [
            Sheet("Contents", ["HMPPS annual digest: finds of drugs by type, data tool", SAMPLE, ""]),
            Sheet("Data", [
                f"Finds data tool: incidents of drug finds by establishment and drug type, {span}",
                None,
                None,
                ["12 months ending March", "Prison region", "Establishment", "Sex of establishment", "Drug type",
                 "Incidents", beside],
                *([year, *line] for year in range(_FIRST_DIGEST, edition + 1) for line in _find_lines(year, edition)),
            ]),
        ]  # fmt: skip


def _find_lines(year: int, edition: int) -> Iterator[list[Cell]]:
    estate, (finds, people) = _estate(), _found(year)
    if year == edition - 1 and edition == max(_DIGESTS):
        finds = finds + model.chance("finds late", year).binomial(finds, 0.0005)

    def lines(region: str, name: str, sex: str, chosen: list[int]) -> Iterator[list[Cell]]:
        counts, inside = finds[chosen].sum(axis=0).tolist(), int(people[chosen].sum())
        for kind, number in zip(["All drugs", *_DRUGS, "Other"], counts, strict=True):
            if number or kind == "All drugs":
                last = inside if edition == max(_DIGESTS) else round(1_000 * number / inside, 1)
                yield [region, name, sex, kind, number, last]

    for region in _PRISONS:
        there = [at for at, held in enumerate(estate) if held[0] == region]
        yield from lines(region, "All establishments", "All", there)
    for at, held in enumerate(estate):
        yield from lines(*held, [at])
    for sex in ("Male", "Female", "All"):
        of_sex = [at for at, held in enumerate(estate) if sex in ("All", held[2])]
        yield from lines("All regions", "All establishments", sex, of_sex)
