"""The declaration of a metric; how figures are drafted is rates', and what becomes of drafts is observations'.

A metric is a plain function whose parameters are sources and whose result is one or more drafts:

    @metric(tier="headline", better="lower", series=Series("standardised_rate", "per million"))
    def drug_misuse_deaths(ons_drug_deaths: Rows, ons_population: Rows) -> tuple[Rows, ...]:
        '''Deaths related to drug misuse.

        Definition, caveats, breaks.
        '''
        deaths = ons_drug_deaths.where("measure = 'deaths'")
        return count(deaths), crude_rate(deaths, ons_population, per=100_000)

A source arrives as the rows of all its releases, with the columns of `Figure`; a parameter may also name another
metric, which arrives as its observations of every year and vintage, with the `preference` of their source from 1.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from pipeline import docstrings, places
from pipeline.calculate.rows import Rows
from pipeline.versions import version_of
from schemas import observation, vocabulary
from schemas.rules import ENGLAND

Calculation = Callable[..., tuple[Rows, ...]]


@dataclass(frozen=True)
class Series:
    """One series of a metric: the one its scorecard line and area page show, and the nation it is about."""

    statistic: str
    unit: str
    breakdown: str = "all"
    sex: str = "all"
    age: str = "all"
    nation: str = ENGLAND


@dataclass(frozen=True)
class Metric:
    """One metric: its id is the function's name, its outcome the function's module, its texts the docstring."""

    id: str
    tier: str
    better: str
    series: Series
    calculate: Calculation

    @property
    def outcome(self) -> str:
        return self.calculate.__module__.rsplit(".", 1)[-1]

    @property
    def anchor(self) -> str:
        """Where it stands on the page of an area."""
        return self.id.replace("_", "-")

    @property
    def title(self) -> str:
        return docstrings.title(self.calculate)

    @property
    def definition(self) -> str:
        return " ".join(docstrings.body(self.calculate).split())

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names of its parameters: sources and other metrics."""
        return tuple(inspect.signature(self.calculate).parameters)

    @property
    def upstream(self) -> tuple["Metric", ...]:
        """The metrics it is derived from."""
        return tuple(METRICS[name] for name in self.inputs if name in METRICS)

    @property
    def own_sources(self) -> tuple[str, ...]:
        """Ids of the sources that it reads itself."""
        return tuple(name for name in self.inputs if name not in METRICS)

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of all it rests on, in order of preference: where several have a number, the first is shown."""
        behind = (source for metric in self.upstream for source in metric.sources)
        return tuple(dict.fromkeys([*self.own_sources, *behind]))

    @cached_property
    def code_version(self) -> str:
        """Changes whenever the code that makes this metric's observations changes."""
        return version_of(inspect.getfile(self.calculate)) + _machinery()


@cache
def _machinery() -> str:
    """The version of the code that all metrics are made with."""
    contracts = [observation.__file__, vocabulary.__file__]
    return version_of(Path(__file__).parent, places.__file__, places.REGISTER, *contracts)


METRICS: dict[str, Metric] = {}


def metric(*, tier: str, better: str, series: Series) -> Callable[[Calculation], Calculation]:
    """Declare a function as a metric. Raises ValueError for a word that is not in the vocabulary."""
    if tier not in vocabulary.TIERS or better not in vocabulary.BETTER:
        raise ValueError(f"tier {tier!r} or better {better!r} is not in the vocabulary")

    def declare(calculate: Calculation) -> Calculation:
        METRICS[calculate.__name__] = Metric(calculate.__name__, tier, better, series, calculate)
        return calculate

    return declare
