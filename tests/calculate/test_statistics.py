"""Evidence for the statistics: each against a slow second implementation from its definition, and published values."""

import math
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise, product
from statistics import NormalDist

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.calculate import statistics

few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
confidences = st.sampled_from([0.95, 0.998])


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    with duckdb.connect() as con:
        statistics.install(con)
        yield con


def ask(con: duckdb.DuckDBPyConnection, expression: str, **columns: list) -> list:
    """The value of an SQL expression for each row of the columns given, or of all of them if it is an aggregate."""
    con.register("asked", pa.table({name: pa.array(values, pa.float64()) for name, values in columns.items()}))
    return [row[0] for row in con.execute(f"SELECT {expression} FROM asked").fetchall()]


def one(con: duckdb.DuckDBPyConnection, expression: str) -> object:
    return con.execute(f"SELECT {expression}").fetchall()[0][0]


def agree(found: tuple, expected: tuple, **tolerance: float) -> bool:
    return all(
        a is b if a is None or b is None else a == pytest.approx(b, **tolerance)
        for a, b in zip(found, expected, strict=True)
    )


def z_of(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)


def bisect(rises_above: Callable[[float], bool], low: float, high: float) -> float:
    """Where a condition that is false at low and true at high begins to hold."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if rises_above(middle) else (middle, high)
    return (low + high) / 2


# Counts


def poisson_cdf(k: int, mean: float) -> float:
    return math.fsum(math.exp(i * math.log(mean) - mean - math.lgamma(i + 1)) for i in range(k + 1))


def exact_poisson(k: int, confidence: float) -> tuple[float, float]:
    tail, high = (1 - confidence) / 2, 10 * k + 20.0
    lower = bisect(lambda mean: 1 - poisson_cdf(k - 1, mean) > tail, 1e-12, high) if k else 0.0
    return lower, bisect(lambda mean: poisson_cdf(k, mean) < tail, 1e-12, high)


def wilson_hilferty(df: float, z: float) -> float:
    """The cube-root approximation of a chi-squared quantile, of which Byar's limits are half."""
    return df * (1 - 2 / (9 * df) + z * math.sqrt(2 / (9 * df))) ** 3


def slow_poisson(events: float | None, confidence: float) -> tuple[float | None, float | None]:
    if events is None or events < 0:
        return None, None
    if events >= 10:
        z = z_of(confidence)
        return wilson_hilferty(2 * events, -z) / 2, wilson_hilferty(2 * events + 2, z) / 2
    below = math.floor(events)
    first = exact_poisson(below, confidence)
    second = exact_poisson(below + 1, confidence) if below < 9 else slow_poisson(10, confidence)
    return tuple(a + (b - a) * (events - below) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("confidence", [0.95, 0.998])
def test_typed_table_holds_the_exact_limits(confidence: float) -> None:
    with duckdb.connect() as con:
        con.execute(statistics.MACROS.read_text(encoding="utf-8"))
        for k in range(10):
            lower, upper = exact_poisson(k, confidence)
            assert one(con, f"exact_lower({confidence})[{k} + 1]") == pytest.approx(lower, rel=1e-9, abs=1e-12)
            assert one(con, f"exact_upper({confidence})[{k} + 1]") == pytest.approx(upper, rel=1e-9)
            assert one(con, f"z({confidence})") == pytest.approx(z_of(confidence), rel=1e-12)


events_ = st.one_of(
    st.none(),
    st.integers(-3, 30),
    st.sampled_from([0, 9, 9.5, 9.999999, 10, 10.000001]),
    st.floats(0, 30),
    st.integers(0, 10**9),
)


@few
@given(st.lists(events_, min_size=1, max_size=20), confidences)
def test_poisson_limits(con: duckdb.DuckDBPyConnection, events: list, confidence: float) -> None:
    lowers = ask(con, f"poisson_lower(events, {confidence})", events=events)
    uppers = ask(con, f"poisson_upper(events, {confidence})", events=events)
    for count, lower, upper in zip(events, lowers, uppers, strict=True):
        assert agree((lower, upper), slow_poisson(count, confidence), rel=1e-8, abs=1e-9)


@few
@given(st.lists(st.one_of(st.floats(0, 30), st.integers(0, 10**6)), min_size=2, max_size=20))
def test_poisson_intervals_contain_the_count_rise_with_it_and_nest(
    con: duckdb.DuckDBPyConnection, events: list
) -> None:
    events = sorted(events)
    low95, high95, low998, high998 = (
        ask(con, f"poisson_{side}(events, {confidence})", events=events)
        for confidence, side in product((0.95, 0.998), ("lower", "upper"))
    )
    for count, *limits in zip(events, low998, low95, high95, high998, strict=True):
        assert 0 <= limits[0] <= limits[1] <= count <= limits[2] <= limits[3]
    for limits in (low95, high95, low998, high998):
        assert all(a <= b * (1 + 1e-12) for a, b in pairwise(limits))
    relative = [(high - low) / count for count, low, high in zip(events, low95, high95, strict=True) if count >= 1]
    assert all(a >= b * (1 - 1e-12) for a, b in pairwise(relative))


def test_poisson_published_values(con: duckdb.DuckDBPyConnection) -> None:
    assert one(con, "poisson_lower(0, 0.95)") == 0
    assert one(con, "poisson_upper(0, 0.95)") == pytest.approx(3.6889, abs=5e-5)
    assert one(con, "poisson_lower(5, 0.95)") == pytest.approx(1.6235, abs=5e-5)
    assert one(con, "poisson_upper(5, 0.95)") == pytest.approx(11.6683, abs=5e-5)
    assert one(con, "poisson_lower(100, 0.95)") == pytest.approx(81.36, abs=5e-3)
    assert one(con, "poisson_upper(100, 0.95)") == pytest.approx(121.63, abs=5e-3)
    for k in (10, 11, 20, 50):  # The technical guide: from 10 events, Byar's 95% limits are within 0.2% of the exact.
        limits = one(con, f"poisson_lower({k}, 0.95)"), one(con, f"poisson_upper({k}, 0.95)")
        assert limits == pytest.approx(exact_poisson(k, 0.95), rel=2e-3)


# Proportions


def slow_wilson(k: float | None, n: float | None, confidence: float) -> tuple[float | None, float | None]:
    """The proportions that a score test would not refuse: (k/n - p)² <= z² p (1 - p) / n."""
    if k is None or n is None or not 0 <= k <= n or n == 0:
        return None, None
    observed, z = k / n, z_of(confidence)

    def refused(p: float) -> bool:
        return (observed - p) ** 2 * n > z * z * p * (1 - p)

    lower = bisect(lambda p: not refused(p), 0, observed) if k > 0 else 0.0
    return lower, bisect(refused, observed, 1) if k < n else 1.0


parts = st.one_of(
    st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(lambda pair: (pair[0], sum(pair))),
    st.tuples(st.sampled_from([0, 1, 0.5, 5, 9, 10, -1, None]), st.sampled_from([0, 1, 9, 10, 50.5, -1, None])),
)


@few
@given(st.lists(parts, min_size=1, max_size=20), confidences)
def test_wilson_limits(con: duckdb.DuckDBPyConnection, pairs: list, confidence: float) -> None:
    numerator, denominator = map(list, zip(*pairs, strict=True))
    lowers, uppers = (
        ask(con, f"wilson_{side}(numerator, denominator, {confidence})", numerator=numerator, denominator=denominator)
        for side in ("lower", "upper")
    )
    for (k, n), lower, upper in zip(pairs, lowers, uppers, strict=True):
        assert agree((lower, upper), slow_wilson(k, n, confidence), rel=1e-6, abs=1e-12)
        if lower is not None:
            assert 0 <= lower <= k / n <= upper <= 1
            assert (lower == 0) == (k == 0) and (upper == 1) == (k == n)


@few
@given(st.integers(0, 500), st.integers(1, 500), st.integers(2, 50))
def test_wilson_nests_rises_and_narrows(con: duckdb.DuckDBPyConnection, k: int, rest: int, times: int) -> None:
    def interval(k: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
        return one(con, f"wilson_lower({k}, {n}, {confidence})"), one(con, f"wilson_upper({k}, {n}, {confidence})")

    n = k + rest
    lower, upper = interval(k, n)
    wide, more, big = interval(k, n, 0.998), interval(k + 1, n), interval(k * times, n * times)
    assert wide[0] <= lower and upper <= wide[1]
    assert lower < more[0] and upper < more[1]
    assert big[1] - big[0] < upper - lower


@pytest.mark.parametrize(
    ("k", "n", "lower", "upper"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_newcombe_1998(con: duckdb.DuckDBPyConnection, k: int, n: int, lower: float, upper: float) -> None:
    assert one(con, f"wilson_lower({k}, {n}, 0.95)") == pytest.approx(lower, abs=5e-5)
    assert one(con, f"wilson_upper({k}, {n}, 0.95)") == pytest.approx(upper, abs=5e-5)


# Arguments of every macro


@pytest.mark.parametrize("macro", ["poisson_lower(5, {})", "wilson_upper(5, 9, {})", "dsr_lower(12, 50, 9, {})"])
def test_confidence(con: duckdb.DuckDBPyConnection, macro: str) -> None:
    offered = {one(con, macro.format(f"CAST(0.95 AS {kind})")) for kind in ("DECIMAL(3, 2)", "DOUBLE", "FLOAT")}
    assert offered == {one(con, macro.format("0.95"))}
    assert one(con, macro.format("CAST(0.998 AS DOUBLE)")) != one(con, macro.format("0.95"))
    for refused in ("0.9", "0.99", "95", "NULL"):
        with pytest.raises(duckdb.InvalidInputException, match=r"0\.95 or 0\.998"):
            one(con, macro.format(refused))


@pytest.mark.parametrize("kind", ["TINYINT", "BIGINT", "DECIMAL(9, 3)", "DOUBLE"])
def test_types_of_number(con: duckdb.DuckDBPyConnection, kind: str) -> None:
    con.execute("SET integer_division = true")
    five, nine, forty = (f"CAST({number} AS {kind})" for number in (5, 9, 40))
    assert one(con, f"poisson_upper({five}, 0.95)") == pytest.approx(11.6683, abs=5e-5)
    assert one(con, f"wilson_lower({five}, {nine}, 0.95)") == pytest.approx(slow_wilson(5, 9, 0.95)[0])
    assert one(con, f"dsr({forty}, {nine}, {five})") == pytest.approx(40 / 9)
    assert one(con, f"compared_to_england({five}, {nine}, {forty}, 'higher')") == "worse"
    con.execute("SET integer_division = false")


@pytest.mark.parametrize("number", ["CAST('nan' AS DOUBLE)", "CAST('inf' AS DOUBLE)", "-1", "NULL"])
def test_what_is_not_a_count_has_no_limits(con: duckdb.DuckDBPyConnection, number: str) -> None:
    for macro in (
        *("poisson_lower({}, 0.95)", "poisson_upper({}, 0.998)", "wilson_lower({}, 10, 0.95)"),
        *("wilson_upper({}, 10, 0.95)", "wilson_lower(1, {}, 0.95)", "dsr({}, 10, 10)", "dsr_upper(20, {}, 10, 0.95)"),
        "dsr_lower(20, 10, {}, 0.95)",
    ):
        assert one(con, macro.format(number)) is None


# Directly standardised rates


def slow_dsr(bands: list[tuple], confidence: float) -> tuple[float | None, float | None, float | None]:
    if any(x is None or x < 0 for band in bands for x in band) or any(population == 0 for _, population, _ in bands):
        return None, None, None
    events, standard = math.fsum(band[0] for band in bands), math.fsum(band[2] for band in bands)
    if events < 10 or standard == 0:
        return None, None, None
    rate = math.fsum(weight * count / people for count, people, weight in bands) / standard
    error = math.sqrt(math.fsum(weight**2 * count / people**2 for count, people, weight in bands)) / standard
    lower, upper = slow_poisson(events, confidence)
    stretch = error / math.sqrt(events)
    return rate, max(rate - stretch * (events - lower), 0), rate + stretch * (upper - events)


DSR = (
    "dsr(events, population, standard)",
    *(f"dsr_{s}(events, population, standard, {{}})" for s in ("lower", "upper")),
)
band = st.tuples(st.integers(0, 30), st.integers(1, 10**5), st.integers(0, 7000))
odd_band = st.tuples(
    st.sampled_from([None, -1, 0, 9.5, 10]), st.sampled_from([None, 0, 10]), st.sampled_from([None, -1, 0, 5])
)


@few
@given(st.lists(band, min_size=1, max_size=20), st.lists(odd_band, max_size=1), confidences, st.randoms())
def test_dsr(con: duckdb.DuckDBPyConnection, bands: list, odd: list, confidence: float, random) -> None:
    def answer(bands: list) -> tuple:
        columns = dict(zip(("events", "population", "standard"), map(list, zip(*bands, strict=True)), strict=True))
        return tuple(ask(con, macro.format(confidence), **columns)[0] for macro in DSR)

    bands = bands + odd
    given_order = answer(bands)
    assert agree(given_order, slow_dsr(bands, confidence), rel=1e-8, abs=1e-15)
    if given_order[0] is not None:
        assert 0 <= given_order[1] <= given_order[0] <= given_order[2]
    random.shuffle(bands)
    assert answer(bands) == given_order


def test_dsr_of_one_band_is_the_crude_rate(con: duckdb.DuckDBPyConnection) -> None:
    for events in (10, 40):
        assert one(con, f"dsr_lower({events}, 500, 9, 0.95)") == pytest.approx(
            one(con, f"poisson_lower({events}, 0.95)") / 500
        )
    assert one(con, "dsr(9, 500, 9)") is None and one(con, "dsr_upper(9, 500, 9, 0.95)") is None


def test_dsr_published_value(con: duckdb.DuckDBPyConnection) -> None:
    """Births after four others, by mother's age (Fay and Feuer 1997, table II): 75.529 per 100,000."""
    events = [0, 8, 63, 112, 262, 295]
    population = [327, 30666, 123419, 149919, 104088, 34392]
    standard = [319933, 931318, 786511, 488235, 237863, 61313]
    [rate] = ask(con, DSR[0], events=events, population=population, standard=standard)
    assert 100_000 * rate == pytest.approx(75.52901, abs=5e-6)


def test_esp2013_is_the_whole_population() -> None:
    assert sum(people for _, people in statistics.ESP2013) == 100_000
    assert [age for age, _ in statistics.ESP2013] == list(range(0, 100, 5))


# Comparison


def slow_comparison(lower: float | None, upper: float | None, england: float | None, better: str | None) -> str:
    if None in (lower, upper, england, better) or lower > upper:
        return "not compared"
    if lower <= england <= upper:
        return "similar"
    side = "lower" if upper < england else "higher"
    if better == "contextual":
        return side
    return "better" if better == side else "worse"


def test_compared_to_england(con: duckdb.DuckDBPyConnection) -> None:
    numbers = [None, 0, 1, 1.5, 2]
    for lower, upper, england in product(numbers, repeat=3):
        for better in ("lower", "higher", "contextual", None):
            [(found,)] = con.execute(
                "SELECT compared_to_england(?, ?, ?, ?)", [lower, upper, england, better]
            ).fetchall()
            assert found == slow_comparison(lower, upper, england, better), (lower, upper, england, better)
    with pytest.raises(duckdb.InvalidInputException, match="contextual"):
        one(con, "compared_to_england(1, 2, 3, 'smaller')")


# Trends

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
        test = cochran_armitage
        rows = [(t, Fraction(p["numerator"]), Fraction(p["denominator"])) for t, p in enumerate(five)]
    elif statistic == "count":
        test = slope_and_chi_squared
        rows = [(t, Fraction(p["value"]), max(Fraction(p["value"]), Fraction(1))) for t, p in enumerate(five)]
    elif statistic in ("proportion", "crude_rate", "standardised_rate", "estimate") and all(map(bounded, five)):
        test = slope_and_chi_squared
        twice = 2 * Fraction(z_of(0.95))
        rows = [
            (t, Fraction(p["value"]), ((Fraction(p["upper_95"]) - Fraction(p["lower_95"])) / twice) ** 2)
            for t, p in enumerate(five)
        ]
    else:
        return "not calculated: no interval", 0.0

    slope, chi_squared = test(rows)
    without_one = [test(rows[:i] + rows[i + 1 :])[0] for i in range(5)]
    up, down = slope > 0 and min(without_one) > 0, slope < 0 and max(without_one) < 0
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
                "denominator": 0 if draw(flaw) else 200 + draw(st.integers(0, 30)),
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
        (yearly(RISING, "proportion"), "not calculated: no interval"),
        (yearly(RISING, "proportion", lower_95=9, upper_95=10), "increasing and getting worse"),
        (yearly(RISING, "proportion", numerator=RISING, denominator=500), "increasing and getting worse"),
        (yearly(RISING, "proportion", numerator=RISING, denominator=250), "not calculated: no interval"),
        (yearly(RISING, "proportion", numerator=0, denominator=500), "no significant change"),
        (yearly(RISING, "proportion", numerator=500, denominator=500), "no significant change"),
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


# The published file


def test_macros_live_in_a_file(tmp_path) -> None:
    path = tmp_path / "published.duckdb"
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{path}' AS draft (STORAGE_VERSION 'v1.0.0')")
        con.execute("CREATE SCHEMA draft.framework")
        statistics.install(con, "draft.framework")
        statistics.install(con, "draft.framework")
    with duckdb.connect(path, read_only=True) as con:
        assert one(con, "framework.poisson_lower(10, 0.95)") == pytest.approx(slow_poisson(10, 0.95)[0])
        macros = "FROM duckdb_functions() WHERE schema_name = 'framework'"
        assert con.execute(f"SELECT count(*), count(comment) {macros}").fetchall() == [(8, 8)]
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{path}' AS renamed (READ_ONLY)")
        assert one(con, "renamed.framework.wilson_upper(81, 263, 0.95)") == pytest.approx(0.3662, abs=5e-5)
        for limit in ("poisson_lower(5, 0.95)", "wilson_lower(5, 9, 0.998)", "dsr_upper(40, 500, 9, 0.998)"):
            assert one(con, f"renamed.framework.{limit}") > 0
