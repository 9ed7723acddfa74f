"""How the files of a study are called, and in which order they come."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.models import Instance, Series, Study
from dicomkit.record_types import prefix_of
from viewer.download import file_set
from viewer.download.file_set import file_id, members_of
from viewer.download.views import file_name_of

NUMBERS = st.none() | st.integers(-5, 5)
COMPONENT = re.compile(r"[A-Z0-9_]{1,8}")
CT, SR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.88.11"


class _Rows:
    """The series of a study, without a database."""

    def __init__(self, rows: list[Series]) -> None:
        self._rows = rows

    def filter(self, **_: object) -> list[Series]:
        return self._rows


STUDIES = st.lists(
    st.tuples(NUMBERS, st.lists(st.tuples(NUMBERS, st.sampled_from((CT, SR))), min_size=1)),
    max_size=6,
)


@given(STUDIES)
@settings(max_examples=60)
def test_names_are_eight_capitals_all_different_and_in_the_order_of_reading(shape: list) -> None:
    rows = [Series(pk=key, series_number=number) for key, (number, _) in enumerate(shape, 1)]
    instances = [
        Instance(pk=100 * key + place, series_id=key, instance_number=number, sop_class_uid=uid,
                 has_pixels=uid == CT)
        for key, (_, ones) in enumerate(shape, 1)
        for place, (number, uid) in enumerate(ones)
    ]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Series, "objects", _Rows(rows))
        content = members_of(Study(), instances)
    members = [one for series in content for one in series.members]
    assert {one.instance.pk for one in members} == {one.pk for one in instances}
    paths = [one.path for one in members]
    assert len(set(paths)) == len(paths)
    for one in members:
        assert len(one.file_id) <= 8
        assert all(COMPONENT.fullmatch(part) for part in one.file_id)
        assert one.file_id[-1].startswith(prefix_of(one.record_type))
        assert one.path == "/".join(one.file_id)
    places = [(one.file_id[2], one.file_id[3][2:]) for one in members]
    assert places == sorted(places)
    for numbers in (
        [one.series.series_number for one in content],
        *([one.instance.instance_number for one in series.members] for series in content),
    ):
        known = [number for number in numbers if number is not None]
        assert numbers == sorted(known) + [None] * (len(numbers) - len(known))


def test_there_are_no_names_for_more() -> None:
    assert file_id(999_999, 999_999, "IM")[-2:] == ("SE999999", "IM999999")
    for place in ((1_000_000, 0), (0, 1_000_000)):
        with pytest.raises(ValueError, match="cannot name"):
            file_id(*place, "IM")


@given(st.text(max_size=64), st.sampled_from(("", "20240314")))
def test_the_name_of_the_download_is_safe_whatever_the_number_is(number: str, date: str) -> None:
    study = Study(accession_number=number, study_date=date, study_instance_uid="1.2.3",
                  patient_name="Secret^Name", dicom_patient_id="SECRET-1")  # fmt: skip
    assert re.fullmatch(r"study(-[A-Za-z0-9-]{1,32})?-[0-9a-f]{8}\.zip", file_name_of(study))


def test_the_name_of_the_download_is_by_number_else_by_date() -> None:
    assert file_name_of(Study(accession_number="A/77 b", study_instance_uid="1.2")).startswith(
        "study-A-77-b-"
    )
    assert file_name_of(Study(study_date="20240314", study_instance_uid="1.2")).startswith(
        "study-20240314-"
    )


def test_the_private_record_uid_is_a_uid() -> None:
    assert re.fullmatch(r"2\.25\.[1-9][0-9]{0,38}", file_set.PRIVATE_RECORD_UID)
