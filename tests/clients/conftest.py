"""Where the clients are that `make test-clients` sets up, and what they read."""

from pathlib import Path

import pytest

from pipeline import marts
from tests.conftest import ROOT

CLIENTS = ROOT / ".venv" / "clients"
PAGE = ROOT / "docs" / "business-intelligence.md"


@pytest.fixture(scope="session")
def published(sample_build) -> Path:
    """A published file with everything in it, from the sample releases."""
    return marts.published(sample_build)
