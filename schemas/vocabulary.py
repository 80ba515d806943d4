"""The words that columns may hold, each with its meaning; no other module declares a code list of its own."""

STATUS = {
    "": "a plain figure",
    "c": "confidential: hidden to protect people",
    "x": "not available: not collected, not returned or not calculated by the publisher",
    "z": "not applicable",
    "low": "rounds to zero but is not zero",
    "u": "low reliability",
    "p": "provisional",
    "r": "revised",
    "e": "estimated",
    "b": "break in the series",
    "n": "the area did not exist in the period",
}

INSTEAD = ("c", "x", "z", "n")
"""Statuses that stand where there is no number, never beside one."""

PERIOD_KINDS = {
    "calendar_year": "1 January to 31 December",
    "financial_year": "1 April to 31 March",
    "academic_year": "1 September to 31 August",
    "quarter": "three months",
    "rolling_12_months": "twelve months ending in a month other than December of a calendar series or March",
    "three_years": "three calendar years pooled",
    "survey_year": "the twelve months of a survey's fieldwork",
    "part_year": "any other part of a year",
    "several_years": "more than twelve months, other than three calendar years",
}

SEXES = {"all": "persons", "male": "males", "female": "females"}

STATISTICS = {
    "count": "a number of events or people",
    "proportion": "a share of a stated whole",
    "crude_rate": "events per population",
    "standardised_rate": "events per population, directly age-standardised to the European Standard Population 2013",
    "estimate": "a survey or model estimate",
    "quantity": "an amount with a unit of its own",
    "progress": "the distance covered from a baseline to a target",
}

# Who records fraud beside the police forces, by the names that they had.
FRAUD_BODIES = ("action-fraud", "report-fraud", "cifas", "uk-finance", "financial-fraud-action-uk", "ffa-uk", "nfib")

# A label of a cell into which two were merged.
SAID_TWICE = r"(\w.*?) ?[/;|] ?\1"

# What begins a category that is no total: the whole is called "all", and a total of some would be taken for a kind.
NO_TOTAL = r"(?!(?:total|all|any)\b|[^:]*\btotal(?::|$))"

# What says that a label is of somebody's workings, or of what an earlier edition printed.
WORKINGS = (
    r"\b(?:drafts?|dummy|unrevised|superseded|obsolete|do not (?:use|publish)|(?:previously|as) published|copy of)\b"
    r"|\b(?:xx+|struck out)\b"
    r"|\b(?:old|previous|copy|delete|checked|v\d+)$|\((?:former|sum|blank)\)"
    r"|\((?:old|previous|last year|checked|copy)\b"
    r"|\bold (?:series|data)\b|^(?:test(?! valley)|check|(?:sum|average|mean) of)\b"
    r"|^total of .*\band others?$|^differences? in\b|[a-z\d)%\]] (?:plus|minus) (?!years?\b)[a-z\d]"
)
# What says that a category is one of several states of the same numbers, no number of what it names, or a stray line.
STATES = (
    r"\b(?:provisional|final|latest|revised|corrected|amended|restated|actual|planned|plan|estimated?|forecast|target)\)?$"
    r"|\b(?:rate|index|percentage|per ?cent|change|cumulative|ratio|rank)\b|%|£"
    r"|, \(?(?:counts?|numbers?|[a-z]|-)?\)?$|\((?:[a-z]|[ivx]+)\)$"
    r"|\b(?:tables?|worksheet|page|overleaf|continue[sd]?|(?:foot)?notes?)\b"
)

# The words that stand before a printed number, and how the note of such a number begins.
QUALIFIERS = ("over", "nearly", "about")
PRINTED_AS = f"^Printed as ({'|'.join(QUALIFIERS)}) "

PRECISIONS = {
    "1": "exact",
    "5": "rounded to the nearest 5",
    "10": "rounded to the nearest 10",
    "100": "rounded to the nearest 100",
    "1000": "rounded to the nearest thousand",
    **{word: f"printed as '{word}' the value" for word in QUALIFIERS},
}

TIERS = {"headline": "a headline metric of the framework", "supporting": "a supporting metric of the framework"}

BETTER = {
    "lower": "a fall is an improvement",
    "higher": "a rise is an improvement",
    "contextual": "neither direction is better in itself",
}

LIMITS = {
    "break": "values before and after this day are not comparable",
    "gap": "there are no figures for this time",
    "availability": "whether there are figures at an area level or of a breakdown, and what to use instead",
    "known error": "an error of the publisher, kept as published",
    "lag": "time from the end of a period to its publication",
    "revisions": "how the publisher revises",
    "next release": "when the next figures are due: the announced day, else the usual time of year in words",
    "observed lag": "days from the end of the newest period to its first release, as loaded",
    "coverage": "areas and periods with a value at an area level, as loaded",
}

AVAILABILITY = {
    "": "not about an area level",
    "published": "open figures",
    "not read": "published, in files that no reader here takes",
    "restricted": "figures that only partners may see",
    "not collected": "no figures are compiled for it",
}

# Breakdowns that begin so are to be read beside the metric, and are neither better nor worse.
CONTEXT = "context: "

# The levels at which a partnership asks.
LEVELS = {
    "country": "a nation or a combination of nations",
    "region": "an English region",
    "upper tier": "counties, unitary authorities, metropolitan districts and London boroughs",
    "lower tier": "districts, unitary authorities, metropolitan districts and London boroughs",
    "police force area": "a police force area",
    "community safety partnership": "a community safety partnership",
}

COMPARISONS = {
    "better": "the whole interval lies on the better side of England's value",
    "similar": "the interval reaches or holds England's value",
    "worse": "the whole interval lies on the worse side of England's value",
    "lower": "the whole interval lies below England's value, and neither side is better",
    "higher": "the whole interval lies above England's value, and neither side is better",
    "not compared": "England itself or an area that holds it, an amount, a pseudo-area, or no interval",
}

SEVERITIES = {
    "failure": "a contradiction within one publication, or with a figure that the publication itself prints",
    "warning": "something to look at before quoting a figure",
}

CERTAINTIES = {
    "confirmed": "the day is settled",
    "provisional": "the day, or only the month, may still change",
    "cancelled": "it does not come",
}

VINTAGES = {
    "any": "every release of the figure",
    "first": "as first published: a release of its time only",
    "revised": "as restated later",
}

OUTCOMES = {
    "reduce_drug_use": "Reducing drug use",
    "reduce_drug_related_crime": "Reducing drug-related crime",
    "reduce_drug_related_deaths_and_harm": "Reducing drug-related deaths and harm",
    "reduce_drug_supply": "Reducing drug supply",
    "increase_engagement_in_treatment": "Increasing engagement in treatment",
    "improve_recovery_outcomes": "Improving recovery outcomes",
    "strategy_delivery": "Delivering the strategy's own targets (this project's column, not the framework's)",
}

AREA_KINDS = {
    "country": "a nation or a combination of nations",
    "region": "an English region",
    "inner_outer_london": "inner or outer London",
    "county": "a county with districts",
    "metropolitan_county": "a metropolitan county (statistical)",
    "unitary_authority": "a unitary authority, England or Wales",
    "district": "a non-metropolitan district",
    "metropolitan_district": "a metropolitan district",
    "london_borough": "a London borough or the City of London",
    "police_force_area": "a police force area",
    "community_safety_partnership": "a community safety partnership",
    "other": "a row of the publication that is no standard area, such as a force without territory",
}

CODES = {
    "status": STATUS,
    "old_status": STATUS,
    "new_status": STATUS,
    "area_kind": AREA_KINDS,
    "limits.area_kind": {"": "every level"} | LEVELS | AREA_KINDS,
    "period_kind": PERIOD_KINDS,
    "sex": SEXES,
    "statistic": STATISTICS,
    "compared_to_england": COMPARISONS,
    "tier": TIERS,
    "better": BETTER,
    "kind": LIMITS,
    "availability": AVAILABILITY,
    "severity": SEVERITIES,
    "release_changes.severity": {"": "nothing is wrong with it"} | SEVERITIES,
    "certainty": CERTAINTIES,
    "vintage": VINTAGES,
}
"""The code list of each column of the published file that has one; by table and column where the column differs."""
