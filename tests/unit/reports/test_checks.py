"""The checks before signing, on sentences that should and should not raise them."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.checking.language import is_stated, sentences
from reports.checks import BLOCKING, CHECKS, WARNING, check, findings
from reports.content import checked
from tests.factories.listing import make_study
from tests.factories.people import make_facility
from tests.unit.reports.reports_written import TODAY, codes, known, written

CRITICAL = [
    ("There is a pulmonary embolism in the right lower lobe.", True),
    ("Acute pulmonary emboli on both sides.", True),
    ("No evidence of pulmonary embolism.", False),
    ("No acute pulmonary embolism or aortic dissection.", False),
    ("Pulmonary embolism is excluded.", False),
    ("Pulmonary embolism has been ruled out.", False),
    ("Pulmonary embolism cannot be excluded.", True),
    ("We cannot exclude pulmonary embolism.", True),
    ("Pulmonary embolism is unlikely.", False),
    ("No change in the pulmonary embolism.", True),
    ("No pleural effusion; pulmonary embolism in segment 8.", True),
    ("No pleural effusion, but there is a tension pneumothorax.", True),
    ("No pneumothorax, in particular no tension pneumothorax.", False),
    ("Tension pneumothorax on the left.", True),
    ("Type A dissection of the ascending aorta.", True),
    ("Aortic dissection without rupture.", True),
    ("The aorta is free of aortic dissection.", False),
    ("Known aortic dissection, of equal extent.", False),
    ("Intracranial haemorrhage in the left thalamus.", True),
    ("Subarachnoid hemorrhage.", True),
    ("Chronic subdural haematoma.", False),
    ("No intracranial haemorrhage, no territorial hypodensity.", False),
    ("Free air beneath the diaphragm.", True),
    ("No free fluid and no free air.", False),
    ("Free air: none.", False),
    ("Free air is not seen.", False),
    ("Ectopic pregnancy on the right.", True),
    ("No sign of an ectopic pregnancy.", False),
    ("Status post pulmonary embolism.", False),
    ("Spinal cord compression at T8.", True),
    ("Signs of large vessel occlusion.", True),
    ("Without cord compression.", False),
]

SEX = [
    ("M", "The uterus is enlarged.", True),
    ("M", "Simple cyst of the left ovary.", True),
    ("M", "Prostate enlarged.", False),
    ("F", "Prostate enlarged.", True),
    ("F", "Left testis homogeneous.", True),
    ("F", "The uterus is enlarged.", False),
    ("F", "After hysterectomy.", False),
    ("M", "After hysterectomy.", True),
    ("F", "A test was done.", False),
    ("O", "The uterus is enlarged.", False),
    ("", "Prostate and uterus.", False),
    ("M", "Mother had ovarian cancer.", False),
]

MODALITY = [
    ("CT", "High signal intensity in the liver.", True),
    ("CT", "Hyperintense lesion in segment 4.", True),
    ("CT", "T2-weighted images show oedema.", True),
    ("CT", "Fracture of T2.", False),
    ("CT", "Lesion of 45 HU.", False),
    ("CT", "MRI is recommended for characterisation: restricted diffusion would prove it.", False),
    ("CT", "The lesion was hyperintense on the previous MRI.", False),
    ("CT", "The radiograph shows clear lungs.", True),
    ("CT", "SUVmax 8.", True),
    ("MR", "Attenuation of 40 HU.", True),
    ("MR", "Hounsfield units are raised.", True),
    ("MR", "Fluid-attenuated sequences are unremarkable.", False),
    ("MR", "Hyperintense lesion in segment 4.", False),
    ("US", "Hypoechoic nodule.", False),
    ("MR", "Hypoechoic nodule.", True),
    ("DX", "The radiograph shows clear lungs.", False),
    ("PT+CT", "SUVmax 8; 45 HU.", False),
    ("SR", "Hyperintense lesion.", False),
]

CONTRAST = [
    ("ct abdomen with contrast", "No enhancement of the cyst.", set()),
    ("ct abdomen", "No enhancement of the cyst.", {"contrast-not-given"}),
    ("ct abdomen", "Examined after intravenous contrast.", {"contrast-not-given"}),
    ("ct abdomen without contrast", "Post-contrast images.", {"contrast-not-given"}),
    ("ct abdomen without contrast", "Examined without contrast.", set()),
    ("ct abdomen w/o", "Unenhanced examination.", set()),
    ("ct abdomen nativ", "Examined without intravenous contrast.", set()),
    ("ct abdomen", "Oral contrast: water.", set()),
    ("ct abdomen portal venous", "The liver is normal.", {"contrast-not-mentioned"}),
    ("ct abdomen mit km", "Examined without contrast.", {"contrast-not-mentioned"}),
    ("ct abdomen c+", "After contrast no lesion.", set()),
    ("ct abdomen", "Follow-up with contrast is recommended.", set()),
    ("", "After intravenous contrast.", set()),  # nothing known of the study: nothing said
]

COMPARISON = [
    (False, "Unremarkable.", "Compared with the CT of last year.", {"comparison-absent"}),
    (False, "Unremarkable.", "None.", set()),
    (False, "Unremarkable.", "No prior studies available.", set()),
    (False, "Unremarkable.", "No earlier examination is available.", set()),
    (False, "Unchanged since the previous CT.", "", {"comparison-absent"}),
    (False, "State after previous surgery.", "", set()),
    (False, "New compared to the prior study.", "", {"comparison-absent"}),
    (True, "Unremarkable.", "", {"comparison-missing"}),
    (True, "Unremarkable.", "None.", {"comparison-missing"}),
    (True, "Unremarkable.", "CT of 2026-01-02.", set()),
    (True, "Stable since the last examination.", "", set()),
]

SIDES = [
    ("R", "Fracture of the left wrist.", {"laterality"}),
    ("R", "Fracture of the right wrist.", set()),
    ("L", "Fracture of the right wrist.", {"laterality"}),
    ("L", "Both knees are normal.", set()),
    ("L", "Left and right differ.", set()),
    ("L", "No fracture.", set()),
    ("L", "The patient is right-handed.", set()),
    ("", "Fracture of the left wrist.", set()),
]

DIFFERENT = [
    ("Right kidney: stone of 8 mm.\nLeft kidney: Normal.", "Left renal stone.", True),
    ("Right kidney: stone of 8 mm.\nLeft kidney: Normal.", "Right renal stone.", False),
    ("Mass in the left breast.", "Carcinoma of the right breast.", True),
    ("Mass in the left breast.", "Carcinoma of the left breast.", False),
    ("Mass in the left breast. The right breast is normal.", "Right breast cancer.", True),
    ("Both lungs are clear.", "Effusion of the left lung.", False),
    ("Opacity in the right upper lobe.", "Pneumonia of the left upper lobe.", True),
    ("Left kidney: 11 cm long.\nRight kidney: 10 cm long.", "Right renal cyst.", False),
    ("Tear of the medial meniscus of the right knee.", "Meniscal tear, left knee.", True),
]

LEFT_OVER = [
    ("Nodule of [size] mm.", True),
    ("Nodule of ___ mm.", True),
    ("XXX to be dictated.", True),
    ("Nodule of ??? mm.", True),
    ("As described [1].", False),
    ("[18F] FDG was injected.", False),
    ("Excellent quality, xxii.", False),
]


@pytest.mark.parametrize(("sentence", "is_raised"), CRITICAL)
def test_a_critical_word_wants_a_critical_result(sentence: str, is_raised: bool) -> None:
    content = written(findings=sentence, impression="See above.")
    assert ("critical-not-reported" in codes(content, known())) == is_raised
    assert "critical-not-reported" not in codes(content, known(has_critical=True))


def test_what_was_asked_is_no_finding() -> None:
    content = written(indication="Pulmonary embolism?", findings="None.", impression="Normal.")
    assert "critical-not-reported" not in codes(content, known())


@pytest.mark.parametrize(("sex", "sentence", "is_raised"), SEX)
def test_organs_fit_the_sex(sex: str, sentence: str, is_raised: bool) -> None:
    found = codes(written(findings=sentence, impression="."), known(sex=sex))
    assert ("sex" in found) == is_raised


@pytest.mark.parametrize(("modalities", "sentence", "is_raised"), MODALITY)
def test_words_fit_the_modality(modalities: str, sentence: str, is_raised: bool) -> None:
    found = codes(written(findings=sentence, impression="."), known(modalities=modalities))
    assert ("modality" in found) == is_raised


def test_the_technique_names_the_examination() -> None:
    content = written(technique="MRI of the brain.", findings="Normal.", impression="Normal.")
    assert "modality" in codes(content, known(modalities="CT"))
    assert "modality" not in codes(content, known(modalities="MR"))


@pytest.mark.parametrize(("words", "sentence", "expected"), CONTRAST)
def test_contrast_is_as_the_study_says(words: str, sentence: str, expected: set[str]) -> None:
    found = codes(written(findings=sentence, impression="As above."), known(words=words))
    assert found & {"contrast-not-given", "contrast-not-mentioned"} == expected


@pytest.mark.parametrize(("has_priors", "sentence", "comparison", "expected"), COMPARISON)
def test_comparison_is_with_what_there_is(
    has_priors: bool, sentence: str, comparison: str, expected: set[str]
) -> None:
    content = written(comparison=comparison, findings=sentence, impression="As above.")
    found = codes(content, known(has_priors=has_priors))
    assert found & {"comparison-absent", "comparison-missing"} == expected


@pytest.mark.parametrize(("side", "sentence", "expected"), SIDES)
def test_the_side_is_that_of_the_study(side: str, sentence: str, expected: set[str]) -> None:
    content = written(findings=sentence, impression="As above.")
    assert codes(content, known(side=side)) & {"laterality"} == expected


@pytest.mark.parametrize(("found", "impression", "is_raised"), DIFFERENT)
def test_impression_and_findings_agree_on_the_side(
    found: str, impression: str, is_raised: bool
) -> None:
    content = written(findings=found, impression=impression)
    assert ("laterality-differs" in codes(content, known())) == is_raised


@pytest.mark.parametrize(("sentence", "is_raised"), LEFT_OVER)
def test_placeholders_block(sentence: str, is_raised: bool) -> None:
    found = check(written(findings=sentence, impression="."), known())
    assert any(one.code == "leftover" and one.severity == BLOCKING for one in found) == is_raised


def test_the_table_of_sentences_is_large() -> None:
    tables = (CRITICAL, SEX, MODALITY, CONTRAST, COMPARISON, SIDES, DIFFERENT, LEFT_OVER)
    assert sum(len(table) for table in tables) >= 60


def field(**attributes: Any) -> dict[str, Any]:
    plain = {"key": "size", "label": "Size", "type": "number", "value": "", "unit": "mm"}
    plain |= {"options": [], "required": False, "minimum": 0, "maximum": 100}
    return {"type": "field", "attrs": plain | attributes}


def with_inline(node: dict[str, Any]) -> dict[str, Any]:
    content = written(findings="Nodule:", impression="A nodule.")
    content["sections"][0]["body"]["content"][0]["content"].append(node)
    return checked(content)


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"value": "101"}, "out-of-limits"),
        ({"value": "-1"}, "out-of-limits"),
        ({"value": "nan"}, "out-of-limits"),
        ({"value": "inf"}, "out-of-limits"),
        ({"value": "large"}, "not-a-number"),
        ({"required": True}, "unresolved-field"),
        ({"value": "12,5"}, ""),
        ({"value": "0"}, ""),
        ({"value": "101", "maximum": None}, ""),
        ({"value": "101", "type": "text"}, ""),
    ],
)
def test_fields_block_when_open_or_out_of_limits(attributes: dict[str, Any], code: str) -> None:
    found = check(with_inline(field(**attributes)), known())
    assert [one.code for one in found if one.severity == BLOCKING] == ([code] if code else [])


def test_an_open_field_that_need_not_be_filled_in_is_a_warning() -> None:
    found = check(with_inline(field()), known())
    assert [(one.code, one.severity) for one in found] == [("open-field", WARNING)]


def test_a_stale_measurement_is_a_warning() -> None:
    node = {"type": "measurement", "attrs": {"annotation": "a", "text": "12 mm", "stale": True}}
    found = check(with_inline(node), known())
    assert [(one.code, one.severity) for one in found] == [("stale-measurement", WARNING)]


def test_an_empty_section_blocks_only_when_it_is_required() -> None:
    assert codes(written(findings="", impression=""), known()) == {"empty-section"}
    assert codes(written(technique="", findings="Clear.", impression="Normal."), known()) == set()


def test_findings_want_an_impression() -> None:
    assert "impression-missing" in codes(written(findings="Nodule."), known())
    content = written(findings="Nodule.", impression="")
    content["sections"][1]["required"] = False
    assert "impression-missing" in codes(content, known())


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Compared with the CT of 2026-05-19.", set()),
        ("Compared with the CT of 2026-05-25.", {"date-in-future"}),
        ("Compared with the CT of 25.05.2026.", {"date-in-future"}),
        ("Compared with the CT of 25 May 2026.", {"date-in-future"}),
        ("Compared with the CT of May 25, 2026.", {"date-in-future"}),
        ("Compared with the CT of 4/5/2026.", set()),  # day or month first: both are past
        ("Compared with the CT of 6/5/2026.", set()),  # one of its two meanings is past
        ("Follow-up on 2026-08-01.", set()),
        ("Lot 2026-99-99.", set()),
    ],
)
def test_dates_are_not_in_the_future(sentence: str, expected: set[str]) -> None:
    found = codes(written(findings=sentence, impression="."), known(has_priors=True))
    assert found & {"date-in-future", "comparison-date"} == expected


def test_what_is_compared_was_before_the_study() -> None:
    content = written(comparison="CT of 2026-05-10.", findings="Same.", impression="Same.")
    later = known(has_priors=True, study_date=date(2026, 5, 1))
    assert "comparison-date" in codes(content, later)
    assert "comparison-date" not in codes(content, known(has_priors=True))


def test_an_addendum_need_not_say_everything() -> None:
    content = written(findings="The node was measured again.")
    content["sections"][0] |= {"kind": "addendum"}
    found = codes(content, known(has_priors=True, words="ct with contrast"))
    assert found == set()


@pytest.mark.django_db
def test_findings_read_the_study() -> None:
    study = make_study(
        make_facility(),
        modalities="\\CT\\",
        patient_sex="F",
        description="CT Handgelenk li nativ",
        study_date=(TODAY - timedelta(days=3)).strftime("%Y%m%d"),
    )
    study.series.create(series_instance_uid="1.2.3", laterality="L", description="nativ")
    content = written(findings="Fracture of the right radius.", impression="Fracture.")
    assert [one.code for one in findings(content, study)] == ["laterality"]
    content = written(findings="Fracture of the left radius.", impression="Prostate.")
    assert [one.code for one in findings(content, study)] == ["sex"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("description", "laterality", "side"),
    [
        ("XR Hand right", "", "R"),
        ("Knie re", "", "R"),
        ("Knie li. 2 Ebenen", "", "L"),
        ("Genou gauche", "", "L"),
        ("Rodilla derecha", "", "R"),
        ("XR Hand R", "", "R"),
        ("XR Hand", "L", "L"),
        ("XR Hand right", "L", ""),  # they contradict each other: nobody knows
        ("XR Hands right and left", "", ""),
        ("Chest PA and left lateral", "", ""),
        ("Chest", "", ""),
    ],
)
def test_the_side_of_a_study(description: str, laterality: str, side: str) -> None:
    study = make_study(make_facility(), modalities="\\DX\\", description=description)
    study.series.create(series_instance_uid="1.2.3", laterality=laterality)
    wrong = "left" if side == "R" else "right"
    found = [one.code for one in findings(written(findings=f"The {wrong} one."), study)]
    assert ("laterality" in found) == bool(side)


@settings(deadline=None)
@given(text=st.text(max_size=300))
def test_whatever_is_written_is_checked(text: str) -> None:
    content = written(findings=text, comparison=text, impression=text or ".")
    facts = known(sex="M", side="L", has_priors=True, words="ct with contrast")
    assert all(one.message and one.severity in {BLOCKING, WARNING} for one in check(content, facts))


def test_a_long_report_is_checked_in_linear_time() -> None:
    """Ten thousand sentences pass: no pattern here looks back over all of them."""
    text = "The right kidney is not enlarged and without a stone " * 2000
    check(written(findings=text, impression=text), known(side="L", sex="M"))
    text = "pulmonary embolism after contrast " * 3000
    check(written(findings=text, impression=text), known(side="L", sex="M"))


def test_sentences_and_denials() -> None:
    assert sentences("One. Two; three\nfour\tfive 1.5 mm") == [
        "One.",
        "Two;",
        "three",
        "four",
        "five 1.5 mm",
    ]
    import re

    assert is_stated(re.compile("nodule"), "No effusion. A nodule.")
    assert len(CHECKS) == len(set(CHECKS))
