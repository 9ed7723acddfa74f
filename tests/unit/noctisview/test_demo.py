"""What `noctis demo` says and refuses, without making a picture."""

from datetime import date

import pytest
from django.conf import settings

from archive.errors import ArchiveFullError
from archive.outcome import Outcome, OutcomeKind
from noctisview import demo, verbs
from noctisview.accounts import OperatorError
from operations.demo.catalogue import studies
from operations.demo.load import DemoSummary
from operations.folder import FileReport, FolderSummary
from worklist.models import CustomUser, Facility, UserRole

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """Hash passwords without the work that makes guessing them slow."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def loading(monkeypatch):
    """Stand in for the making of pictures; the test says how it ends."""
    summary = DemoSummary()

    def load(ids, today, progress, modalities):
        progress(1, 2, "MR Brain")
        if summary.failures and isinstance(summary.failures[0], Exception):
            raise summary.failures[0]
        return summary

    monkeypatch.setattr(demo, "load_demo", load)
    return summary


def test_all_four_roles_have_somebody(loading):
    said = []
    answer = demo.generate(said.append)
    assert said == ["1 of 2 images: MR Brain"]
    assert {user.role for user in CustomUser.objects.all()} == set(UserRole)
    assert set(answer["passwords"]) == set(CustomUser.objects.values_list("username", flat=True))
    for name, password in answer["passwords"].items():
        user = CustomUser.objects.get(username=name)
        assert user.check_password(password)
        assert user.must_change_password
        assert (user.facility is None) == (user.role in (UserRole.ADMIN, UserRole.RADIOLOGIST))


def test_people_and_places_that_are_there_are_left_as_they_are(loading):
    demo.generate(lambda line: None)
    Facility.objects.filter(name="North General Hospital").update(phone="1")
    CustomUser.objects.filter(username="reader").update(is_active=False)
    assert demo.generate(lambda line: None)["passwords"] == {}
    assert Facility.objects.count() == 2
    assert Facility.objects.get(name="North General Hospital").phone == "1"
    assert not CustomUser.objects.get(username="reader").is_active


def test_no_account_is_made_when_the_studies_cannot_be_stored(loading):
    loading.failures.append(ArchiveFullError("the archive is full"))
    with pytest.raises(OperatorError, match="the archive is full"):
        demo.generate(lambda line: None)
    assert not CustomUser.objects.exists()


def test_lines_count_what_was_made_and_name_what_failed(loading):
    loading.studies, loading.present, loading.content_bytes = 1, 1, 3_000_000
    loading.outcomes.update({OutcomeKind.STORED: 4, OutcomeKind.REFUSED: 1})
    loading.failures.append(
        Outcome(OutcomeKind.REFUSED, "broken", "It is broken", sop_instance_uid="1.2.3")
    )
    assert demo.generate(lambda line: None)["lines"] == [
        "1 study is there already.",
        "1 study, 5 images, 3 MB: 1 refused, 4 stored.",
        "1.2.3: refused, It is broken",
    ]


@pytest.fixture
def importing(monkeypatch):
    """Stand in for the import; return for which facility each was."""
    asked = []

    def import_folder(folder, facility_id, said):
        asked.append(Facility.objects.get(pk=facility_id).name)
        return FolderSummary()

    monkeypatch.setattr(demo, "import_folder", import_folder)
    return asked


def test_a_folder_is_for_the_first_facility_or_the_one_named(importing, tmp_path):
    demo.bring_in(tmp_path, print)
    Facility.objects.create(name="Second")
    demo.bring_in(tmp_path, print)
    demo.bring_in(tmp_path, print, "second")
    assert importing == ["Demo Facility", "Demo Facility", "Second"]


def test_an_unknown_facility_is_refused_with_the_known_ones(importing, tmp_path):
    with pytest.raises(OperatorError, match="known: none yet"):
        demo.bring_in(tmp_path, print, "Nowhere")
    Facility.objects.create(name="Somewhere")
    with pytest.raises(OperatorError, match="known: Somewhere"):
        demo.bring_in(tmp_path, print, "Nowhere")
    assert importing == []


def test_what_is_no_folder_is_refused(importing, tmp_path):
    with pytest.raises(OperatorError, match="is no folder"):
        demo.bring_in(tmp_path / "absent", print)


def test_the_line_of_a_file_gives_its_reason(tmp_path):
    refused = FileReport(tmp_path, OutcomeKind.REFUSED, "truncated", "It ends too soon")
    skipped = FileReport(tmp_path, None, "empty", "The file is empty")
    assert demo.line_of(refused) == f"{tmp_path}: refused (truncated) It ends too soon"
    assert demo.line_of(skipped) == f"{tmp_path}: skipped (empty) The file is empty"


def test_the_guide_lists_these_people_and_these_images():
    guide = (settings.BASE_DIR / "docs" / "use" / "demo.md").read_text(encoding="utf-8")
    for name, role, place, *_ in demo.USERS:
        sees = demo.FACILITIES[place]["name"] if place else "every facility"
        assert f"| `{name}` | {role.label.lower()} | {sees} |" in guide
    listed = studies(date(2026, 3, 9))
    assert f"Together {sum(study.count for study in listed)} images" in guide
    for facility in demo.FACILITIES.values():
        assert facility["name"] in guide
    for modality in verbs.DEMO_MODALITIES:
        assert modality in guide
    assert {study.modality for study in listed} == set(verbs.DEMO_MODALITIES)
