"""Tests; what they share is in conftest."""
