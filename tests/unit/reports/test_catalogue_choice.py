"""The template for a study: realistic descriptions, as scanners and orders have them."""

import pytest

from reports.catalogue.choice import key_for
from reports.catalogue.selectors import suggested
from reports.models import ReportTemplate
from tests.factories.listing import make_study
from tests.factories.people import make_facility

STUDIES = [
    ("CT", "HEAD", "CT Head without contrast", "ct-head"),
    ("CT", "", "CCT nativ", "ct-head"),
    ("CT", "", "Schädel CT", "ct-head"),
    ("CT", "", "TDM cérébral sans injection", "ct-head"),
    ("CT", "", "TAC craneo simple", "ct-head"),
    ("CT", "HEAD", "", "ct-head"),
    ("CT", "HEAD", "CT Sinuses", "ct-sinuses"),
    ("CT", "", "CT NNH", "ct-sinuses"),
    ("CT", "CHEST", "CT Chest HRCT", "ct-chest"),
    ("CT", "", "CT Thorax mit KM", "ct-chest"),
    ("CT", "", "TC torace", "ct-chest"),
    ("CT", "CHEST", "CTPA", "ct-pulmonary-angiography"),
    ("CT", "CHEST", "CT Pulmonary Angiogram", "ct-pulmonary-angiography"),
    ("CT", "CHEST", "CT Chest PE protocol, pulmonary embolism", "ct-pulmonary-angiography"),
    ("CT", "", "CT Lungenembolie", "ct-pulmonary-angiography"),
    ("CT", "ABDOMEN", "CT Abdomen and Pelvis with contrast", "ct-abdomen-pelvis"),
    ("CT", "", "CT Abdomen/Becken", "ct-abdomen-pelvis"),
    ("CT", "ABDOMEN", "A/P", "ct-abdomen-pelvis"),
    ("CT", "CHEST", "CT Chest/Abdomen with contrast", "ct-trunk"),
    ("CT", "", "CT CAP", "ct-trunk"),
    ("CT", "CHEST", "CT CAP oncology follow-up", "ct-chest-abdomen-pelvis"),
    ("CT", "", "CT Thorax/Abdomen/Becken Staging", "ct-chest-abdomen-pelvis"),
    ("CT", "", "TDM TAP injecté", "ct-trunk"),
    ("CT", "ABDOMEN", "CT KUB low dose", "ct-urinary-stones"),
    ("CT", "ABDOMEN", "CT Urography", "ct-urinary-stones"),
    ("CT", "SPINE", "CT C-Spine trauma", "ct-spine-trauma"),
    ("CT", "", "CT HWS", "ct-spine-trauma"),
    ("CT", "HEART", "Calcium Score", "ct-coronary-calcium"),
    ("MR", "HEAD", "MR Brain", "mr-brain"),
    ("MR", "", "MRT Kopf", "mr-brain"),
    ("MR", "", "IRM cérébrale", "mr-brain"),
    ("MR", "BRAIN", "MRI Brain MS follow up", "mr-brain-ms"),
    ("MR", "", "MRT Schädel Multiple Sklerose", "mr-brain-ms"),
    ("MR", "CSPINE", "MRI Cervical Spine", "mr-cervical-spine"),
    ("MR", "", "MRT LWS", "mr-lumbar-spine"),
    ("MR", "", "RM columna lumbar", "mr-lumbar-spine"),
    ("MR", "KNEE", "MR Knee left", "mr-knee"),
    ("MR", "", "MRT Knie re", "mr-knee"),
    ("MR", "", "IRM genou droit", "mr-knee"),
    ("MR", "", "MRT Schulter li", "mr-shoulder"),
    ("MR", "PROSTATE", "mpMRI Prostate", "mr-prostate"),
    ("MR", "", "MRI Liver with Primovist", "mr-liver"),
    ("MR", "", "MRT Mamma", "mr-breast"),
    ("DX", "CHEST", "Chest PA and lateral", "xr-chest"),
    ("CR", "", "Röntgen Thorax 2 Ebenen", "xr-chest"),
    ("CR", "", "Radiographie pulmonaire", "xr-chest"),
    ("DX", "ABDOMEN", "Abdomen AP", "xr-abdomen"),
    ("DX", "HAND", "XR Hand", "xr-joint"),
    ("CR", "", "Sprunggelenk re", "xr-joint"),
    ("CR", "", "Rodilla izquierda", "xr-joint"),
    ("DX", "", "Pelvis AP", "xr-joint"),
    ("DX", "", "XR Lumbar Spine", "xr-spine"),
    ("DX", "", "BWS 2 Ebenen", "xr-spine"),
    ("MG", "BREAST", "Screening Mammogram Bilateral", "mg-screening"),
    ("MG", "BREAST", "Diagnostic Mammogram left", "mg-diagnostic"),
    ("US", "", "US Abdomen complete", "us-abdomen"),
    ("US", "", "Sonographie Oberbauch", "us-abdomen"),
    ("US", "", "Échographie abdominale", "us-abdomen"),
    ("US", "THYROID", "US Thyroid", "us-thyroid"),
    ("US", "", "Sonographie Schilddrüse", "us-thyroid"),
    ("US", "", "US Renal and Bladder", "us-renal"),
    ("US", "", "US Lower limb veins DVT", "us-leg-veins"),
    ("US", "", "Duplex TVT Bein", "us-leg-veins"),
    ("US", "", "OB 2nd trimester anatomy", "us-obstetric"),
    ("US", "", "US Testicular", "us-scrotum"),
    ("US", "", "TTE Echocardiogram", "echocardiography"),
    ("PT\\CT", "", "PET/CT FDG whole body", "pet-ct-fdg"),
    ("RF", "", "Barium Swallow", "fluoroscopy-swallow"),
    ("XA", "", "Coronary angiography", "angiography"),
    ("BMD", "", "DXA Lumbar spine and hip", "dxa"),
    ("DX", "", "Bone densitometry DEXA", "dxa"),
    # What none of ours is for stays without one.
    ("NM", "", "Bone scan", ""),
    ("CT", "", "", ""),
    ("SR", "", "Dose report", ""),
    ("MR", "", "MR Hip", ""),
    ("MR", "CHEST", "", ""),
]


@pytest.mark.parametrize(("modalities", "body_part", "description", "key"), STUDIES)
def test_the_template_fits_the_study(
    modalities: str, body_part: str, description: str, key: str
) -> None:
    assert key_for(modalities.split("\\"), [body_part], description) == key


@pytest.mark.django_db
def test_a_facilitys_own_template_goes_before_ours() -> None:
    north, south = make_facility("North"), make_facility("South")
    here = make_study(north, modalities="\\CT\\", body_parts="\\HEAD\\", description="CT head")
    there = make_study(south, modalities="\\CT\\", body_parts="\\HEAD\\", description="CT head")
    assert suggested(here) == suggested(there) == "ct-head"
    ours = ReportTemplate.objects.get(key="ct-head")
    columns = {"modality": "CT", "body_part": "HEAD", "content": ours.content, "name": "Own"}
    ReportTemplate.objects.create(key="own-head", facility=north, **columns)
    assert (suggested(here), suggested(there)) == ("own-head", "ct-head")
    ReportTemplate.objects.create(key="own-everywhere", **columns)
    assert (suggested(here), suggested(there)) == ("own-head", "own-everywhere")


@pytest.mark.django_db
def test_a_copy_takes_the_place_of_what_it_is_a_copy_of_alone() -> None:
    north = make_facility()
    chest = make_study(north, modalities="\\CT\\", body_parts="\\CHEST\\", description="CT chest")
    vessels = make_study(north, modalities="\\CT\\", body_parts="\\CHEST\\", description="CTPA")
    ours = ReportTemplate.objects.get(key="ct-chest")
    ReportTemplate.objects.create(
        key="own-chest",
        name="CT chest (copy)",
        modality="CT",
        body_part="CHEST",
        content=ours.content,
    )
    assert suggested(chest) == "own-chest"
    assert suggested(vessels) == "ct-pulmonary-angiography"


@pytest.mark.django_db
def test_a_template_that_is_switched_off_is_not_suggested() -> None:
    study = make_study(make_facility(), modalities="\\MR\\", description="MR brain")
    ReportTemplate.objects.filter(key="mr-brain").update(is_active=False)
    assert suggested(study) == ""
