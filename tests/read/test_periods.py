"""Periods as publications print them: each spelling, what two readings refuse, and round trips of every label."""

import re
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.read import periods
from pipeline.read.periods import Period, is_lost, mentioned, parse, speaks_of_time
from schemas.vocabulary import PERIOD_KINDS

READ = [
    ("2021", "2021", "calendar_year"),
    ("2021.0", "2021", "calendar_year"),
    ("mid-2021", "2021", "calendar_year"),
    ("January to December 2021", "2021", "calendar_year"),
    ("January 2021 to December 2021", "2021", "calendar_year"),
    ("2019–21", "2019-21", "three_years"),
    ("2019 to 2021", "2019-21", "three_years"),
    ("2019-2021", "2019-21", "three_years"),
    ("1999–01", "1999-01", "three_years"),
    ("2012/13", "2012/13", "financial_year"),
    ("1999/00", "1999/00", "financial_year"),
    ("2020-21", "2020/21", "financial_year"),
    ("202021", "2020/21", "financial_year"),
    ("year ending March 2018", "2017/18", "financial_year"),
    ("year ending March 181,2,3", "2017/18", "financial_year"),
    ("year ending March 181", "2017/18", "financial_year"),
    ("year ending March 20181,2,3", "2017/18", "financial_year"),
    ("year ending 31 March 2018", "2017/18", "financial_year"),
    ("year ending\n31st March 2018 (2017/18)", "2017/18", "financial_year"),
    ("year to March 2018", "2017/18", "financial_year"),
    ("12 months to March 2018", "2017/18", "financial_year"),
    ("Apr '12 to Mar '13", "2012/13", "financial_year"),
    ("1 April 2012 to 31 March 2013", "2012/13", "financial_year"),
    ("Apr 19 to Mar 202", "2019/20", "financial_year"),
    ("YE Dec 19", "YE Dec 2019", "rolling_12_months"),
    ("July 2022 - June 2023", "YE Jun 2023", "rolling_12_months"),
    ("2021 Q1", "Jan-Mar 2021", "quarter"),
    ("Sept 2021", "Sep 2021", "part_year"),
    ("April to August 2021", "Apr-Aug 2021", "part_year"),
    ("3 months to June 2024", "Apr-Jun 2024", "quarter"),
    ("six months to September 2024", "Apr-Sep 2024", "part_year"),
    ("Half year to 30 September 2024", "Apr-Sep 2024", "part_year"),
    ("quarter to December 2024", "Oct-Dec 2024", "quarter"),
    ("Quarter ending 31 December 2024", "Oct-Dec 2024", "quarter"),
    ("three months ended January 2024", "Nov 2023-Jan 2024", "quarter"),
    ("twelve months ending December 2023", "YE Dec 2023", "rolling_12_months"),
    ("April 2024 to March 25", "2024/25", "financial_year"),
    ("Apr 24 to Mar 25", "2024/25", "financial_year"),
    ("between 1 April 2012 and 31 March 2013", "2012/13", "financial_year"),
    ("2024-25 (Apr-Sep)", "Apr-Sep 2024", "part_year"),
    ("2023/24 Apr-Jun", "Apr-Jun 2023", "quarter"),
    ("Jan-Mar 2023/24", "Jan-Mar 2024", "quarter"),
    ("January to March 2022/23", "Jan-Mar 2023", "quarter"),
    ("October to March 2022/23", "Oct 2022-Mar 2023", "part_year"),
    ("March 2022/23", "Mar 2023", "part_year"),
    ("2024 (January to March)", "Jan-Mar 2024", "quarter"),
    ("financial year 2023/24", "2023/24", "financial_year"),
    ("calendar year 2023 (provisional)", "2023", "calendar_year"),
    ("2008²", "2008", "calendar_year"),
    ("year ending March 2018¹,² [note 3]", "2017/18", "financial_year"),
]

TITLES = [
    ("MYE2: Persons by single year of age, mid-2020", "2020", "calendar_year"),
    ("number of offences, year ending December 20191,2", "YE Dec 2019", "rolling_12_months"),
    ("A1\nEngland, July to September 2025 (revised)", "Jul-Sep 2025", "quarter"),
    ("A1 - Apr-Jun 18", "Apr-Jun 2018", "quarter"),
    ("Table A1 - Households owed a duty, January to March 2022/23", "Jan-Mar 2023", "quarter"),
    ("Rate of offences per 1000 population, quarter to December 2024", "Oct-Dec 2024", "quarter"),
    ("Pupils who took drugs once a week in the last year or month, by region, 2021", "2021", "calendar_year"),
    ("Drugs that may be taken, 2021", "2021", "calendar_year"),
]


@pytest.mark.parametrize(("text", "label", "kind"), READ)
def test_a_printed_period(text, label, kind):
    assert (parse(text).label, parse(text).kind) == (label, kind)


@pytest.mark.parametrize(("text", "label", "kind"), READ + TITLES)
def test_a_printed_period_among_other_words(text, label, kind):
    assert (mentioned(text).label, mentioned(text).kind) == (label, kind)


@pytest.mark.parametrize("text", [text for text, _, _ in TITLES])
def test_a_label_with_other_words_is_no_period(text):
    with pytest.raises(ValueError, match="may change what it is"):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "All years",
        "12345",
        "Table 2",
        "2020 to 2021",
        "2020 and 2021",
        "2019 to 2023",
        "202103",
        "mid-2001, mid-2011 and mid-2021",
        "year ending December 2018 compared with year ending December 2019",
        "year ending March 2020, based on mid-2018 populations",
        "Jan-Mar 2021 and Apr-Jun 2021",
        "registered between 1993 and 2021",
        "31 March 2021",
        "31/12/2021",
        "2021-12-31",
        "Q1 2021",
        "2021/22 Q1",
        "first half of 2021",
        "week 12, 2021",
        "since 2010",
        "2010 onwards",
        "up to 2021",
        "Oct 2018 to Jan 2019",
        "March 2018 to March 2019",
        "November to February 2021",
        "year ending 2021",
        "20211,2",
        "January 2024 to date",
        "since April 2018",
        "not April 2018 to March 2019",
        "all years except 2021",
        "excluding Jan-Mar 2021",
        "as at March 2024",
        "end of March 2024",
        "to March 2024",
        "March 2024 onwards",
        "March 2024 and earlier",
        "2021 -",
        "2021+",
        "18 months to June 2024",
        "year ending 15 March 2018",
        "2 April 2012 to 31 March 2013",
        "1 April 2012 to 30 March 2013",
        "1 April 2012 and 31 March 2013",
        "Jan 24 to Mar 25",
        "Apr 24",
        "March to May 2022/23",
        "2021/22 Q1",
        "financial year 2021",
        "academic year 2021/22",
        "2024/25 to date",
        "Jan 1997 to Dec 1997 (part)",
        "2024/25 (partial year)",
        "x2008",
        "1969",
        "2204",
        "3021",
        "2070/71",
        "year ending March 2204",
        "12 months ending 30-09-2218",
        "Apr 2201 to Mar 2018",
        "Apr 2017 to Mar 2201",
        "Jan-Mar 202",
        "year ending March 202",
        "Apr-Jun 199",
    ],
)
def test_no_period_or_more_than_one_is_refused(text):
    for read in (parse, mentioned):
        with pytest.raises(ValueError, match="cannot read"):
            read(text)


@pytest.mark.parametrize(
    "beside", ["cumulative", "x", "a fifth of", "8", "to", "quarterly", "so far", "(Q3)", "(half)", "mean", "England"]
)
def test_nothing_of_a_label_is_left_over(beside):
    for text, _, _ in READ:
        with pytest.raises(ValueError, match="cannot read"):
            parse(f"{text} {beside}")


@pytest.mark.parametrize(
    ("text", "single", "label", "start"),
    [
        ("2023", "calendar_year", "2023", "2023-01-01"),
        ("2023", "financial_year", "2022/23", "2022-04-01"),
        ("2023", "academic_year", "2022/23", "2022-09-01"),
        ("202223", "academic_year", "2022/23", "2022-09-01"),
        ("2022/23", "financial_year", "2022/23", "2022-04-01"),
        ("2022 to 2023", "financial_year", "2022/23", "2022-04-01"),
    ],
)
def test_a_lone_year_is_what_the_publication_means_by_it(text, single, label, start):
    assert (parse(text, single).label, str(parse(text, single).start)) == (label, start)


def test_a_quarter_of_another_year_than_the_calendar_is_refused():
    with pytest.raises(ValueError, match="quarter of a calendar or of another year"):
        parse("2021 Q1", "financial_year")
    with pytest.raises(ValueError, match="months of a calendar or of another year"):
        parse("2021 (Jan-Mar)", "financial_year")
    assert parse("2021/22 (Sep-Nov)", "academic_year").label == "Sep-Nov 2021"


YEARS = st.integers(1972, 2049)


@st.composite
def any_period(draw) -> Period:
    year = draw(YEARS)
    first = draw(st.integers(1, 12))
    return draw(
        st.sampled_from(
            [
                periods.calendar_year(year),
                periods.financial_year(year),
                periods.three_years(year),
                periods.year_ending(first, year),
                periods.months(first, draw(st.integers(first, 12)), year),
            ]
        )
    )


@given(any_period())
def test_a_label_reads_as_its_period(period):
    assert parse(period.label) == period


@given(YEARS)
def test_a_label_of_an_academic_year_reads_as_its_period(year):
    assert parse(periods.academic_year(year).label, "academic_year") == periods.academic_year(year)


@given(any_period())
def test_a_period_is_whole_months_of_a_known_kind(period):
    assert period.start <= period.end and period.kind in PERIOD_KINDS
    assert period.start.day == 1 and (period.end + timedelta(days=1)).day == 1
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
    lengths = {"quarter": 3, "three_years": 36}
    assert months == lengths.get(period.kind, 12) or (period.kind == "part_year" and months < 12)


@given(st.sampled_from([periods.calendar_year, periods.financial_year, periods.academic_year]), YEARS)
def test_years_follow_each_other_without_a_gap(of, year):
    assert of(year).end + timedelta(days=1) == of(year + 1).start


@given(st.integers(1, 12), YEARS)
def test_a_year_ending_in_a_month_ends_with_it(month, year):
    period = periods.year_ending(month, year)
    assert (period.end.month, period.end.year) == (month, year)
    assert period.start == (period.end + timedelta(days=1)).replace(year=period.start.year)


@given(any_period(), st.sampled_from(["{}", " {} ", "{}, England", "Rates, {} [revised]", "Table A: x,\n{}"]))
def test_words_around_a_period_change_nothing(period, around):
    assert mentioned(around.format(period.label)) == period


@given(any_period(), any_period())
def test_two_different_periods_are_refused(one, other):
    assume(one != other)
    for read in (parse, mentioned):
        with pytest.raises(ValueError):
            read(f"{one.label} compared with {other.label}")


@given(any_period())
def test_capitals_dashes_and_spaces_change_nothing(period):
    text = re.sub("-", " – ", period.label.upper()).replace(" ", "\u00a0")
    assert parse(text) == period


@given(st.text() | st.text(st.sampled_from("0129 /-,.()to[¹ monthsapryeJe")))
def test_any_text_is_a_period_or_refused(text):
    for read in (parse, mentioned):
        try:
            period = read(text)
        except ValueError:
            continue
        assert period.start <= period.end and 1967 <= period.start.year <= period.end.year <= 2070


@given(any_period())
def test_a_label_that_reads_as_a_period_speaks_of_time(period):
    assert speaks_of_time(period.label) and not speaks_of_time("offences per 1,000 people who may drink")


@pytest.mark.parametrize(
    ("label", "lost"),
    [
        ("2018/19 (changed method)", True),
        ("2018/19: method changed", True),
        ("2018/19 – questionnaire change", True),
        ("year ending march 2019: recording changed", True),
        ("change since 2018/19", False),
        ("new method 2021/22", True),
        ("2019/20 (changed method)", False),
        ("2019/20 significance", False),
        ("2018/19", False),
        ("2018/19 to 2019/20 change", False),
        ("change", False),
    ],
)
def test_a_period_with_more_said_beside_it_is_no_comparison(label, lost):
    read = [parse(year, "financial_year") for year in ("2019/20", "2020/21")]
    assert is_lost(label, read, "financial_year") == lost
