"""Evidence for trends: a slow second implementation from their definition, and published markers and examples."""

import math
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from itertools import product

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.calculate import statistics
from tests.calculate.conftest import few, z_of

POINTS = pa.schema(
    [("series", pa.string()), ("period_start", pa.date32()), ("period_end", pa.date32())]
    + [(name, pa.float64()) for name in ("value", "lower_95", "upper_95", "numerator", "denominator")]
    + [("statistic", pa.string()), ("better", pa.string()), ("broken", pa.bool_())]
)


def trends(con: duckdb.DuckDBPyConnection, points: list[dict]) -> list[tuple]:
    with con.cursor() as own:  # its temporary macros would stand before those installed
        own.register("given_points", pa.Table.from_pylist(points, POINTS))
        own.execute("CREATE OR REPLACE TEMP TABLE points AS FROM given_points")
        statistics.prepare_trends(own, "points")
        return own.execute("FROM trends('points')").fetchall()


def slope_and_chi_squared(points: list[tuple[int, Fraction, Fraction]]) -> tuple[Fraction, Fraction]:
    """Weighted least squares of (time, value, variance)."""
    weights = [1 / variance for *_, variance in points]
    mean_time = sum(w * t for w, (t, _, _) in zip(weights, points, strict=True)) / sum(weights)
    mean_value = sum(w * y for w, (_, y, _) in zip(weights, points, strict=True)) / sum(weights)
    spread = sum(w * (t - mean_time) ** 2 for w, (t, _, _) in zip(weights, points, strict=True))
    together = sum(w * (t - mean_time) * (y - mean_value) for w, (t, y, _) in zip(weights, points, strict=True))
    slope = together / spread
    return slope, slope**2 * spread


def slope_sign(points: list[tuple[int, Fraction, Fraction]]) -> int:
    slope, _ = slope_and_chi_squared(points)
    return (slope > 0) - (slope < 0)


def cochran_armitage(points: list[tuple[int, Fraction, Fraction]]) -> tuple[Fraction, Fraction]:
    """The test of (time, cases, people), as a statistic with the sign of the slope and its chi-squared."""
    everyone, cases = sum(n for *_, n in points), sum(k for _, k, _ in points)
    rest = everyone - cases
    trend = sum(t * (k * rest - (n - k) * cases) for t, k, n in points)
    squares = sum(t**2 * n * (everyone - n) for t, _, n in points)
    products = sum(
        points[i][0] * points[j][0] * points[i][2] * points[j][2] for j in range(len(points)) for i in range(j)
    )
    variance = cases * rest * (squares - 2 * products) / everyone
    return trend, trend**2 / variance if variance else Fraction(0)


def logit_slope_sign(points: list[tuple[int, Fraction, Fraction]]) -> int:
    """The sign of the plain slope of ln(k / (n - k)) over time, exactly: of a product of powers against 1."""
    times = sum(t for t, *_ in points)
    powers = [(k / (n - k), len(points) * t - times) for t, k, n in points]
    product = math.prod(odds**power for odds, power in powers)
    return (product > 1) - (product < 1)


def day_of(end: date) -> tuple[int, int]:
    return (2, 28) if (end.month, end.day) == (2, 29) else (end.month, end.day)


def slow_trend(points: list[dict], point: dict) -> tuple[str, float]:
    """The trend at a point, and the chi-squared it rests on (0 where there is none)."""
    few_points = "not calculated: fewer than five yearly points", 0.0
    if point["series"] is None or point["period_end"] is None:
        return few_points
    series = [p for p in points if p["series"] == point["series"] and p["period_end"] is not None]
    five = [
        [
            p
            for p in series
            if day_of(p["period_end"]) == day_of(point["period_end"])
            and p["period_end"].year == point["period_end"].year - ago
        ]
        for ago in (4, 3, 2, 1, 0)
    ]
    for p in (p for year in five for p in year):
        if p["period_start"] and (p["period_end"] - p["period_start"]).days > 365:
            return "not calculated: overlapping periods", 0.0
    if any(len(year) > 1 for year in five):
        return "not calculated: duplicate periods", 0.0
    if any(not year for year in five):
        return few_points
    five = [year[0] for year in five]
    for p in five:
        if p["value"] is None or p["period_start"] is None or p["period_start"] > p["period_end"]:
            return few_points
    if any(p["broken"] and five[0]["period_end"] < p["period_end"] <= point["period_end"] for p in series):
        return "not calculated: break in series", 0.0

    def counted(p: dict) -> bool:
        k, n = p["numerator"], p["denominator"]
        return k is not None and n is not None and n > 0 and 0 <= k <= n

    def bounded(p: dict) -> bool:
        return None not in (p["lower_95"], p["upper_95"]) and p["upper_95"] > p["lower_95"]

    statistic = point["statistic"]
    if statistic == "proportion" and all(map(counted, five)):
        test, sign_of = cochran_armitage, logit_slope_sign
        rows = [(t, Fraction(p["numerator"]), Fraction(p["denominator"])) for t, p in enumerate(five)]
        if any(k in (0, n) for _, k, n in rows):
            return "not calculated: none or all", 0.0
    elif statistic == "count":
        test, sign_of = slope_and_chi_squared, slope_sign
        rows = [(t, Fraction(p["value"]), max(Fraction(p["value"]), Fraction(1))) for t, p in enumerate(five)]
    elif statistic in ("proportion", "crude_rate", "standardised_rate", "estimate") and all(map(bounded, five)):
        test, sign_of = slope_and_chi_squared, slope_sign
        twice = 2 * Fraction(z_of(0.95))
        rows = [
            (t, Fraction(p["value"]), ((Fraction(p["upper_95"]) - Fraction(p["lower_95"])) / twice) ** 2)
            for t, p in enumerate(five)
        ]
    else:
        return "not calculated: no interval", 0.0

    _, chi_squared = test(rows)
    signs = {sign_of(rows), *(sign_of(rows[:i] + rows[i + 1 :]) for i in range(5))}
    up, down = signs == {1}, signs == {-1}
    if chi_squared <= Fraction("9.5495") or not (up or down):
        return "no significant change", float(chi_squared)
    words = "increasing" if up else "decreasing"
    if point["better"] in ("lower", "higher"):
        words += f" and getting {'better' if (point['better'] == 'higher') == up else 'worse'}"
    return words, float(chi_squared)


rarely = st.integers(0, 19).map(lambda n: n == 0)
seldom = st.integers(0, 4).map(lambda n: n == 0)


@st.composite
def series_of_points(draw: st.DrawFn, name: str) -> list[dict]:
    """Ten years of one series: mostly whole, so that most have a trend to find."""
    kinds = ["count", "proportion", "crude_rate", "standardised_rate", "estimate", "quantity", "progress"]
    statistic, better = draw(st.sampled_from(kinds)), draw(st.sampled_from(["lower", "higher", "contextual"]))
    months = draw(st.sampled_from([[12], [3], [2], [3, 6, 9, 12]]))
    days, start, step = (
        draw(st.sampled_from([364, 364, 365, 89, 1095])),
        draw(st.integers(0, 90)),
        draw(st.integers(-9, 9)),
    )
    sizes = draw(st.sampled_from([[200], [100, 200, 2000]]))  # people, alike or not, as the two slopes differ by them
    whole, points = draw(st.booleans()), []
    for year, month in product(range(2014, 2024), months):
        flaw = st.just(False) if whole else rarely
        if draw(flaw):
            continue
        end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        value = max(start + step * (year - 2014) + draw(st.integers(-8, 8)), 0)
        below, above = draw(st.integers(0 if draw(flaw) else 1, 12)), draw(st.integers(0, 12))
        points.append(
            {
                "series": None if draw(flaw) else name,
                "period_start": None if draw(flaw) else end - timedelta(days=days),
                "period_end": None if draw(flaw) else end,
                "value": None if draw(flaw) else value,
                "lower_95": None if draw(flaw) else value - below,
                "upper_95": value if draw(flaw) else value + above,
                "numerator": None if draw(flaw) else value,
                "denominator": 0 if draw(flaw) else draw(st.sampled_from(sizes)) + draw(st.integers(0, 30)),
                "statistic": statistic,
                "better": None if draw(flaw) else better,
                "broken": draw(flaw),
            }
        )
    if points and draw(rarely if whole else seldom):
        points.append(draw(st.sampled_from(points)))
    return points


@few
@given(series_of_points("a"), series_of_points("b"), series_of_points("c"), st.randoms())
def test_trends_in_any_order(con: duckdb.DuckDBPyConnection, a: list, b: list, c: list, random) -> None:
    points = [*a, *b, *c]
    expected, borderline = Counter(), False
    for point in points:
        trend, chi_squared = slow_trend(points, point)
        borderline |= abs(chi_squared - 9.5495) < 1e-6
        expected[point["series"], point["period_end"], trend] += 1
    random.shuffle(points)
    found = Counter(trends(con, points))
    assert sum(found.values()) == len(points)
    assert borderline or found == expected


anything = st.one_of(st.none(), st.floats(), st.sampled_from([0.0, 1e-300, 1e300, -1.0]))


@settings(few, max_examples=20)
@given(st.data(), st.sampled_from(["count", "proportion", "estimate", "unheard of", None]))
def test_every_point_has_one_trend_whatever_it_holds(con: duckdb.DuckDBPyConnection, data, statistic: str) -> None:
    columns = {name: data.draw(st.lists(anything, min_size=6, max_size=6)) for name in statistics._NUMBERS[1:]}
    values = data.draw(st.lists(anything, min_size=6, max_size=6))
    points = yearly(values, statistic, data.draw(st.sampled_from(["lower", "unheard of", None])), **columns)
    found = trends(con, points)
    assert sorted(end for _, end, _ in found) == [point["period_end"] for point in points]
    assert all(trend for *_, trend in found)


def yearly(
    values: list, statistic: str | None = "count", better: str | None = "lower", end: tuple = (12, 31), **columns
) -> list[dict]:
    """One point a year to 2023; a column is one value for all points, or a list of them."""
    points = []
    for i, value in enumerate(values):
        stop = date(2024 - len(values) + i, *end)
        extra = {name: column[i] if isinstance(column, list) else column for name, column in columns.items()}
        start = stop - timedelta(days=364)
        fixed = {"series": "s", "statistic": statistic, "better": better, "broken": False}
        points.append(fixed | {"period_start": start, "period_end": stop, "value": value} | extra)
    return points


def last_trend(con: duckdb.DuckDBPyConnection, points: list[dict]) -> str:
    found = {end: trend for _, end, trend in trends(con, points)}
    return found[points[-1]["period_end"]]


RISING = [100, 140, 180, 220, 260]
OUTLIER = {"lower_95": [-39, -13, 50, 32, -18], "upper_95": [81, 27, 52, 36, 22]}  # only without the third it rises
STARTS = [date(year, 1, 1) for year in range(2019, 2023)]


@pytest.mark.parametrize(
    ("points", "trend"),
    [
        (yearly(RISING), "increasing and getting worse"),
        (yearly(RISING, better="higher"), "increasing and getting better"),
        (yearly(RISING, better="contextual"), "increasing"),
        (yearly(RISING[::-1]), "decreasing and getting better"),
        (yearly(RISING[::-1], better="higher"), "decreasing and getting worse"),
        (yearly([0] * 5), "no significant change"),
        (yearly([10, 11, 11, 10, 500]), "no significant change"),
        (yearly([-5, -4, -3, -2, -1]), "increasing and getting worse"),
        (yearly([0.9772 * i - 4 for i in range(5)]), "no significant change"),  # chi-squared 9.5492
        (yearly([0.9773 * i - 4 for i in range(5)]), "increasing and getting worse"),  # 9.5512
        (yearly(RISING[1:]), "not calculated: fewer than five yearly points"),
        (yearly([100, 140, None, 220, 260]), "not calculated: fewer than five yearly points"),
        (yearly([100, 140, math.nan, 220, 260]), "not calculated: fewer than five yearly points"),
        (yearly(RISING, broken=[True, False, False, False, False]), "increasing and getting worse"),
        (yearly(RISING, broken=[False, True, False, False, False]), "not calculated: break in series"),
        (yearly(RISING, broken=[False, False, False, False, True]), "not calculated: break in series"),
        (yearly(RISING, broken=None), "increasing and getting worse"),
        (yearly(RISING, period_start=date(2001, 1, 1)), "not calculated: overlapping periods"),
        (yearly(RISING, period_start=[*STARTS, date(2022, 12, 30)]), "not calculated: overlapping periods"),
        (yearly(RISING, period_start=[*STARTS, date(2022, 12, 31)]), "increasing and getting worse"),
        (yearly(RISING) + yearly(RISING[-1:]), "not calculated: duplicate periods"),
        (yearly(RISING, "quantity"), "not calculated: no interval"),
        (yearly(RISING, "progress", lower_95=1, upper_95=2), "not calculated: no interval"),
        (yearly(RISING, "estimate"), "not calculated: no interval"),
        (yearly(RISING, None, lower_95=9, upper_95=10), "not calculated: no interval"),
        (yearly(RISING, "estimate", lower_95=RISING, upper_95=RISING), "not calculated: no interval"),
        (yearly(RISING, "estimate", lower_95=0, upper_95=math.inf), "not calculated: no interval"),
        (yearly(RISING, "estimate", lower_95=9, upper_95=10), "increasing and getting worse"),
        (yearly(RISING, "estimate", lower_95=0, upper_95=400), "no significant change"),
        (yearly([21, 7, 51, 34, 2], "estimate", **OUTLIER), "no significant change"),
        (yearly(RISING, "proportion"), "not calculated: no interval"),
        (yearly(RISING, "proportion", lower_95=9, upper_95=10), "increasing and getting worse"),
        (yearly(RISING, "proportion", numerator=RISING, denominator=500), "increasing and getting worse"),
        (yearly(RISING, "proportion", numerator=RISING, denominator=250), "not calculated: no interval"),
        (yearly(RISING, "proportion", numerator=250, denominator=500), "no significant change"),
        (yearly(RISING, "proportion", numerator=0, denominator=500), "not calculated: none or all"),
        (yearly(RISING, "proportion", numerator=[*RISING[:4], 500], denominator=500), "not calculated: none or all"),
        (
            yearly(RISING, "proportion", lower_95=9, upper_95=10, numerator=0, denominator=9),
            "not calculated: none or all",
        ),
    ],
)
def test_trend_of_five_points(con: duckdb.DuckDBPyConnection, points: list[dict], trend: str) -> None:
    assert last_trend(con, points) == trend


def test_trend_meets_29_february(con: duckdb.DuckDBPyConnection) -> None:
    points = yearly([60, *RISING], end=(2, 28))
    for point in points:
        if point["period_end"].year % 4 == 0:
            point["period_end"] = point["period_end"].replace(day=29)
    assert [trend for *_, trend in sorted(trends(con, points))] == [
        *["not calculated: fewer than five yearly points"] * 4,
        *["increasing and getting worse"] * 2,
    ]


def test_quarter_meets_the_same_quarter_and_a_break_in_another(con: duckdb.DuckDBPyConnection) -> None:
    quarters = yearly(RISING, end=(3, 31)) + yearly(RISING[::-1], end=(9, 30))
    found = {end: trend for _, end, trend in trends(con, quarters)}
    assert found[date(2023, 3, 31)] == "increasing and getting worse"
    assert found[date(2023, 9, 30)] == "decreasing and getting better"
    next(p for p in quarters if p["period_end"] == date(2022, 9, 30))["broken"] = True
    assert {end: trend for _, end, trend in trends(con, quarters)}[
        date(2023, 3, 31)
    ] == "not calculated: break in series"


@pytest.mark.parametrize(
    ("k", "n", "direction"),
    [
        ([621, 599, 556, 535, 447], [3454, 3195, 3256, 3227, 3121], "decreasing"),
        ([2157, 2090, 2194, 2134.81, 2094], [3454, 3195, 3256, 3152, 3062], "increasing"),
        ([8116, 8145, 8222, 8506, 8728], [91530, 91773, 92088, 92238, 92665.89], "increasing"),
        ([5405, 5500, 5435, 5480, 5315], [18095, 18170, 18005, 17890, 17860], "no significant change"),
        ([22435, 22445, 21365, 20955, 19055], [65880, 67900, 68705, 69835, 70910], "decreasing"),
        # Either slope would have a trend; without the first, the third of few people turns the one of the logits.
        ([58, 79, 83, 102, 93], [2463, 2280, 972, 1951, 2309], "no significant change"),
        ([57274, 55865, 53681, 51767, 53185], [61834, 60511, 59074, 57508, 59028], "decreasing"),
        (
            [3455176, 3491868, 3625401, 3774801, 3938080],
            [48783947, 49122259, 49956777, 50649129, 51441896],
            "increasing",
        ),
    ],
)
def test_trend_markers_published_on_fingertips(
    con: duckdb.DuckDBPyConnection, k: list, n: list, direction: str
) -> None:
    values = [100 * a / b for a, b in zip(k, n, strict=True)]
    assert last_trend(con, yearly(values, "proportion", "contextual", numerator=k, denominator=n)) == direction


@pytest.mark.parametrize(
    ("k", "n", "trend"),
    [
        ([50, 110, 1354, 3085, 1393], [300, 300, 2400, 9000, 2400], "increasing"),
        ([165, 2654, 3212, 111, 547], [300, 9000, 9000, 300, 1000], "no significant change"),
        ([599, 1796, 64, 3310, 11], [1000, 9000, 1000, 9000, 300], "decreasing"),
        ([3175, 6, 1392, 2627, 155], [9000, 100, 9000, 9000, 300], "increasing"),
        ([14, 2116, 903, 30, 67], [100, 9000, 2400, 300, 1000], "decreasing"),
        ([16, 20, 3123, 50, 1443], [300, 100, 9000, 100, 9000], "no significant change"),
    ],
)
def test_the_sign_of_a_proportion_is_of_the_plain_slope_of_logits(
    con: duckdb.DuckDBPyConnection, k: list, n: list, trend: str
) -> None:
    """Numbers of people so unlike that slopes of shares, or weighted ones, say otherwise."""
    points = yearly([0] * 5, "proportion", "contextual", numerator=k, denominator=n)
    assert (slow_trend(points, points[-1])[0], last_trend(con, points)) == (trend, trend)


def test_trend_of_a_rate_as_documented_by_ohid(con: duckdb.DuckDBPyConnection) -> None:
    """The worked example of the method for everything but proportions."""
    lower, upper = [28.98, 28.63, 26.44, 23.15, 23.16], [32.25, 31.9, 29.64, 26.19, 26.25]
    points = yearly([30.6, 30.2, 28, 24.6, 24.67], "crude_rate", "contextual", lower_95=lower, upper_95=upper)
    assert last_trend(con, points) == "decreasing"


def test_trends_of_columns_without_values_and_without_columns(con: duckdb.DuckDBPyConnection) -> None:
    nothing = ", ".join(f"NULL AS {name}" for name in POINTS.names if name not in ("period_start", "period_end"))
    con = con.cursor()
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW empty AS SELECT NULL::DATE AS period_start, NULL::DATE AS period_end, {nothing}"
    )
    statistics.prepare_trends(con, "empty")
    assert con.execute("FROM trends('empty')").fetchall() == [
        (None, None, "not calculated: fewer than five yearly points")
    ]
    con.execute("CREATE OR REPLACE TEMP VIEW narrow AS SELECT * EXCLUDE (broken, better) FROM empty")
    with pytest.raises(ValueError, match="narrow lacks better, broken"):
        statistics.prepare_trends(con, "narrow")
