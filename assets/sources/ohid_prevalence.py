"""The prevalence estimates of the Office for Health Improvement and Disparities; Fingertips has a module of its own."""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from itertools import chain

import pandas as pd

from pipeline import naming, places
from pipeline.fetch.govuk import GovUk
from pipeline.read import labels
from pipeline.read.labels import heading, plain
from pipeline.read.opening import Refused
from pipeline.read.source import source
from pipeline.read.tables import Table
from pipeline.read.tabular import GSS
from pipeline.read.workbook import Workbook
from schemas.ohid import AlcoholDependence, OcuPrevalence
from schemas.rules import ENGLAND

MARKS = {"c": "c", "*": "c", "x": "x", "z": "z", "na": "x", "n/a": "x"}

DRUGS = [
    (r"\bocus?\b|opiates?\W+(and\W*)?(or\W+)?crack", "opiates and/or crack cocaine"),
    (r"\bcrack\b", "crack cocaine"),
    (r"\bopiates?\b", "opiates"),
]
QUANTITIES = [
    (r"\brates?\b|\bper (\d|thousand)", "rate"),
    (r"\bpopulation\b", "population"),
    (r"\b(number|count|users?|people|adults|dependent|estimates?)\b", "number"),
]
# What makes an estimate one of other people than all who use or depend.
OF_OTHERS = (
    r"\b(?:treatment|child(?:ren)?|parents?|famil\w+|pregnant|offenders?|prison\w*|deaths?|admissions?|need|unmet|new"
    r"|harmful|hazardous|with(?! alcohol| an? )|aged? (?!18\b|\d\d ?(?:-|to))|\d\d \d\d)\b"
)
_AGES = r"(?<![\d/])(\d\d) ?(?:-|to) ?(\d\d)(?![\d/])"
STATED = [(r"\brates?\b", "rate"), (r"\b(numbers?|counts?)\b", "number")]
BOUNDS = [(r"\blower\b", "lower"), (r"\bupper\b", "upper")]

# Two authorities that are estimated as one, in either order.
COMBINED = ("cornwall-and-isles-of-scilly", "city-of-london-and-hackney", "leicestershire-and-rutland")

TEXTS = {
    "code": r"([a-z]+ ){0,3}code( gss)?",
    "area": r"((upper tier )?local authority|la|utla|area)( name)?",
    "region": r"((government office )?region|phe cent(re|er))( name)?",
    "period": r"(time )?period|(financial )?year",
    "group": r"sex|gender|age( group| band)?|(substance|drug)( group)?|inject(ing|ion)( status)?",
}
WHOLE = {"age": "all", "sex": "all", "lower": float("nan"), "upper": float("nan")}
HEADS = "|".join(TEXTS[name] for name in ("code", "area", "region", "period"))


def _one(patterns: list[tuple[str, str]], words: str) -> str | None:
    return next((said for pattern, said in patterns if re.search(pattern, words)), None)


def _groups(words: str) -> dict[str, str]:
    """What a heading, a title or a row says of drug, age and sex."""
    said = {"drug": _one(DRUGS, words)}
    if said["drug"] and "inject" in words:
        said["drug"] += ", not injecting" if re.search(r"\b(not|non|never)\b", words) else ", injecting"
    if found := re.search(r"\b(\d\d) ?(?:-|to) ?(\d\d)\b", words):
        said["age"] = f"{found[1]}-{found[2]}".replace("15-64", "all")
    elif found := re.search(r"\b(\d\d)(?:\+| and over\b)", words):
        said["age"] = f"{found[1]} and over".replace("18 and over", "all")
    sexes = set(re.findall(r"\b(fe)?(?:males?|men)\b", words.replace("women", "female")))
    if len(sexes) == 1:
        said["sex"] = sexes.pop() + "male"
    return {name: text for name, text in said.items() if text}


def _estimates(headings: Mapping[Hashable, str], refused: Callable[[str], Refused]) -> dict[Hashable, dict]:
    """What each column with a point estimate holds, and which columns hold its limits.

    A limit names the estimate it belongs to, or stands to the right of it.
    """
    order, points, bounds = list(headings), {}, {}
    for column, words in headings.items():
        if not words or any(re.fullmatch(pattern, words) for pattern in TEXTS.values()):
            continue
        said = _groups(words) | ({"quantity": quantity} if (quantity := _one(QUANTITIES, words)) else {})
        if bound := _one(BOUNDS, words):
            bounds[column] = (bound, said)
        elif said.get("quantity") != "population":
            if re.search(OF_OTHERS, words):
                raise refused(f"nobody knows of whom {words!r} is")
            points[column] = said
    for column, (bound, said) in bounds.items():
        fits = [point for point, its in points.items() if all(its.get(name) == text for name, text in said.items())]
        left = [point for point in fits if order.index(point) < order.index(column)]
        if len(fits) != 1 and (not left or order.index(column) - order.index(left[-1]) > 2):
            raise refused(f"no estimate stands beside the limit {headings[column]!r}")
        point = fits[0] if len(fits) == 1 else left[-1]
        if bound in points[point]:
            raise refused(f"{headings[point]!r} has several limits called {bound}")
        points[point][bound] = column
    return points


def _area(code: str, area: str, region: str, day: str) -> tuple[str | None, str]:
    """The code and name of an area that may be printed by name only, alone or beside its region."""
    if not area or re.fullmatch(r"(all|total|region(al)?( total)?)", area, re.IGNORECASE):
        # Of a smaller area a row is no total.
        area = region or ("" if code == ENGLAND else area)
    if re.fullmatch(GSS, code):
        return code, area
    if re.fullmatch(r"(national|england)( total)?", area, re.IGNORECASE):
        return ENGLAND, area
    together = "-and-".join(sorted(map(naming.slug, re.split(r" and | & ", area))))
    if together in COMBINED:
        return together, area
    # An authority that was abolished lately may live on in the estimates.
    days = [day, f"{int(day[:4]) - 3}{day[4:]}"]
    codes = [naming.code_for(area, kinds, at) for at in days for kinds in (places.UPPER_TIER, ("region",))]
    return next(filter(None, codes), None), area


def _placed(texts: pd.DataFrame, periods: pd.Series, refused: Callable[[str], Refused]) -> pd.DataFrame:
    """Area, period and what the rows say of themselves, from their texts by the names in TEXTS."""
    named = texts.reindex(columns=["code", "area", "region"], fill_value="").fillna("")
    # An area has its code, none, or one that a publisher misprinted; a sentence, or a sign, is no code.
    words = named["code"].str.contains(r"[a-z]{3}|^\D+$") & ~named["code"].str.fullmatch("none|null|nan", case=False)
    if words.any():
        raise refused(f"{named.loc[words, 'code'].iloc[0]!r} is no code of {named.loc[words, 'area'].iloc[0]}")
    keys = pd.MultiIndex.from_frame(named.assign(day=[period.end.isoformat() for period in periods]))
    found = {key: _area(*key) for key in keys.unique()}
    if unknown := {name for code, name in found.values() if code is None}:
        raise refused(f"no area is known as {', '.join(map(repr, sorted(unknown)[:10]))}")
    # An area that was renumbered has the code that the file prints beside its name elsewhere.
    own: dict[str, set[str]] = {}
    for (printed, *_), (code, name) in found.items():
        own.setdefault(name, set()).update({code} if printed == code else ())
    for key, (code, name) in found.items():
        if code and re.fullmatch(GSS, code) and len(own[name]) == 1:
            found[key] = (*own[name], name)
    rows = pd.DataFrame([found[key] for key in keys], columns=["area_code", "area_label"], index=texts.index)
    rows["period"] = periods
    odd = named["code"].str.fullmatch(r"E\d+") & ~named["code"].str.fullmatch(GSS)
    rows["note"] = ("Printed with the code " + named["code"] + ".").where(odd, "")
    groups = texts[[name for name in texts if name.startswith("group")]]
    for text in {text for name in groups for text in groups[name].str.lower()}:
        if not (re.fullmatch(rf"|adults|{labels.WHOLE}", text) or "inject" in text or _groups(text)):
            raise refused(f"nobody knows of whom {text!r} is")
    said = groups.agg(" ".join, axis=1).str.lower() if len(groups.columns) else pd.Series("", index=texts.index)
    return pd.concat([rows, pd.DataFrame([_groups(words) for words in said], index=rows.index)], axis=1)


def _read_table(table: Table, measures: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """The estimates of one table of a workbook; `drug` says of which drug, where one is named."""
    headings = {column: " ".join(parts) for column, parts in enumerate(table.headings)}
    if any(re.fullmatch(r"[\d,]+(\.\d+)?", part) for parts in table.headings for part in parts):
        raise table.refused("a number stands among the headings: rows above the first known area would be lost")
    title = heading(table.title)
    units = set(re.findall(r"per (thousand|[\d,]+)", f"{title} {' '.join(headings.values())}"))
    if units - {"1,000", "1000", "thousand"}:
        raise table.refused(f"rates per {' and '.join(sorted(units))}, not per 1,000")
    points = _estimates(headings, table.refused)
    limits = {its[bound] for its in points.values() for bound in ("lower", "upper") if bound in its}
    rows = table.filled([*points, *limits])
    rows = rows.index[rows]
    texts = pd.DataFrame(
        {
            name if name != "group" else f"group {column}": table.text(column)[rows]
            for name, pattern in TEXTS.items()
            for column, words in headings.items()
            if re.fullmatch(pattern, words)
        }
    )
    if not {"code", "area", "region"} & set(texts):
        if "england" not in title:
            raise table.refused("no column of areas, and its title does not name England")
        texts["area"] = "England"
    if "period" in texts:
        periods = texts["period"].map(lambda text: table.period(text, single="financial_year"))
    else:
        periods = pd.Series(table.period(single="financial_year"), index=rows)
    placed = _placed(texts, periods, table.refused)
    pieces = [
        table.unpivot(placed.drop(columns=[name for name in its if name in placed]), {column: its}, MARKS)
        for column, its in _attributes(points, headings, title, measures, table.refused).items()
    ]
    there = set(placed) | {name for its in points.values() for name in its}
    default = {name: text for name, text in _groups(title).items() if name not in there}
    tidy = pd.concat(pieces, ignore_index=True).assign(**default)
    missing = {name: other for name, other in WHOLE.items() if name not in tidy}
    return tidy.assign(**missing).fillna({"age": "all", "sex": "all"})


def _attributes(
    points: dict[Hashable, dict],
    headings: Mapping[Hashable, str],
    title: str,
    measures: Mapping[str, tuple[str, str]],
    refused: Callable[[str], Refused],
) -> dict[Hashable, dict]:
    """The columns as `unpivot` wants them: measure and unit instead of the quantity, which the title may say."""
    wanted = {}
    for column, said in points.items():
        quantity = said.pop("quantity", None) or _one(STATED, title)
        if quantity not in measures or "%" in headings[column]:
            raise refused(f"nobody knows how to read a column headed {headings[column]!r}")
        measure, unit = measures[quantity]
        wanted[column] = said | {"measure": measure, "unit": unit}
    if not wanted:
        raise refused("no column headed like 'number', 'estimate' or 'rate'")
    return wanted


# --- opiates and crack cocaine -----------------------------------------------------------------------------

USE = {"number": ("estimated users", "people"), "rate": ("rate of use", "per 1,000")}
OLD, REVISED, LATEST = "LJMU method", "2023 method", "2025 method"
SAID = {
    OLD: r"liverpool john moores|\bljmu\b|public health england|\bphe\b",
    REVISED: r"revised (method|estimat)|office for health improvement|\bohid\b|health security agency|\bukhsa\b",
}
NO_ESTIMATE = "2017/18"
METHODS = {NO_ESTIMATE: REVISED, "2018/19": REVISED, "2019/20": REVISED, "2022/23": LATEST}


@source(
    publisher="OHID",
    formats="ods xlsx",
    contract=OcuPrevalence,
    omits=("areas", "periods"),
    editions=GovUk(
        "/government/collections/alcohol-and-drug-misuse-and-treatment-statistics",
        title=r".*opiate.*crack.*(prevalence|estimates).*",
        attachment=r".*(prevalence|estimates).*",
    ),
)
def ocu_prevalence(book: Workbook) -> Iterator[pd.DataFrame]:
    """Opiate and crack cocaine use: prevalence estimates.

    Estimated people aged 15 to 64 who use opiates and/or crack cocaine, and the rate per 1,000 of that age, by nation,
    region and upper-tier authority with 95% limits. Editions of 2018-19 and 2019-20 have two rows of headings with
    cells that span, in which a limit does not say whose it is; later ones one row ("Crack cocaine (number) lower bound
    95% CI"). Most print areas by name only. Opiates and crack cocaine add to more than users of either.
    Three methods under one label, never one series: that of Liverpool John Moores University to 2016-17, the revised
    one of October 2023 for 2016-17, 2018-19 and 2019-20, and that of December 2025 for 2022-23. 2016-17 has an
    estimate by each of the first two: the file must say by which. 2017-18 has none, and a 0 printed for it is none.
    A year of which nobody has said the method is refused. Age `all` is 15 to 64.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    wanted = r"^(?!.*\bincidence\b)(?=.*(prevalence|estimate))(?=.*(opiate|crack|\bocus?\b))"
    tables = book.tables(wanted, heads=HEADS)
    if not tables:
        raise book.no_table(wanted, "of estimates of opiate or crack cocaine use")
    read = [(table, _read_table(table, USE)) for table in tables]
    labels = {period.label for _, tidy in read for period in tidy["period"]}
    for table, tidy in read:
        above = {"-".join(ages) for ages in re.findall(_AGES, " ".join([table.title, *table.preamble]))} - {"15-64"}
        if odd := above - set(tidy["age"]):
            raise table.refused(f"what stands above its rows speaks of ages {odd.pop()}, and no number is theirs")
        if "drug" not in tidy or tidy["drug"].isna().any():
            raise table.refused("neither its title nor every column or row says of which drug")
        tidy["label"] = tidy["period"].map(lambda period: period.label)
        methods = {label: _method(label, table, book, labels) for label in tidy["label"].unique()}
        tidy["category"] = tidy.pop("drug") + ": " + tidy["label"].map(methods)
        _refuse_zeros(table, tidy)
        none = tidy["label"] == NO_ESTIMATE
        tidy.loc[none & tidy["status"].eq(""), "status"] = "x"
        tidy.loc[none, ["value", "lower", "upper"]] = float("nan")
    yield _printed_once(pd.concat([tidy for _, tidy in read], ignore_index=True)).drop(columns="label")


def _printed_once(tidy: pd.DataFrame) -> pd.DataFrame:
    """Figures without those that the table behind a chart repeats without their limits."""
    bare = tidy["lower"].isna() & tidy["upper"].isna() & tidy["value"].notna()
    keys = pd.MultiIndex.from_frame(tidy[["measure", "area_code", "label", "category", "sex", "age", "value"]])
    return tidy[~(bare & keys.isin(keys[~bare]))]


def _method(label: str, table: Table, book: Workbook, labels: set[str]) -> str:
    """By which method the estimates of a year were made."""
    if label in METHODS:
        return METHODS[label]
    if label < "2016/17":
        return OLD
    if label != "2016/17":
        raise table.refused(f"nobody has said by which method {label} was estimated")
    near = " ".join([table.title, *table.preamble])
    everywhere = " ".join(plain(cell) for sheet in book.sheets for row in book.cells(sheet)[:40] for cell in row[:2])
    for words in (near, everywhere):
        said = [method for method, pattern in SAID.items() if re.search(pattern, words, re.IGNORECASE)]
        if len(said) == 1:
            return said[0]
    if labels & {"2018/19", "2019/20"}:
        return REVISED
    raise table.refused("nothing says by which of two methods 2016/17 was estimated")


def _refuse_zeros(table: Table, tidy: pd.DataFrame) -> None:
    """Refuse an estimate where there is none, and no users in a nation or region."""
    gap = (tidy["label"] == NO_ESTIMATE) & (tidy["value"] > 0)
    none = (tidy["label"] != NO_ESTIMATE) & (tidy["value"] == 0) & tidy["area_code"].str.match("E92|E12")
    for wrong, why in ((gap, f"an estimate for {NO_ESTIMATE}, of which there is none"), (none, "no users at all")):
        if wrong.any():
            raise table.refused(f"{tidy.loc[wrong, 'cell'].iloc[0]} holds {why}")


# --- alcohol -----------------------------------------------------------------------------------------------

DEPENDENCE = {
    "number": ("adults dependent on alcohol", "people"),
    "rate": ("rate of alcohol dependence", "per 1,000"),
}


@source(
    publisher="OHID",
    formats="csv xlsx",
    contract=AlcoholDependence,
    omits=("periods",),
    editions=GovUk(
        "/government/publications/alcohol-dependence-prevalence-in-england", attachment=r".*(estimates|prevalence).*"
    ),
)
def alcohol_dependence(book: Workbook) -> Iterator[pd.DataFrame]:
    """Alcohol dependence prevalence in England.

    Modelled adults (18 and over) with alcohol dependence by England, region and upper-tier authority; in workbooks
    with 95% limits and the rate per 1,000 adults as well. Labels change style within the series: 2010 to 2014, which
    the text of the publication calls 2010-11 to 2014-15 (UNVERIFIED), have neither limits nor England; 2015/16 begins
    the financial years. "NA" is not available. Cornwall and the Isles of Scilly are one area without a code before
    2015/16. Local estimates do not add to England exactly.
    Proved on one real file, a re-laid out copy for 2010 to 2017/18; workbooks on sample releases of the described
    shape only.
    """
    if book.format == "csv":
        yield _read_records(book)
        return
    others = r"(?!.*\b(?:incidence|harmful|hazardous|severe|mild|moderate)\b)"
    wanted = rf"^{others}(?=.*\balcohol)(?=.*(estimate|prevalence|dependen))"
    tables = book.tables(wanted, heads=HEADS)
    if not tables:
        raise book.no_table(wanted, "of estimates of alcohol dependence")
    for table in tables:
        yield _read_table(table, DEPENDENCE)


def _read_records(book: Workbook) -> pd.DataFrame:
    records = book.records()
    book.require_said("alcohol|dependen", records.frame)
    said = [name for name in records.frame if records.filled([name]).any() and not records.is_idle(name)]
    headings = {name: heading(name.replace("_", " ")) for name in said}
    columns = {
        text: [name for name, words in headings.items() if re.fullmatch(pattern, words)]
        for text, pattern in TEXTS.items()
    }
    if not columns["period"] or not columns["code"] + columns["area"]:
        raise records.refused(f"no columns of area and year among {', '.join(records.frame)}")
    records.know(*chain(*columns.values()))
    groups = columns.pop("group")
    if several := next((names for names in columns.values() if len(names) > 1), None):
        raise records.refused(f"the columns {' and '.join(several)} may mean the same")
    texts = pd.DataFrame({text: records.frame[names[0]] for text, names in columns.items() if names})
    texts = texts.assign(**{f"group {name}": records.frame[name] for name in groups})
    points = _attributes(_estimates(headings, records.refused), headings, "", DEPENDENCE, records.refused)
    placed = _placed(texts, records.periods(columns["period"][0]), records.refused)
    return records.unpivot(placed, points, MARKS)
