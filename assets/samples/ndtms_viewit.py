"""The samples of ViewIt downloads: adults in treatment in England and by local authority."""

from collections.abc import Iterable

import numpy as np

from assets.samples import treatment
from assets.samples.ndtms_areas import OLD_AREAS, areas
from assets.samples.treatment import AGES
from assets.samples.words import slashed
from assets.samples.writers import Cell, Csv, Releases


def releases() -> Releases:
    yield "ndtms_viewit/2021-12-02/ViewIt Export Data_England.csv", Csv(_england(range(2010, 2022)))
    yield "ndtms_viewit/2022-12-15/ViewIt Export Data_England.csv", Csv(_england(range(2010, 2023)))
    yield "ndtms_viewit/2023-02-09/ViewIt Export Data_LAs.csv", Csv(_authorities(range(2010, 2023)))


def _england(years: range) -> Iterable[list[Cell]]:
    ethnic = {"White": 0.876, "Mixed": 0.03, "Asian": 0.04, "Black": 0.04, "Other": 0.014}
    yield ["ReportingPeriod_Data", "Area_Data", "DrugGroup_Data", "Gender_Data", "AgeGroup_Data",
           "Num_InTreatment_AllInTx", *(f"Eth_{name}_AllInTx" for name in ethnic)]  # fmt: skip
    groups = {"Total": [0, 1, 2, 3], "opiates": [0], "non-opiates only": [1], "alcohol & non-opiates": [2],
              "alcohol only": [3]}  # fmt: skip
    for year in years:
        people = treatment.people(year)
        # The newest year came with another spelling of the totals.
        total = "TOTAL" if year == years[-1] else "Total"
        for group, part in groups.items():
            of_group = people[part].sum(axis=0)
            for sex, of_sex in {total: of_group.sum(axis=0), "M": of_group[0], "F": of_group[1]}.items():
                for age, count in zip([total, *AGES], [of_sex.sum(), *of_sex], strict=True):
                    named = [slashed(year), "England", total if group == "Total" else group, sex, age]
                    yield [*named, int(count), *(int(count * share) for share in ethnic.values())]


def _authorities(years: range) -> Iterable[list[Cell]]:
    """Of the 244 columns those around what is read; sexes and ages apart in the newest year only."""
    parts = {"newpresentation_newtx": "starting", "housingsituation_noproblem_newtx": "no housing problem",
             "exits_died_allintx": "died", "employmentstatus_regularemployment_newtx": "regular employment",
             "employmentstatus_ineducation_newtx": "education",
             "employmentstatus_unpaidvoluntary_newtx": "voluntary work"}  # fmt: skip
    header = ["ReportingPeriod", "Area", "sex", "age_group", "drug_group", "intreatment_allintx", *parts]
    yield [*header, "scnr_intreatment_allintx"]
    groups = {"Total": [0, 1, 2, 3], "Opiate": [0], "Non-opiate only": [1], "Non-opiate & alcohol": [2],
              "Alcohol only": [3]}  # fmt: skip
    for label, units in areas(OLD_AREAS):
        for year in years:
            columns = [treatment.local(year), *(treatment.local_part(year, part) for part in parts.values())]
            counts = np.stack([column[units].sum(axis=0) for column in columns])
            newest = year == years[-1]
            for group, members in groups.items():
                for sex, age, share in _local_parts(year, members) if newest else [("Total", "Total", 1)]:
                    rounded = (((counts[:, members].sum(axis=1) * share).astype(int) + 2) // 5 * 5).tolist()
                    yield [slashed(year), label, sex, age, group, *rounded, "NULL" if newest else rounded[0]]


def _local_parts(year: int, groups: list[int]) -> Iterable[tuple[str, str, float]]:
    """Sexes and ages as they are printed, with the share that they are of everybody in England."""
    people = treatment.people(year)[groups].sum(axis=0)
    yield "Total", "Total", 1
    for sex, share in zip(("M", "F"), people.sum(axis=1) / people.sum(), strict=True):
        yield sex, "Total", round(share, 6)
    for age, share in zip(AGES, people.sum(axis=0) / people.sum(), strict=True):
        yield "Total", age, round(share, 6)
