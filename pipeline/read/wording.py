"""What the words around numbers say against them: of some only, of another quantity; labels themselves are labels'."""

import re
from functools import cache

from pipeline.read.labels import heading, is_note
from schemas.vocabulary import WORKINGS

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

# What heads a column that says which numbers stand, or that holds others in their place.
STANDING = (
    r"(?:(?:data|row|record|value|count|figure|obs\w*|return|release)[ _-])?(?:status|flag|quality|validity)"
    r"|valid|test|duplicates?|publish(?:ed)?|include\w*(?:[ _]in[ _].*)?"
    r"|(?:.*[\W_])?(?:suppress\w*|withdrawn|confidential\w*|provisional|draft|superseded|deleted"
    r"|revis\w+|correct(?:ed|ions?)|amend\w+|restated|adjusted|latest|final|v\d+)(?:[\W_].*)?"
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
