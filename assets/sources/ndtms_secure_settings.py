"""The annual workbooks of treatment in prisons and other secure settings, and after release from them."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from assets.sources.ndtms_names import ADULT, YOUNG
from assets.sources.ndtms_tables import HEADS, WHO, YEARS, Wanted, newest_year, read_table, read_tables
from pipeline.fetch.govuk import GovUk
from pipeline.read.source import source
from pipeline.read.workbook import Workbook
from schemas.ohid import NdtmsSecureSettings

SETTINGS = {
    "all": r"total|all( settings| secure settings)?",
    "prison": r"(adult )?prisons?",
    "young offender institution": r"(young offenders?'? institutions?|yois?)( \(?(under 18|1\d ?(to|-) ?[12]\d)\)?)?",
    "immigration removal centre": r"(immigration removal centres?|ircs?)",
    "secure children's home": r"secure children['’]?s homes?|schs?",
    "secure training centre": r"secure training centres?|stcs?",
    "welfare-only home": r"welfare[- ]only homes?",
}
ARRIVALS = {
    "all": r"total|all( arrivals)?",
    "from the community": r"(arriv(als?|ed|ing) )?(from )?(the )?community",
    "from custody": r"(arriv(als?|ed|ing) )?(from )?(an)?(other )?(custody|prisons?|(custodial|secure) settings?)",
}
SECURE = r"(prisons?|custody|(prisons? and )?(other )?secure settings?)"
ADULTS = Wanted(
    rf"(trends? in (the )?)?\bnumbers? (of {WHO} )?in (alcohol and drug )?treatment"
    rf"( in {SECURE})?{YEARS}",
    {"": "people in treatment"},
)
ADULTS_BY_SETTING = Wanted(
    r"adults in treatment by (type of )?(secure )?setting", {"": "people in treatment"}, labels=SETTINGS
)
YOUNG_BY_SETTING = replace(ADULTS_BY_SETTING, title=r"young people in treatment by (type of )?(secure )?setting")
STARTING = Wanted(
    rf"adults starting treatment within (3|three) weeks of arrival( (in|into|at) {SECURE})?",
    {r"(adults )?start(ed|ing)( treatment)? within (3|three) weeks( of arrival)?": "starting within three weeks"},
    whole=r"(all )?adults (starting treatment|who started treatment)",
    labels=ARRIVALS,
)
# All who leave with a need for treatment, from wherever, and for the community only.
RELEASED = (
    r"(adults |people )?(who were )?(released|transferred)( (from (prisons?|custody|secure settings?)"
    r"|to (a |the )?community( (treatment|services?|providers?))*|with an? (treatment need|need for treatment)"
    r"|(in|needing|requiring) (structured )?treatment|and|who|were|released|transferred))*"
)
CARE = rf"continuity of care( (between|from) {SECURE} (and|to|into) (the )?community( treatment)?)?"
CONTINUITY = Wanted(
    rf"{CARE}(?!.*(region|local authorit))",
    {
        r"(adults |people )?(start(ed|ing)|engag(ed|ing))( in)?( structured)?( community)?( treatment)?"
        r"( within (3|three) weeks( of release)?)?": "continuity of care"
    },
    whole=RELEASED,
)
CONTINUITY_LOCAL = replace(CONTINUITY, title=rf"{CARE}(?=.*(region|local authorit))", local=True)


@source(
    publisher="OHID",
    formats="ods xlsx",
    contract=NdtmsSecureSettings,
    since=2017,
    editions=GovUk(
        "/government/collections/alcohol-and-drug-misuse-and-treatment-statistics",
        title=r".*treatment in secure settings.*",
        attachment=r".*tables.*",
        verified=True,
    ),
)
def ndtms_secure_settings(book: Workbook) -> Iterator[pd.DataFrame]:
    """Alcohol and drug treatment in secure settings.

    One workbook a year since 2015-16: adults in treatment in prisons and other secure settings by substance group and
    type of setting, young people by type of setting, adults who started treatment within three weeks of arrival, and
    continuity of care, by substance group, sex, region and local authority: adults released with a need for treatment
    and transferred to a community service, and those of them who started there within three weeks. Only the trend of
    adults is in every edition. Areas are printed by name or code. Each edition may revise earlier years (2020-21 was
    43,255, then 43,607). Shares are not read: they follow from the counts. Marks: c and * hidden.
    No real file was at hand: proved on sample releases of the described shape only.
    """
    book.require_said("secure (settings?|children|training)|prisons? and other|immigration removal")
    adults = read_table(book.table(ADULTS.title, heads=HEADS), ADULTS, None)
    newest = newest_year(adults)
    yield adults.assign(age=ADULT)
    yield from read_tables(book, (ADULTS_BY_SETTING,), newest, ADULT)
    yield from read_tables(book, (YOUNG_BY_SETTING,), newest, YOUNG)
    yield from read_tables(book, (STARTING, CONTINUITY, CONTINUITY_LOCAL), newest, "all")
