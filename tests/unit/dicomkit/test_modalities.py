import pytest

from dicomkit.modalities import made_with


@pytest.mark.parametrize(
    ("modalities", "expected"),
    [
        ("\\CT\\PT\\", ["CT", "PT"]),
        ("\\CT\\DOC\\KO\\SR\\", ["CT"]),
        ("\\SR\\", ["SR"]),
        ("", []),
    ],
)
def test_reports_are_not_what_a_study_was_made_with(modalities, expected):
    assert made_with(modalities) == expected
