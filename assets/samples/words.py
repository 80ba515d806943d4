"""How publishers write years and shares; what is counted in them belongs to each publication."""

from assets.samples.writers import Cell


def slashed(ending: int) -> str:
    """A financial year as 2019/20."""
    return f"{ending - 1}/{ending % 100:02}"


def hyphened(ending: int) -> str:
    """A financial year as 2019-20."""
    return f"{ending - 1}-{ending % 100:02}"


def spelled(ending: int) -> str:
    """A financial year as 2019 to 2020."""
    return f"{ending - 1} to {ending}"


def months(ending: int) -> str:
    """A financial year as Apr 2019 to Mar 2020."""
    return f"Apr {ending - 1} to Mar {ending}"


def percent(part: float, whole: float) -> Cell:
    """A share to one decimal place; of nothing it is not applicable."""
    return round(100 * float(part) / float(whole), 1) if whole else "[z]"
