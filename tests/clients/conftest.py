"""Where the clients are that `make test-clients` sets up, and what they read."""

from pathlib import Path

import pytest

from pipeline.publish import published
from tests.conftest import ROOT

CLIENTS = ROOT / ".venv" / "clients"
PAGE = ROOT / "docs" / "business-intelligence.md"


@pytest.fixture(scope="session")
def published_file(sample_build) -> Path:
    """A published file with everything in it, from the sample releases."""
    return published.path(sample_build)
