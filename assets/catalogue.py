"""Everything that is declared, by importing it: what the machinery is started with (see pyproject.toml)."""

import assets.outcomes
import assets.records
import assets.sources
import assets.tables  # noqa: F401 - importing is declaring
