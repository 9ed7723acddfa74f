"""Rows of the worklist without objects beneath them, for tests of searching and paging."""

from itertools import count
from typing import Any

from archive.models import Patient, Study
from dicomkit.names import PersonName, search_key
from worklist.models import Facility

_numbers = count(1)


def make_study(facility: Facility, **columns: Any) -> Study:
    """Return a new study of a patient of its own; `columns` as the model names them."""
    number = next(_numbers)
    name = columns.get("patient_name", f"Patient{number}^Paula")
    patient_id = columns.get("dicom_patient_id", f"P{number:05}")
    alphabetic, ideographic, phonetic = PersonName.parse(name).search_keys()
    patient = Patient.objects.create(
        facility=facility, identity=f"{number}\\{patient_id}", patient_id=patient_id, name=name
    )
    values = {
        "study_instance_uid": f"1.2.826.0.1.3680043.10.1999.{number}",
        "patient_name": name,
        "patient_name_key": alphabetic,
        "patient_name_ideographic_key": ideographic,
        "patient_name_phonetic_key": phonetic,
        "dicom_patient_id": patient_id,
        "description_key": search_key(columns.get("description", "")),
    }
    return Study.objects.create(facility=facility, patient=patient, **(values | columns))
