"""Every text means the same on both engines: none has what is on the list of differences, and all can be transpiled."""

import pytest

from pipeline.calculate.contract import conditions
from pipeline.records.dialect import QUANTILE, ROUNDING, SEVERAL, differences, in_spark
from pipeline.records.extract import EXTRACTS

CONDITIONS = [
    condition
    for extract in EXTRACTS.values()
    for contract in extract.tables.values()
    for condition in conditions(contract).values()
]


@pytest.mark.parametrize("extract", EXTRACTS)
def test_no_text_has_what_the_engines_mean_differently(extract):
    assert differences(EXTRACTS[extract].text) == []
    assert "GROUPING SETS" not in EXTRACTS[extract].text or "GROUPING SETS" in in_spark(EXTRACTS[extract].text)


def test_no_rule_of_a_record_has_either():
    assert len(CONDITIONS) > 80
    assert [found for condition in CONDITIONS for found in differences(f"SELECT {condition}")] == []


@pytest.mark.parametrize(
    "text, found",
    [
        ("SELECT CAST(a / 2 AS INTEGER) FROM t", ROUNDING),
        ("SELECT a::INT FROM t", ROUNDING),
        ("SELECT CAST(round(a) AS INTEGER) FROM t", None),
        ("SELECT grouping(a, b) FROM t GROUP BY CUBE (a, b)", SEVERAL),
        ("SELECT grouping(a) FROM t GROUP BY CUBE (a, b)", None),
        ("SELECT quantile_cont(a, 0.5) FROM t", QUANTILE),
        ("SELECT median(a) FROM t", QUANTILE),
    ],
)
def test_what_differs_is_found(text, found):
    assert differences(text) == ([found] if found else [])
