"""Evidence for intervals, rates and comparisons: slow second implementations by definition, and published values."""

import math
from collections.abc import Callable
from itertools import pairwise, product

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.calculate import statistics
from tests.calculate.conftest import few, z_of

confidences = st.sampled_from([0.95, 0.998])


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
