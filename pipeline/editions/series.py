"""Which series of a metric is shown of an area, and which of its periods can stand in one line."""

from collections.abc import Sequence

from pipeline.editions.marts import Metric, Value, grouped, is_relative

# A page shows this many periods of a metric at most, by tier; the workbook and the database have the rest.
PERIODS = {"headline": 16, "supporting": 6}
# Where the series that leads a metric is not published for an area, the first of these that is.
PREFERRED = ("standardised_rate", "crude_rate", "proportion", "estimate", "progress", "quantity", "count")


def line(metric: Metric, rows: Sequence[Value]) -> tuple[Value, ...]:
    """The periods of one series of an area that can stand in one line, oldest first.

    The series is the nearest to the one that leads the metric, though its newest figure may be withheld: one rate never
    stands in for another. Where it has no value in the periods shown and none is withheld, it is an amount.
    """
    nearest, *others = sorted(grouped(rows, lambda row: row.series).items(), key=lambda one: distance(metric, one[0]))
    lines = [_periods(rows) for _, rows in [nearest, *(one for one in others if not is_relative(one[0][1]))]]
    told = (
        line for line in lines if line[-1].status or any(p.value is not None for p in line[-PERIODS[metric.tier] :])
    )
    return next(told, lines[0])


def distance(metric: Metric, series: tuple[str, str]) -> tuple[bool, bool, int, str]:
    """How far a series is from the one that leads a metric."""
    statistic, unit = series
    return (
        unit != metric.unit or statistic != metric.statistic,
        statistic != metric.statistic,
        PREFERRED.index(statistic),
        unit,
    )


def _periods(rows: Sequence[Value]) -> tuple[Value, ...]:
    """The periods of a series that can stand in one line, oldest first.

    A period shows with those of the same length; of years those that end on the same day. A share or rate of a period
    whose length stands alone, such as a survey year cut short, shows with the periods up to a year that it does not
    overlap.
    """
    # The newest; of those that end together the longest but for pooled years.
    lead = max(rows, key=lambda r: (r.value is not None, r.period_end, r.months <= 11, -r.period_start.toordinal()))
    same = [row for row in rows if row.months == lead.months]
    if lead.months >= 11:
        same = [row for row in same if _last_day(row) == _last_day(lead)]
    if len(same) > 1 or lead.months > 11 or not is_relative(lead.unit):
        return tuple(sorted(same, key=lambda row: row.period_end))
    line = [lead]
    for row in sorted(rows, key=lambda r: (r.period_end, r.months), reverse=True):
        if row.months <= 11 and row.period_end < line[-1].period_start:
            line.append(row)
    return tuple(reversed(line))


def _last_day(value: Value) -> tuple[int, int]:
    """The month and day that a period ends on."""
    return value.period_end.month, min(value.period_end.day, 28)  # or 29 February would meet no other
