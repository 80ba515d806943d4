"""The survey of pupils, of which what is about drugs is read; patients are nhs_hospital_admissions'."""

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from assets.sources.nhs_tables import SEXES, WHOLE, Said, age_band, period_named, read_cells, titled
from pipeline import naming, places
from pipeline.fetch.by_hand import ByHand
from pipeline.read.labels import heading
from pipeline.read.source import source
from pipeline.read.tables import Table
from pipeline.read.workbook import Workbook
from schemas.nhs import NhsSmokingDrinkingDrugs
from schemas.rules import ENGLAND

DRUGS = {
    drug: rf"\b{drug}\b"
    for drug in ("cannabis", "crack", "cocaine", "ecstasy", "amphetamines", "poppers", "lsd", "magic mushrooms",
                 "ketamine", "mephedrone", "heroin", "methadone", "tranquillisers", "psychedelics", "stimulants",
                 "opiates", "class a", "nitrous oxide", "new psychoactive substances", "other drugs")
} | {"volatile substances": r"\bvolatile substances\b|\bglue\b|\bsolvents\b"}  # fmt: skip
# Of which other drugs are kinds.
GROUPS = {"class a", "new psychoactive substances", "opiates", "other drugs", "psychedelics", "stimulants"}
WITHOUT_NEW = r"any drugs? \(?(excluding|not including) .*"
ASKED = {
    "taken drugs ever": r"ever (taken|used|had|tried)",
    "taken drugs in the last year": r"(in|during) (the )?last (year|12 months)",
    "taken drugs in the last month": r"(in|during) (the )?last month",
    "acceptable to try once": r"(ok|okay|acceptable) to (try|take)\b.*(see what|once$)|^(ok to )?try once$",
    "acceptable once a week": r"(ok|okay|acceptable) to take\b.*once a week|^once a week$",
}
# How a title says, in whatever words, when drugs were taken.
WHEN = {
    "taken drugs ever": r"\bever\b",
    "taken drugs in the last year": r"\blast\b[^,]*\b(year|12 months)\b",
    "taken drugs in the last month": r"\blast\b[^,]*\bmonth\b",
}
SURVEY_HEADS = r"(survey )?year|sex|gender|age|(type of )?drugs?( type)?|region|pupils?|attitude"
SURVEY_FIRST = r"boys|girls|all pupils|total|\d\d( years.*)?|" + "|".join(DRUGS)
LEFT_OUT = r"^weighted|change|significan"
BASE = {"measure": "pupils asked", "unit": "pupils"}


@source(
    publisher="NHS England",
    formats="xlsx",
    contract=NhsSmokingDrinkingDrugs,
    editions=ByHand(
        "https://digital.nhs.uk/data-and-information/publications/statistical/smoking-drinking-and-drug-use-among-young-people-in-england",
        "NHS England lists its publications on pages for people only",
        announced=r"smoking, drinking and drug use among young people.*",
    ),
)
def nhs_smoking_drinking_drugs(book: Workbook) -> Iterator[pd.DataFrame]:
    """Smoking, drinking and drug use among young people in England.

    A survey of pupils in years 7 to 11, mostly 11 to 15 years old, yearly to 2014 and about every two years since. Read
    are the tables of drug use (ever, in the last year, in the last month) and of whether it is thought OK to try a drug
    or to take it once a week: percent of pupils by year, sex, age, drug or region, with the number of pupils asked
    ("unweighted bases") below or beside the shares. A table without years in its cells is of the one in its title, and
    the year is that in which the fieldwork began. Marks: [x], ":" and
    ".." not asked or not available, "." not applicable; values of 0 are real. Weighted
    bases and significance are left out.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    wanted = rf"^(?=.*\bdrug).*(?:{'|'.join(ASKED.values())})"
    tables = titled(book, wanted, SURVEY_HEADS, SURVEY_FIRST)
    if not tables:
        raise book.no_table(wanted, "of drug use or of what is thought OK")
    for table in tables:
        title = heading(table.title)
        drugs = _all_of(DRUGS, title)
        said = {"measure": _one_of(ASKED, title), "unit": "percent", "category": _only(drugs) if drugs else "all"}
        tidy = read_cells(table, "survey_year", _pupils, LEFT_OUT, **said, **places.labelled(ENGLAND))
        shares = tidy[tidy["unit"] == "percent"]
        if (unsaid := shares["category"].isna()).any():
            raise table.refused(
                f"its title names several drugs, and no label the drug of {shares['cell'][unsaid].iloc[0]}"
            )
        _require_titled(table, set(shares["measure"]), _all_of(ASKED | WHEN, title))
        if not drugs & GROUPS:
            _require_titled(table, set(shares["category"]) & set(DRUGS), drugs)
        yield from _with_bases(table, tidy)


def _pupils(text: str) -> Said:
    if re.fullmatch(r"((un)?weighted )?bases?( \((number of )?pupils\)| \(n\))?|number of pupils( asked)?", text):
        return BASE | ({"measure": "weighted"} if text.startswith("weighted") else {})
    if text in WHOLE or text in ("percent", "drug"):
        return {}
    if text in ("any drug", "any drugs"):
        return {"category": "all"}
    if text in SEXES:
        return {"sex": SEXES[text]}
    if period := period_named(text, "survey_year"):
        return {"period": period}
    if re.fullmatch(WITHOUT_NEW, text):
        return {"category": "excluding new psychoactive substances and nitrous oxide"}
    if code := naming.code_for(text, ("region", "country")):
        return {"area_code": code, "area_label": text.title()}
    if (age := age_band(text)) is not None:
        return {"age": age}
    measure, drug = _one_of(ASKED, text), _one_of(DRUGS, text)
    said = {"measure": measure, "unit": "percent"} if measure else {}
    return (said | ({"category": drug} if drug else {})) or None


def _all_of(patterns: Mapping[str, str], text: str) -> set[str]:
    return {name for name, pattern in patterns.items() if re.search(pattern, text)}


def _only(named: set[str]) -> str | None:
    return min(named) if len(named) == 1 else None


def _one_of(patterns: Mapping[str, str], text: str) -> str | None:
    return _only(_all_of(patterns, text))


def _require_titled(table: Table, read: set[str], titled: set[str]) -> None:
    """Refuse labels of what the title does not name beside what it does."""
    if titled and (untitled := sorted(read - titled)):
        raise table.refused(
            f"its title {table.title!r} speaks of {', '.join(sorted(titled))}, and a label of {untitled[0]}"
        )


def _with_bases(table: Table, tidy: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The shares beside the number of pupils asked, and that number."""
    same = ["period", "area_code", "sex", "age"]
    asked = tidy[tidy["measure"] == BASE["measure"]].drop_duplicates([*same, "value"])
    if (twice := asked.duplicated(same, keep=False)).any():
        raise table.refused(f"several numbers of the same pupils asked, at {', '.join(asked.loc[twice, 'cell'][:5])}")
    shares = tidy[tidy["unit"] == "percent"]
    base = asked[[*same, "value"]].rename(columns={"value": "base"})
    yield shares.merge(base, on=same, how="left")
    yield asked.assign(category="all")
