"""Areas by the names that people and publications write; the register of areas is places'."""

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

import pandas as pd

from pipeline import places

# Of names in one spelling, how alike those of one area are at least.
_SAME_NAME = 0.8
_ORDER = {name: place for place, name in enumerate(dict.fromkeys(places.KINDS.values()))}
_CODE = re.compile(r"[A-Z]\d{8}")
# What may follow a name: of which time the area is. Local government changes on the first of April.
_UNTIL, _BEFORE, _SINCE = r"up to|to|until|till", r"pre|before|prior to", r"from|since"
_ENDED = r"discontinued|abolished|former|closed"
_OF_A_TIME = re.compile(rf"\(({_UNTIL}|{_BEFORE}|{_SINCE})\b[^)]*?(?<!\d)((?:19|20)\d\d)([/-]\d\d)?(?!\d)[^)]*\)", re.I)
_OVER = re.compile(rf"\(({_ENDED})\)", re.I)
# What says, beside a name, that a number is of a part of the area.
_PART = (
    r"\b(?:part|excl\w*|except|only|without|less|minus|months?|half|urban|rural|residents?|(?:fe)?males?|(?:wo)?men"
    r"|outer|inner|outside|rest)\b"
)
# What a name may end with, beside what the area is called.
_STYLES = (
    "metropolitan|borough|city|county|district|council|unitary|local|authority|ua|la|lb|mb|md|cc|[mc]?bc|[mc]?dc"
    "|region|police|constabulary|service|force|area|pfa|community|safety|partnership|csp"
)
# What says, in brackets behind a name, of which kind or in which nation its area is, or marks a note.
_OF_A_KIND = (
    rf"(?:(?:{_STYLES}|met|cty|england|wales|regional|national|country|statistical|total|all|[a-z]|\d{{1,2}})\b\W*)+"
)
_OF_SOME_TIME = re.compile(
    r"\([^)]*(?<!\d)(19|20)\d\d(?!\d)[^)]*\)"
    rf"|\((the )?({_UNTIL}|{_BEFORE}|{_SINCE}|({_ENDED})\w*)\b[^)]*\)"
    r"|\((the )?(old|new|previous(ly)?)\b( (area|boundar|code|name|authorit)\w*)?\)",
    re.IGNORECASE,
)
_OTHER_NAMES = {
    "anglesey": "isle of anglesey",
    "bcp": "bournemouth christchurch and poole",
    "east": "east of england",
    "eastern": "east of england",
    "greater london": "london",
    "hull": "kingston upon hull",
    "medway towns": "medway",
    "newcastle on tyne": "newcastle upon tyne",
    "north east england": "north east",
    "north west england": "north west",
    "northern devon": "north devon",
    "rhondda cynon taff": "rhondda cynon taf",
    "scilly": "isles of scilly",
    "shepway": "folkestone and hythe",
    "south worcestershire": "south worcester",
    "south east england": "south east",
    "south west england": "south west",
    "southend": "southend on sea",
    "stockton": "stockton on tees",
    "stratford upon avon": "stratford on avon",
    "yorkshire and humber": "yorkshire and the humber",
    "yorkshire and humberside": "yorkshire and the humber",
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


def called(text: str) -> list[str]:
    """The codes for a code or a name as people write it, or for the beginning of a name that only one area has.

    An area that still exists goes before one that does not, then the larger kind.
    Raises LookupError, with the nearest names, when nothing or several fit.
    """
    text = " ".join(text.split())
    code = text.upper()
    if code in places.codes():
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
    fits = [area.code for area in _named().get(key_of(label), ()) if places.kind(area.code) in kinds]
    if _OF_SOME_TIME.search(label):
        return _of_its_time(label, fits)
    there = places.codes(day)
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
    days = places.areas()["end_date"].dropna().dt.date.unique().tolist()
    for day in (*sorted({newest, *(day for day in days if day < newest)}, reverse=True), None):
        found = {label: code_for(label, kinds, day) for label in named}
        if all(found.values()):
            break
    return printed | found


def _of_its_time(label: str, codes: list[str]) -> str | None:
    """Which of some areas is that of the time that a label says; None where nobody knows which time that is."""
    of_name = places.areas()[places.areas()["area_code"].isin(codes)].sort_values("end_date", na_position="last")
    if _OVER.search(label):
        return next(iter(of_name.loc[of_name["end_date"].notna(), "area_code"][::-1]), None)
    if not (said := _OF_A_TIME.search(label)):
        return None
    word, year, pair = said.groups()
    if re.fullmatch(_SINCE, word, re.I):
        there = places.codes(date(int(year), 4, 1))
        return next((code for code in codes if code in there), None)
    through = bool(pair) and bool(re.fullmatch(_UNTIL, word, re.I))
    day = pd.Timestamp(int(year) + through, 3, 31)
    begun = of_name[~(of_name["start_date"] > day)]
    over = begun["end_date"] < day
    return next(iter([*begun.loc[~over, "area_code"], *begun.loc[over, "area_code"][::-1]]), None)


def is_called(code: str, label: str, called: str) -> bool:
    """Whether a printed name can be that of an area which is `called` so: in another spelling, or one of a joint area.

    A slip of the pen is let pass, unless it makes the name of another area of that kind, or of another time.
    """
    key, own = key_of(label), key_of(called)
    if key == own:
        kinds = places.LOCAL_AUTHORITIES if places.kind(code) in places.LOCAL_AUTHORITIES else (places.kind(code),)
        return not _OF_SOME_TIME.search(label) or code_for(label, kinds) in (None, code)
    if any(places.kind(area.code) == places.kind(code) for area in _named().get(key, ())):
        return False
    if set(re.findall(_PART, key)) - set(re.findall(_PART, own)):
        return False
    # More than its name is no slip, unless it names other areas too.
    more = f" {own} " in f" {key} "
    parts = [key_of(part) for part in re.split(r"\band\b|&|,|/", label)]
    joint = own in parts and all(part in _named() for part in parts if part)
    return joint or (_alike(key, own) and not more)


def _alike(key: str, other: str) -> bool:
    return difflib.SequenceMatcher(None, key, other).ratio() > _SAME_NAME


def slug(label: str) -> str:
    """The code of a pseudo-area: its label in lower-case words with hyphens."""
    return "-".join(_words(label))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z0-9]+", re.sub(r"['.]", "", plain.replace("&", " and ")))


@lru_cache(10_000)
def key_of(label: str) -> str:
    """What is left of a name without case, punctuation, the style of the authority and the name in another language."""
    label = re.sub(rf"\({_OF_A_KIND}\)|(?!\([^)]*{_PART})(?:{_OF_SOME_TIME.pattern})", " ", label, flags=re.IGNORECASE)
    name, *others = list(filter(str.strip, re.split(r"\s/\s|[()]", label))) or [""]
    label = name if all(_alike(key_of(name), key_of(other)) for other in others) else label
    text = " ".join(word for word in _words(label) if word != "the")
    text = re.sub(rf"( ({_STYLES}))+$", "", text)
    text = re.sub(r"^(.+) (city|county) of$", r"\2 of \1", text)
    # The City of London is not London.
    text = re.sub(r"^(lb (of )?|(royal |london |metropolitan )?(borough|city|county) of (?!london$)|county )", "", text)
    return _OTHER_NAMES.get(text, text)


@cache
def _named() -> dict[str, list[_Named]]:
    """The areas of each name, best first; the names of larger areas first."""
    table = places.areas().assign(
        ended=places.areas()["end_date"].notna(), order=places.areas()["area_kind"].map(_ORDER)
    )
    named = defaultdict(list)
    in_order = table.sort_values(["ended", "order", "area_code"])
    for code, name in in_order[["area_code", "area_name"]].itertuples(index=False):
        named[key_of(name)].append(_Named(code, name))
    return dict(named)


def _listed(keys: list[str]) -> str:
    first = [_named()[key][0] for key in keys[:5]]
    return ", ".join([f"{area.name} ({area.code})" for area in first] + ["…"] * (len(keys) > 5))
