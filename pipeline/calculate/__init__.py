"""From figures to observations: what a metric is, what it is drafted from, and the statistics of it."""
