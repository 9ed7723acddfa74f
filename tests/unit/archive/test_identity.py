from io import BytesIO

from archive.identity import patient_identity, same_name
from dicomkit.part10 import read_header
from tests.factories.dicom import ct_file

NAME, ID, ISSUER = 0x00100010, 0x00100020, 0x00100021


def identity(study="1.2.3", **changes):
    by_name = {"name": NAME, "patient_id": ID, "issuer": ISSUER}
    data = ct_file(changes={by_name[key]: value for key, value in changes.items()})
    return patient_identity(read_header(BytesIO(data)), study)


def test_issuers_tell_patients_apart():
    assert identity(issuer="A").key != identity(issuer="B").key
    assert identity(issuer="A").key == identity(issuer="A").key


def test_without_an_id_the_study_stands_for_the_patient():
    assert identity("1.2.3", patient_id=None).key != identity("1.2.4", patient_id=None).key
    assert identity("1.2.3", patient_id="").key == identity("1.2.3", patient_id="", name="X").key


def test_ids_longer_than_the_column_stay_distinct():
    one, other = identity(patient_id="9" * 300 + "1"), identity(patient_id="9" * 300 + "2")
    assert one.key != other.key
    assert len(one.key) <= 200
    assert len(one.patient_id) == 64


def test_an_id_cannot_pretend_to_be_another_with_issuer():
    assert identity(patient_id="P\x1fA").key != identity(patient_id="P", issuer="A").key


def test_a_missing_issuer_does_not_contradict():
    assert identity(patient_id="P", issuer="A").agrees_with("P", "")
    assert identity(patient_id="P").agrees_with("P", "A")
    assert not identity(patient_id="P", issuer="A").agrees_with("P", "B")
    assert not identity(patient_id="Q").agrees_with("P", "")


def test_names_are_compared_without_case_accents_and_carets():
    assert same_name("MULLER^JORG", "Müller^Jörg")
    assert same_name("Yamada^Tarou=山田^太郎", "Yamada^Tarou")
    assert same_name("", "Anybody")
    assert not same_name("Smith^Anna", "Smith^Berta")
