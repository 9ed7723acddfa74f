"""No false alarm on our own templates, each with a study that it is for."""

import pytest

from reports.catalogue.shelf import templates
from reports.catalogue.source import Source
from reports.checking.facts import plain
from reports.checks import BLOCKING, check
from tests.unit.reports.reports_written import TODAY, filled, known

# What differs from a study of the template's modality: modalities, sex, what its descriptions say.
STUDIES = {
    "ct-abdomen-pelvis": ("CT", "F", "CT Abdomen Pelvis with contrast"),
    "ct-chest-abdomen-pelvis": ("CT", "M", "CT CAP portal venous, staging"),
    "ct-trunk": ("CT", "M", "CT CAP portal venous"),
    "ct-pulmonary-angiography": ("CT", "F", "CTPA"),
    "ct-urinary-stones": ("CT", "M", "CT KUB low dose"),
    "mr-breast": ("MR", "F", "MR Breast dynamic"),
    "mr-liver": ("MR", "M", "MR Liver with contrast"),
    "mr-prostate": ("MR", "M", "MR Prostate"),
    "mr-knee": ("MR", "F", "MR Knee right"),
    "mr-shoulder": ("MR", "F", "MR Shoulder right"),
    "mg-screening": ("MG", "F", "Screening mammography"),
    "us-obstetric": ("US", "F", "OB second trimester"),
    "us-scrotum": ("US", "M", "US Scrotum"),
    "pet-ct-fdg": ("PT+CT", "M", "PET/CT FDG"),
    "xr-joint": ("DX", "F", "XR Hand right"),
}
SIDES = {"mr-knee": "R", "mr-shoulder": "R", "xr-joint": "R", "us-leg-veins": "R"}
FOLLOW_UPS = {"ct-chest-abdomen-pelvis", "mr-brain-ms"}


def facts(source: Source):
    modality, sex, words = STUDIES.get(source.key, (source.modality, "M", source.name))
    return known(
        modalities=modality,
        sex=sex,
        words=plain(words),
        side=SIDES.get(source.key, ""),
        has_priors=source.key in FOLLOW_UPS,
    )


BY_KEY = pytest.mark.parametrize("source", templates(), ids=lambda source: source.key)


@BY_KEY
def test_a_template_that_is_filled_in_raises_no_alarm(source: Source) -> None:
    assert check(filled(source.content), facts(source)) == []


@BY_KEY
@pytest.mark.parametrize("sex", ["M", "F", "O", ""])
def test_sex_matters_only_where_the_organs_do(source: Source, sex: str) -> None:
    other = known(sex=sex, words=plain(source.name), study_date=TODAY, modalities=source.modality)
    found = {one.code for one in check(filled(source.content), other)} & {"sex"}
    male, female = {"mr-prostate", "us-scrotum"}, {"us-obstetric"}
    expected = (sex == "F" and source.key in male) or (sex == "M" and source.key in female)
    assert bool(found) == expected


@BY_KEY
def test_a_template_as_it_comes_lacks_only_what_must_be_filled_in(source: Source) -> None:
    found = [one for one in check(source.content, facts(source)) if one.severity == BLOCKING]
    assert found and {one.code for one in found} <= {"unresolved-field", "empty-section"}
