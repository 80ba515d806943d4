"""Printed labels: what a text says without footnotes, and adds to a category; what stands for a value is marks'."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache

import pandas as pd

from pipeline.read import periods
from schemas.vocabulary import WORKINGS

# Words after which a number belongs to the label, not to a footnote: "Under 20", "year ending March 18", "Tier 1".
_COUNTED = set(periods.MONTHS).union(
    ("under", "over", "age", "aged", "ages", "than", "least", "to", "and", "from", "since", "per", "number", "mid"),
    ("table", "year", "years", "quarter", "week", "class", "schedule", "tier", "level", "band"),
    ("quintile", "decile", "phase", "part", "zone", "district", "ward", "covid"),
)
# And after these, unless it is glued to them: "group 8" is a group, "Age group8" and "Drug type3" have footnotes.
_COUNTED_APART = {"group", "type", "category"}
_NOTES = re.compile(
    r"(?P<word>[A-Za-z)']{3,}(?=\s?\d)|[A-Za-z)']+(?=\s?\())"
    r"(?P<notes>\s?\d{1,2}(?:\s?,\s?\d{1,2})*|(?:\s?\(\d(?:\s?,\s?\d)*\))+)$"
)
_IN_BRACKETS = re.compile(r"\[notes?(?![a-z])[^\]]*\]|\(notes? \d[^)]*\)", re.IGNORECASE)
# No label has more notes than stand here, and a longer text would be searched for words again and again.
_END = 100
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_DIGITS = str.maketrans(_RAISED, "0123456789")
# Digits that are raised after a label or a number mark footnotes; km² and m³ are units.
_RAISED_NOTES = re.compile(rf"(?<![A-Za-z])([kcm]?m[²³])|[{_RAISED}]+(?:[ ,]+[{_RAISED}]+)*(?!\d)")
_PLAIN = _UNSEEN | dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")

# A label in which nothing is to be looked for: a code, or words of letters.
_AS_IT_IS = re.compile(r"[A-Z]\d{8}|[A-Za-z]+(?: [A-Za-z]+)*")

# What says below the headings no more than the unit of all numbers.
UNIT = (
    r"(?:numbers?(?: of incidents)?,? ?)?\(?(?:[\'’]?(?:1,)?000s|thousands)\)?|percentages?|per ?cent|%"
    r"|(?:incidence )?rates? per 1,000(?: [a-z/ ]+)?"
)

# What says, above numbers, that they are counted in more than ones.
THOUSANDS = (
    r"(?<!per )\b(?:1,?000s|000s|(?:hundred|thousand|million)s)\b|[\'’]000s?\b|\bx ?1,?000\b"
    r"|\((?:in )?(?:1,?)?000\)|\b10³|(?<!per )(?<!nearest )(?<!one )(?<!hundred )(?<!\d )\b(?:thousand|million)\b"
    r"|(?:figures|numbers|shown|given) in 1,?000\b|\bunits?:? (?:of )?(?:1,?000|thousand|million)\b|\(k\)"
    r"|\bmultipl(?:y|ied) by\b|\bin hundred\b"
)
# The same of all of a table, or of a workbook, wherever it is said.
ALL_THOUSANDS = (
    r"^(?:all )?(?:numbers|figures|counts|values|data)(?: (?:in|on|of) (?:this|the|these) \w+| shown| above| below)*"
    r"(?: are)?(?: shown| given| presented| expressed)? in (?:hundred|thousand|million)s\b\.?$"
)

# What says that numbers are of another quantity than the one that is counted.
ANOTHER = (
    r"\b(?:year|month|quarter)[- ]to[- ]date\b"
    r"|\b(?:cumulative|(?:standard|std\.?) errors?|forecasts?|targets?|project(?:ed|ions?)|variance|rank(?:ed|ing)?)\b"
    r"|\bindex\b(?! offen[cd])|\bratios? to\b|£|\bchanges? (?:in|on|from|since)\b|(?<!with )percentage change"
    r"|\bdifferences? (?:in|from|between|to)\b|\binjuries\b|\battendances\b|\bseasonally adjusted\b"
    r"|\b(?:moving|annual|yearly|quarterly|monthly|weekly|daily|(?:\d|two|three|four|five|ten)[- ]years?)"
    r" (?:average|mean)s?\b"
)

# What says of a table, or of a whole workbook, that nobody is to use it.
WITHDRAWN = (
    r"^withdrawn\b|\bwithdrawn[)\]]?$|[(\[]withdrawn\b|\bsuperseded(?: by\b|:|$)|\bdrafts?\b"
    r"|\bexample (?:data|figures|only)\b"
    r"|\bnot (?:to be (?:used|quoted|published)|for (?:use|publication|release|circulation))\b"
    r"|\bdo not (?:use|quote|publish)\b"
    # Whose status as official statistics was withdrawn are published all the same.
    r"|^(?!.*\b(?:status|designat|accredit)).*\bth(?:is|ese)"
    r" (?:figures|numbers|statistics|data|counts|(?:work)?sheet|table|workbook|file|release|edition)\b"
    r".*\b(?:withdrawn|superseded|been replaced|replaced by)\b"
)

# What is said of a label with such words.
INSTEAD = "may be of an earlier edition, of workings or of something else"

# What says that a table is of a part of the United Kingdom that no publication here is about.
ELSEWHERE = (
    r"^(?!.*\b(?:engl(?:and|ish)|united kingdom|uk)\b).*\b(?:scotland|scottish|ireland|great britain|wales|welsh)\b"
)

# What says that only some of the people, places or events are counted.
_SOME = (
    r"exclud\w+|excepting|except|only|other than|without|omit\w*|not includ\w+|restrict\w+|limited to|less(?! than)"
    r"|subset|selected (?!years|substances)|% sample|pilot|incomplete|missing|partial|half|outside|rest of"
    r"|first[ -](?:time|six|half|\w+ months)|(?:fe)?males?|(?:wo)?m[ae]n|boys?|girls?|(?:under|over) (?!18)\d+s?"
    r"|aged (?!1\d\b)\d+ (?:and|or) (?:over|under)|nationals|white|black|asian|disabled|urban|rural|domestic abuse"
)
OF_SOME = rf"\b(?:{_SOME})\b"
# As the title of a table says it, besides.
TITLED_SOME = (
    rf"\b(?:{_SOME}|aged (?!18 (?:years )?and over)|suicides?|(?:un)?intentional|accident\w*|occurr\w+"
    r"|in year \d+|teachers|(?:non-)?uk[- ]born|in employment|(?:un)?employed|economically (?:in)?active"
    r"|hostels?|parents|strangers?|acquaintances?|reported to (?:the )?police|flagged as involving|charged|arrested"
    r"|outstanding|sexual exploitation|emergency|day[- ]cases?|bed days|who (?:smoke|truant|have truanted)|online"
    r"|free school meals|homeless (?:people|persons|adults)|experiencing homelessness"
    r"|image and performance|released from custody|prolific|theft offences|stop and search|people in prison"
    r"|(?:at|in|on) (?:airports?|cells|visitors)|nightclubs?|sharp instruments?|referrals from|single households"
    r"|households with children|main duty|prevention duty(?! (?:or|and))"
    r"|(?<!prevention or )(?<!prevention and )(?<!duty or )(?<!duty and )relief duty"
    r"|london|(?:north|south) (?:east|west)|(?:east|west) midlands|yorkshire|east of england)\b"
)
# As a line of its own says it, above rows or between them, or the whole of a heading.
_PARTS_ALONE = (
    rf"(?:(?:people|persons|all) )?(?:{_SOME})\b.*|.*\bonly"
    r"|(?:aged? )?(?:under \d+|\d+ (?:and|or) (?:over|under)|\d\d? ?(?:-|to) ?\d\d?)(?: years?(?: olds?| of age)?)?"
)
_BOTH_SEXES = (
    r"(?:all )?(?:males?|men|boys) (?:and|&) (?:females?|women|girls)"
    r"|(?:females?|women|girls) (?:and|&) (?:males?|men|boys)"
)
_PLACES_ALONE = (
    r"(?:the )?(?:(?:north|south) (?:east|west)|(?:east|west) midlands|yorkshire and the humber|east of england|london"
    r"|wales|scotland|northern ireland|great britain)"
)
# As it stands behind the label of a row.
_BEHIND = (
    rf"(?<!institution )(?:[,(:;]|\s-)\s*(?!excluding fraud|adjunctive|other than ecstasy)[^,(:;]*?\b(?:{_SOME}|aged)\b"
)

# How much of all samples an interval holds, where a heading says it.
LEVEL = r"\d\d(?:\.\d+)?(?= ?%| ?per ?cent| ?ci\b)|(?<=\bci )\d\d(?:\.\d+)?|(?<=\()\d\d(?:\.\d+)?(?=\))"

# What heads a column that says which numbers stand, or that holds others in their place.
STANDING = (
    r"(?:(?:data|row|record|value|count|figure|obs\w*|return|release)[ _-])?(?:status|flag|quality|validity)"
    r"|valid|test|duplicates?|publish(?:ed)?|include\w*(?:[ _]in[ _].*)?"
    r"|(?:.*[\W_])?(?:suppress\w*|withdrawn|confidential\w*|provisional|draft|superseded|deleted"
    r"|revis\w+|correct(?:ed|ions?)|amend\w+|restated|adjusted|latest|final|v\d+)(?:[\W_].*)?"
)

# The words for a sex, and for people of whichever; where others stand for these is each publication's.
MALE_OR_FEMALE = dict.fromkeys(("male", "males", "man", "men", "m", "boy", "boys"), "male") | dict.fromkeys(
    ("female", "females", "woman", "women", "f", "girl", "girls"), "female"
)
SEX_WORDS = MALE_OR_FEMALE | dict.fromkeys(("persons", "all persons", "people", "both", "both sexes"), "all")

# A code of a statistical area, in whatever case it is printed.
_CODE = re.compile(r"[A-Za-z]\d{8}")

# What may follow "all" where nobody is left out: "all females" and "total class A" are of some.
_OF_WHATEVER = (
    r"(?:both|persons|people|individuals|clients|patients|pupils|victims|households|cases|ages?|sex(?:es)?|genders?"
    r"|(?:ethnic )?groups?|ethnicities|nationalit(?:y|ies)|bands?|types?|categories|kinds|reasons|areas|regions"
    r"|(?:police )?forces|prisons|establishments|settings|locations|schools?|(?:index )?offences?|crimes?|offenders"
    r"|drugs|drug types|substances|seizures|finds|incidents|referrals|exploitation|(?:first )?responders|requirements"
    r"|orders|tenures|religions|disabilities|backgrounds|numbers?|all|of|and|or|the)"
)

# The label of a whole, where others are of its parts.
WHOLE = (
    r"(?!.*(?:(?<!not )\b(?:known|stated)|\b(?:less|minus|exc\w*|without|net of))\b)"
    rf"(?:(?:(?:grand |overall )?total|all|any|persons|both)(?:[ _,(/-]+{_OF_WHATEVER}(?![a-z]))*\)?"
    r"|england (?:and|&) wales(?:[ _,(/-]+(?:(?:grand |overall )?total|\d{4}(?: to \d{4})?)\)?)?)"
)

# The label of a whole that is called a total, or all.
TOTAL = rf"(?=(?:total|all)\b){WHOLE}"


def visible(text: object) -> str:
    """A cell's text with single spaces, and without marks that nobody sees."""
    return _spaced(str(text), _UNSEEN)


def _spaced(text: str, marks: Mapping[int, str | None]) -> str:
    # Most texts have no mark, and to look for each takes longer than all else.
    return " ".join((text if text.isascii() else text.translate(marks)).split())


def raised(text: str) -> str:
    """A text whose digits are superscripts."""
    return text.translate({digit: mark for mark, digit in _DIGITS.items()})


def unmarked(text: str) -> str:
    """A text without the superscript digits and the words in brackets that mark footnotes."""
    bare = _IN_BRACKETS.sub(" ", text)
    return _RAISED_NOTES.sub(lambda found: (found[1] or "").translate(_DIGITS), bare).rstrip()


# A truth value, a whole and a decimal number are equal and hash alike, but their texts differ.
@lru_cache(maxsize=None, typed=True)
def plain(text: object) -> str:
    """A cell's visible text with plain hyphens."""
    return _spaced(str(text), _PLAIN)


def code(text: str) -> str:
    """A code of a statistical area as registers print it, without marks that nobody sees; any other text as it is."""
    seen = visible(text)
    return seen.upper() if _CODE.fullmatch(seen) else text


def _split_notes(text: str) -> tuple[str, list[str]]:
    """A label without the footnote numbers at its end, and those numbers."""
    found = _NOTES.search(text[-_END:]) if text[-1:].isdecimal() or text[-2:-1].isdecimal() else None
    if not found:
        return text, []
    word, glued = found["word"].strip("()").lower(), found["notes"][0].isdecimal()
    if word in _COUNTED or (word in _COUNTED_APART and not glued):
        return text, []
    return text[: -len(found["notes"])], re.findall(r"\d+", found["notes"])


@lru_cache(maxsize=None, typed=True)
def label(text: object) -> str:
    """A printed label without footnote marks, line breaks and doubled spaces; its case is kept, but that of a code."""
    text = str(text)
    if _AS_IT_IS.fullmatch(text):
        return text
    text = re.sub(r"(?<=[A-Za-z]{3})\d{1,2}(?=\))", "", plain(unmarked(text)))
    text = re.sub(r"(?<=[A-Za-z)])\s?[*†‡]+$|(?<=[A-Za-z0-9)])\s?\[[a-z]\d?\]$", "", text)
    text = re.sub(r"(?<=[A-Za-z]{3})\s?\([rpRP]\)$", "", text)
    return _split_notes(code(text))[0]


@lru_cache(maxsize=None, typed=True)
def heading(text: object) -> str:
    """A label for comparing: lower case, numbers such as 2021.0 as 2021."""
    return re.sub(r"^(\d+)\.0$", r"\1", label(text).lower())


@cache
def footnotes(text: str) -> tuple[str, ...]:
    """The footnote numbers glued to a printed label ("ENGLAND AND WALES7,8", "ENGLAND [note 3]")."""
    bracketed = [number for found in _IN_BRACKETS.finditer(str(text)) for number in re.findall(r"\d+", found[0])]
    marks = (found[0].translate(_DIGITS) for found in _RAISED_NOTES.finditer(str(text)) if not found[1])
    return (
        *bracketed,
        *_split_notes(plain(unmarked(text)))[1],
        *(n for mark in marks for n in re.findall(r"\d+", mark)),
    )


@cache
def workings(text: str) -> str:
    """What a label says that those of figures do not, or an empty text."""
    found = re.search(WORKINGS, heading(text))
    return found[0] if found else ""


@cache
def another(text: str, unit: object) -> str:
    """What a heading says that numbers of a unit cannot be, or an empty text; no unit is known where it is no text."""
    text = text.replace("_", " ").lower()
    if found := re.search(rf"{WORKINGS}|{ANOTHER}|\bchange\b|\b(?:scotland|northern ireland|great britain)\b", text):
        return found[0]
    shares, rates = re.search(r"%|\bper ?cent", text), re.search(r"\brates?\b|\bper (?:million|[\d,]+)", text)
    if isinstance(unit, str) and shares and unit != "percent":
        return shares[0]
    return rates[0] if isinstance(unit, str) and rates and not re.match("per", unit) else ""


@cache
def laid_over(text: str) -> str:
    """What a text that is drawn over a table says against its numbers, or an empty text."""
    said = heading(text)
    alone = "" if is_note(said) else another(said, None)
    found = re.search(WITHDRAWN, said) or (not is_note(said) and re.search(THOUSANDS, said))
    return alone or (found[0] if found else "")


@cache
def part_of(text: str) -> str:
    """What stands behind a label that makes what it counts less, or an empty text."""
    found = re.search(_BEHIND, text)
    return found[0].lstrip(",(:;- ") if found else ""


@cache
def part_alone(text: str, *, places: bool) -> str:
    """A line, or a heading, that by itself makes what it stands over less, or an empty text; `places` are parts too."""
    alone = rf"{_PARTS_ALONE}|{_PLACES_ALONE}" if places else _PARTS_ALONE
    return text if re.fullmatch(alone, text) and not re.fullmatch(_BOTH_SEXES, text) else ""


def sentences_of_some(line: str) -> list[str]:
    """Of several sentences of a line below a title those that make what it heads less, or are of another nation."""
    texts = [text.strip() for text in re.split(r"[.,;] ?", line)]
    if len(texts) == 1 or re.match(r"some cells|this (?:work)?sheet|link|source|notes?\b|return|back", line):
        return []
    few = [text for text in texts if len(text.split()) <= 3]
    return [text for text in texts if part_alone(text, places=True) or (text in few and re.search(ELSEWHERE, text))]


def is_note(text: str) -> bool:
    """Whether a text is a sentence about figures, or only leads to others, and no label of any."""
    leads = r"[\[(]?(?:notes?|source)\b|(?:link|back|return|go) (?:back )?to\b"
    return text.endswith(".") or len(text.split()) > 8 or bool(re.match(leads, text, re.IGNORECASE))


def part(texts: pd.Series, called: str = "") -> pd.Series:
    """What a column of labels adds to a category: `called` and the label in lower case, `all` where it is the whole."""
    return (called + texts.str.lower()).mask(texts.str.fullmatch(WHOLE, case=False), "all")


def joined(*parts: pd.Series) -> pd.Series:
    """Parts of a category in one text, without those that are the whole."""
    text = pd.Series("", index=parts[0].index)
    for one in parts:
        said = one.mask(one == "all", "")
        text = text + (text.ne("") & said.ne("")).map({True: ": ", False: ""}) + said
    return text.mask(text == "", "all")
