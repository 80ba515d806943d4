"""Metrics of the outcome "improving recovery outcomes"; each other outcome has a module of its own."""

from pipeline.calculate.metric import Series, metric
from pipeline.calculate.rates import count, proportion
from pipeline.calculate.rows import Rows


def _shares(figures: Rows, breakdown: str = "category") -> tuple[Rows, ...]:
    return count(figures, breakdown), proportion(figures, breakdown)


def _named(*parts: str) -> str:
    """The breakdown of several parts, in SQL, without those that are the whole."""
    told = ", ".join(f"nullif({part}, 'all')" for part in parts)
    return f"coalesce(nullif(concat_ws(': ', {told}), ''), 'all')"


POINT = "regexp_extract(measure, '(start|review|exit)$')"


@metric(tier="headline", better="higher", series=Series("proportion", "percent"))
def treatment_progress(ndtms_adults: Rows) -> tuple[Rows, ...]:
    """Showing substantial progress by completing the treatment programme (free of dependent drug use and without an
    acute housing need) or still in treatment and either not using or having substantially reduced use of their problem
    substances measured over the preceding 12 months.

    Adults who completed treatment (free of dependent drug use and without an acute housing need), or are still in
    treatment and either do not use their problem substances or have substantially reduced use, measured over the
    preceding twelve months. The parts `completed`, `abstinent` and `reduced` are disjoint and add to the whole; a
    release in which they do not is refused. Whether the whole is everybody in treatment or those with a review is
    UNVERIFIED, and so is the definition itself; coverage of reviews limits it. Not the successful completion without
    re-presentation of the public health outcomes framework. Local values are restricted (UNVERIFIED).
    """
    parts = ndtms_adults.where("starts_with(measure, 'progress: ')")
    return _shares(parts, _named("category", "replace(measure, 'progress: ', '')"))


@metric(tier="supporting", better="higher", series=Series("proportion", "percent", breakdown="start"))
def no_housing_problem(ndtms_viewit: Rows, ndtms_adults: Rows) -> tuple[Rows, ...]:
    """Proportion of people in treatment that have reported no housing problems in the last 28 days.

    Adults without a housing problem at the start of treatment, at review and at exit: three different sets of people,
    each of those whose answer is known at that point, so that a change from one to another is not a change of people.
    ViewIt and the older tables know the start only, of everybody who starts treatment in the year; in ViewIt those
    whose answer is missing (about one in a hundred) count as having a problem. The questions were redesigned about
    2022-23: earlier and later years are not comparable (UNVERIFIED day). Local numbers are rounded to 5.
    """
    answers = (ndtms_viewit | ndtms_adults).where("starts_with(measure, 'no housing problem at ')")
    return _shares(answers, _named(POINT, "category"))


@metric(tier="supporting", better="higher", series=Series("proportion", "percent", breakdown="any: start"))
def work_volunteering_or_training(ndtms_viewit: Rows, ndtms_adults: Rows) -> tuple[Rows, ...]:
    """Proportion of people in treatment that have reported at least one day of paid work, voluntary work, or training
    and education in the last 28 days.

    Adults with at least one day of it in the last 28 days, at the start of treatment, at review and at exit, of those
    whose answer is known at that point. One person may do several, so that the kinds add to more than `any`. ViewIt
    prints another thing, the employment status stated at the start (`in regular employment`, `in education`, `in unpaid
    voluntary work`): one status a person, which never stands for days worked. Local numbers are rounded to 5. No
    published national value was found to check these against (UNVERIFIED).
    """
    kinds = "any|paid work|voluntary work|training and education|in .*"
    answers = (ndtms_viewit | ndtms_adults).where(f"regexp_matches(measure, '^({kinds}) at (start|review|exit)$')")
    return _shares(answers, _named("regexp_replace(measure, ' at [a-z]+$', '')", POINT, "category"))


@metric(tier="supporting", better="higher", series=Series("proportion", "percent"))
def mental_health_treatment(ndtms_adults: Rows) -> tuple[Rows, ...]:
    """Proportion of people in treatment reporting a mental health need who received treatment or interventions.

    Adults who started treatment in the financial year with a mental health treatment need and receive any treatment for
    it, of all who started with such a need: mostly medicines or talks in primary care, whatever else is due. It says
    nothing of people already in treatment, who are not asked again, and counts a missing answer as no treatment
    (UNVERIFIED all three).
    """
    return _shares(ndtms_adults.where("measure = 'mental health treatment'"))


@metric(tier="supporting", better="higher", series=Series("proportion", "percent"))
def parental_support(ndtms_adults: Rows) -> tuple[Rows, ...]:
    """Proportion of parents that have received specific family or parental interventions.

    Parents among the adults who started treatment in the financial year, living with children or not, and how many of
    them received a family or parental intervention. The definition is UNVERIFIED: whether it counts early help and
    social care, and which parents, is not known.
    """
    return _shares(ndtms_adults.where("measure = 'family or parental intervention'"))


@metric(
    tier="supporting", better="higher", series=Series("proportion", "percent", breakdown="cannabis", age="under 18")
)
def young_people_stopping_use(ndtms_young_people: Rows) -> tuple[Rows, ...]:
    """Young people stopping use of each substance in treatment.

    People of 17 and under in community treatment in England who used a substance at the start and no longer use it at
    exit, of those who used it at the start and have a record at exit; by substance, and led by cannabis, which most of
    them use. One person may use several, so substances are never added. The base is smaller than the number in
    treatment: who leaves without a record is in neither part. No published national value was found to check these
    against (UNVERIFIED).
    """
    return _shares(ndtms_young_people.where("measure = 'stopping use'"))
