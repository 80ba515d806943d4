"""The register of statistical areas: codes, names, dates and successors; figures about areas are kept elsewhere."""

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pandas as pd

# From the largest kind to the smallest, authorities before forces before partnerships: `called` prefers in this order.
KINDS = {
    "K02": "country",
    "K03": "country",
    "K04": "country",
    "E92": "country",
    "W92": "country",
    "S92": "country",
    "N92": "country",
    "E12": "region",
    "E13": "inner_outer_london",
    "E11": "metropolitan_county",
    "E10": "county",
    "E06": "unitary_authority",
    "W06": "unitary_authority",
    "S12": "unitary_authority",
    "E08": "metropolitan_district",
    "E09": "london_borough",
    "E07": "district",
    "N09": "district",
    "E23": "police_force_area",
    "W15": "police_force_area",
    "E22": "community_safety_partnership",
    "W14": "community_safety_partnership",
}
UPPER_TIER = ("county", "unitary_authority", "metropolitan_district", "london_borough")
LOWER_TIER = ("unitary_authority", "metropolitan_district", "london_borough", "district")
LOCAL_AUTHORITIES = ("county", *LOWER_TIER)

REGISTER = Path(__file__).with_name("areas.csv")
# Of areas in Scotland and Northern Ireland, which publications print beside, only the names are kept.
ELSEWHERE = Path(__file__).with_name("areas_elsewhere.csv")

# Of names in one spelling, how alike those of one area are at least.
_SAME_NAME = 0.8
_ORDER = {name: place for place, name in enumerate(dict.fromkeys(KINDS.values()))}
_CODE = re.compile(r"[A-Z]\d{8}")
# What may follow a name: of which time the area is. Local government changes on the first of April.
_UNTIL, _BEFORE, _SINCE = r"up to|to|until|till", r"pre|before|prior to", r"from|since"
_ENDED = r"discontinued|abolished|former|closed"
_OF_A_TIME = re.compile(rf"\(({_UNTIL}|{_BEFORE}|{_SINCE})\b[^)]*?(?<!\d)((?:19|20)\d\d)([/-]\d\d)?(?!\d)[^)]*\)", re.I)
_OVER = re.compile(rf"\(({_ENDED})\)", re.I)
_OF_SOME_TIME = re.compile(
    r"\([^)]*(?<!\d)(19|20)\d\d(?!\d)[^)]*\)"
    rf"|\((the )?({_UNTIL}|{_BEFORE}|{_SINCE}|({_ENDED}|old|new|previous)\w*)\b[^)]*\)",
    re.IGNORECASE,
)
_OTHER_NAMES = {
    "anglesey": "isle of anglesey",
    "bcp": "bournemouth christchurch and poole",
    "east": "east of england",
    "hull": "kingston upon hull",
    "medway towns": "medway",
    "newcastle on tyne": "newcastle upon tyne",
    "northern devon": "north devon",
    "rhondda cynon taff": "rhondda cynon taf",
    "scilly": "isles of scilly",
    "shepway": "folkestone and hythe",
    "south worcestershire": "south worcester",
    "southend": "southend on sea",
    "stockton": "stockton on tees",
    "stratford upon avon": "stratford on avon",
    "uk": "united kingdom",
    "cymru": "wales",
    "lloegr": "england",
    "ynys mon": "isle of anglesey",
    "sir ddinbych": "denbighshire",
    "sir y fflint": "flintshire",
    "wrecsam": "wrexham",
    "sir benfro": "pembrokeshire",
    "sir gaerfyrddin": "carmarthenshire",
    "abertawe": "swansea",
    "castell nedd port talbot": "neath port talbot",
    "pen y bont ar ogwr": "bridgend",
    "bro morgannwg": "vale of glamorgan",
    "caerdydd": "cardiff",
    "merthyr tudful": "merthyr tydfil",
    "caerffili": "caerphilly",
    "sir fynwy": "monmouthshire",
    "casnewydd": "newport",
}


class _Named(NamedTuple):
    code: str
    name: str


def kind(code: str) -> str:
    """The kind of area a code stands for; `other` for a pseudo-area or a code of no known kind."""
    return KINDS.get(code[:3], "other")


@cache
def areas() -> pd.DataFrame:
    """Every area there was from 2009, by code. One shared table: copy it before changing it.

    Columns: area_code, area_name, area_kind, parent_code, county_code (the upper tier of a district), region_code,
    police_force_code, partnership_code (as last known; null where there are several or none is known),
    start_date (null: before April 2009), end_date (the last day; null: still there), successors (codes with spaces
    between; `~` before one that is only nearly the same land).
    """
    text = ["code", "name", "parent", "county", "region", "police_force", "partnership", "start", "end", "successors"]
    table = pd.read_csv(REGISTER, dtype=dict.fromkeys(text, "str"), keep_default_na=False, na_values=[""])
    return pd.DataFrame(
        {
            "area_code": table["code"],
            "area_name": table["name"],
            "area_kind": table["code"].map(kind),
            "parent_code": table["parent"],
            "county_code": table["county"],
            "region_code": table["region"],
            "police_force_code": table["police_force"],
            "partnership_code": table["partnership"],
            "start_date": pd.to_datetime(table["start"], format="%Y-%m-%d"),
            "end_date": pd.to_datetime(table["end"], format="%Y-%m-%d"),
            "successors": table["successors"].fillna(""),
        }
    )


def successor_codes(successors: str) -> list[str]:
    """The codes in a text of the column `successors` of `areas`."""
    return successors.replace("~", "").split()


def titled(code: str) -> str:
    """The name of an area with its code, as people are told of it."""
    return f"{name(code)} ({code})"


def successors(code: str) -> tuple[str, ...]:
    """The areas that replaced an area at once."""
    return tuple(successor_codes(_successors()[code]))


@cache
def heirs(code: str) -> tuple[str, ...]:
    """The areas of today that replaced an area, at once or one after another; none for one that still exists."""
    there = _codes(date.today())
    return tuple(dict.fromkeys(last for new in successors(code) for last in ((new,) if new in there else heirs(new))))


@cache
def _successors() -> dict[str, str]:
    """The column `successors` of `areas`, by code."""
    return dict(zip(areas()["area_code"].tolist(), areas()["successors"].tolist(), strict=True))


def on_day(day: date | str) -> pd.DataFrame:
    """The areas that existed on a day, with the columns of `areas`."""
    day, table = pd.Timestamp(day), areas()
    started = table["start_date"].isna() | (table["start_date"] <= day)
    return table[started & ~(table["end_date"] < day)]


@cache
def parts() -> pd.DataFrame:
    """Each complete set ("cut") of earlier areas that together are an area. One shared table.

    Columns: area_code, cut (from 1; nearest predecessors first), part_code, exact (false where any step from the parts
    to the area is only nearly the same land). An area that came out of a split has no cut through what was split.
    """
    before: dict[str, dict[str, bool]] = defaultdict(dict)
    split = set()
    for old, successors in _successors().items():
        if len(successors.split()) > 1:
            split.add(old)
        for new in successors.split():
            before[new.removeprefix("~")][old] = not new.startswith("~")

    @cache
    def cuts(code: str) -> list[tuple[tuple[str, ...], bool]]:
        # Districts and their county are the same land twice, so they are alternatives; a unitary belongs to both tiers.
        lower = {old for old in before[code] if kind(old) != "county"}
        upper = {old for old in before[code] if kind(old) != "district"}
        tiers = [lower, upper] if upper - lower else [lower]
        found = []
        for tier in tiers:
            if not tier or tier & split:
                continue
            ways = [
                [((old,), before[code][old])] + [(olds, exact and before[code][old]) for olds, exact in cuts(old)]
                for old in sorted(tier)
            ]
            for way in product(*ways):
                found.append((sum((olds for olds, _ in way), ()), all(exact for _, exact in way)))
        return found

    rows = [
        (code, number, part, exact)
        for code in sorted(before)
        for number, (olds, exact) in enumerate(cuts(code), start=1)
        for part in sorted(olds)
    ]
    return pd.DataFrame(rows, columns=["area_code", "cut", "part_code", "exact"])


@cache
def member_sets() -> pd.DataFrame:
    """Every complete set of local authorities that a larger area has consisted of. One shared table.

    Columns: whole_code (county, region, nation, England and Wales, police force or partnership), vintage (the first
    day of the set), area_code (a lower-tier or unitary authority of it). A set that several days share stands once.
    """
    days = areas()["start_date"].dropna().sort_values().unique()
    codes = {day: set(on_day(day)["area_code"]) for day in days}
    before = {new.removeprefix("~"): old for old, new in _successors().items()}

    def as_on(day: pd.Timestamp, code: str) -> str | None:
        # The register knows the last parent only; a larger area that was renumbered had its old code before.
        known: str | None = code
        while known is not None and known not in codes[day]:
            known = before.get(known)
        return known

    smallest = areas()[areas()["area_kind"].isin(LOWER_TIER)]
    wholes = pd.DataFrame(
        {
            "county": smallest["county_code"],
            "metropolitan county": smallest["parent_code"].where(
                smallest["parent_code"].map(kind) == "metropolitan_county"
            ),
            "region": smallest["region_code"],
            "nation": smallest["area_code"].str[0].map({"E": "E92000001", "W": "W92000004"}),
            "both nations": "K04000001",
            "police force": smallest["police_force_code"],
            "partnership": smallest["partnership_code"],
        }
    )
    larger = [
        (str(whole), members)
        for level in wholes
        for whole, members in smallest["area_code"].groupby(wholes[level]).agg(list).items()
    ]
    sets: dict[tuple[str, frozenset[str]], pd.Timestamp] = {}
    for day in days:
        there: dict[str, set[str]] = defaultdict(set)
        for whole, members in larger:
            if known := as_on(day, whole):
                there[known].update(code for code in members if code in codes[day])
        for whole, found in sorted(there.items()):
            if found:
                sets.setdefault((whole, frozenset(found)), day)
    rows = [(whole, day, code) for (whole, members), day in sets.items() for code in sorted(members)]
    return pd.DataFrame(rows, columns=["whole_code", "vintage", "area_code"])


def called(text: str) -> list[str]:
    """The codes for a code or a name as people write it, or for the beginning of a name that only one area has.

    An area that still exists goes before one that does not, then the larger kind.
    Raises LookupError, with the nearest names, when nothing or several fit.
    """
    text = " ".join(text.split())
    code = text.upper()
    if code in _codes():
        return [code]
    if _CODE.fullmatch(code):
        raise LookupError(f"No area has the code {code}.")
    named, key = _named(), key_of(text)
    fits = [key] if key in named else [longer for longer in named if key and longer.startswith(key + " ")]
    if len(fits) > 1:
        raise LookupError(f"Several areas are called something like “{text}”, so give a code: {_listed(fits)}.")
    if not fits:
        near = difflib.get_close_matches(key, named)
        raise LookupError(f"No area is called “{text}”{'; near it are ' if near else ''}{_listed(near)}.")
    return [area.code for area in named[fits[0]]]


def code_for(label: str, kinds: tuple[str, ...], day: date | str | None = None) -> str | None:
    """The code of the area of these kinds that a publication prints by name; None when none fits.

    With a day only the areas of that day count. An area that still exists goes before one that does not. A name that
    says itself until or since when it is one ("Dorset (pre April 2019)") is of that time, or had ended by then.
    """
    fits = [area.code for area in _named().get(key_of(label), ()) if kind(area.code) in kinds]
    if _OF_SOME_TIME.search(label):
        return _of_its_time(label, fits)
    there = _codes(day)
    return next((code for code in fits if code in there), None)


def codes_for(labels: Iterable[str], kinds: tuple[str, ...], newest: date) -> dict[str, str | None]:
    """The code of each area of these kinds that a publication lists by name, None where there is none.

    They are those of one day: the last, up to the newest that the list is about, on which all of them existed. So a
    list that keeps Bournemouth and Poole has the Dorset of their time. Where there is no such day, each area has the
    code it had last.
    """
    printed = dict.fromkeys(labels)
    # What is no area on any day, as headings that stand again among the rows, says nothing of the day.
    named = [label for label in printed if code_for(label, kinds)]
    days = areas()["end_date"].dropna().dt.date.unique().tolist()
    for day in (*sorted({newest, *(day for day in days if day < newest)}, reverse=True), None):
        found = {label: code_for(label, kinds, day) for label in named}
        if all(found.values()):
            break
    return printed | found


def _of_its_time(label: str, codes: list[str]) -> str | None:
    """Which of some areas is that of the time that a label says; None where nobody knows which time that is."""
    of_name = areas()[areas()["area_code"].isin(codes)].sort_values("end_date", na_position="last")
    if _OVER.search(label):
        return next(iter(of_name.loc[of_name["end_date"].notna(), "area_code"][::-1]), None)
    if not (said := _OF_A_TIME.search(label)):
        return None
    word, year, pair = said.groups()
    if re.fullmatch(_SINCE, word, re.I):
        there = _codes(date(int(year), 4, 1))
        return next((code for code in codes if code in there), None)
    through = bool(pair) and bool(re.fullmatch(_UNTIL, word, re.I))
    day = pd.Timestamp(int(year) + through, 3, 31)
    begun = of_name[~(of_name["start_date"] > day)]
    over = begun["end_date"] < day
    return next(iter([*begun.loc[~over, "area_code"], *begun.loc[over, "area_code"][::-1]]), None)


def name(code: str) -> str:
    """What an area of any day is called, in the United Kingdom; an empty text for a code that no area ever had."""
    return _names().get(code, "")


def is_called(code: str, label: str, called: str) -> bool:
    """Whether a printed name can be that of an area which is `called` so: in another spelling, or one of a joint area.

    A slip of the pen is let pass, unless it makes the name of another area of that kind, or of another time.
    """
    key, own = key_of(label), key_of(called)
    if key == own:
        kinds = LOCAL_AUTHORITIES if kind(code) in LOCAL_AUTHORITIES else (kind(code),)
        return not _OF_SOME_TIME.search(label) or code_for(label, kinds) in (None, code)
    if any(kind(area.code) == kind(code) for area in _named().get(key, ())):
        return False
    parts = [key_of(part) for part in re.split(r"\band\b|&|,|/", label)]
    joint = own in parts and all(part in _named() for part in parts if part)
    return joint or difflib.SequenceMatcher(None, key, own).ratio() > _SAME_NAME


def slug(label: str) -> str:
    """The code of a pseudo-area: its label in lower-case words with hyphens."""
    return "-".join(_words(label))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z0-9]+", re.sub(r"['.]", "", plain.replace("&", " and ")))


@lru_cache(10_000)
def key_of(label: str) -> str:
    """What is left of a name without case, punctuation and the style of the authority."""
    label = re.sub(r"\(.*?\)|\s/\s.*", " ", label)
    text = " ".join(word for word in _words(label) if word != "the")
    text = re.sub(r"^(.+) (city|county) of$", r"\2 of \1", text)
    text = re.sub(r"( (police|constabulary|service))+$", "", text)
    text = re.sub(r"( (metropolitan|borough|city|county|district|council|ua|region))+$", "", text)
    # The City of London is not London.
    text = re.sub(r"^((royal |london |metropolitan )?(borough|city|county) of (?!london$)|county )", "", text)
    return _OTHER_NAMES.get(text, text)


@cache
def _names() -> dict[str, str]:
    elsewhere = pd.read_csv(ELSEWHERE, dtype="str")
    return dict(pd.concat([elsewhere, pd.read_csv(REGISTER, dtype="str")])[["code", "name"]].itertuples(index=False))


@cache
def _codes(day: date | str | None = None) -> frozenset[str]:
    return frozenset((areas() if day is None else on_day(day))["area_code"])


@cache
def _named() -> dict[str, list[_Named]]:
    """The areas of each name, best first; the names of larger areas first."""
    table = areas().assign(ended=areas()["end_date"].notna(), order=areas()["area_kind"].map(_ORDER))
    named = defaultdict(list)
    in_order = table.sort_values(["ended", "order", "area_code"])
    for code, name in in_order[["area_code", "area_name"]].itertuples(index=False):
        named[key_of(name)].append(_Named(code, name))
    return dict(named)


def _listed(keys: list[str]) -> str:
    first = [_named()[key][0] for key in keys[:5]]
    return ", ".join([f"{area.name} ({area.code})" for area in first] + ["…"] * (len(keys) > 5))
