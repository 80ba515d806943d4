"""What the UK Health Security Agency publishes, one model each; how files are read is the reader's."""

from schemas.figure import Figure
from schemas.rules import ENGLAND, NORTHERN_IRELAND, WALES, Areas, count, percentage


class UkhsaUam(
    Figure,
    measures={
        "participants with hepatitis C": count("people"),
        "hepatitis C prevalence": percentage(share_of="participants with hepatitis C"),
    },
    periods={"calendar_year": 1990},
    areas=Areas(
        nations=(ENGLAND, WALES, NORTHERN_IRELAND), also=("region",), others=("england-wales-and-northern-ireland",)
    ),
    sexes=("all", "male", "female"),
    categories=(r"(antibodies|chronic infection): (all participants|antibody positive)(, recent initiates)?",),
):
    """Unlinked anonymous monitoring survey of people who inject drugs."""
