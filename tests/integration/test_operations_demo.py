"""`noctis demo` on a database of its own, as an operator runs it."""

import json
import subprocess
import sys

import pytest

from tests.factories.dicom import ct_file
from tests.live import PROJECT, LiveUser, start_server

SEEN = """
import json
import django
django.setup()
from archive.models import Instance, Study
from reports.models import Reading, ReportVersion
from worklist.models import CustomUser, Facility

print(json.dumps({
    "facilities": sorted(Facility.objects.values_list("name", flat=True)),
    "users": {
        user.username: [user.role, user.facility.name if user.facility else None,
                        user.must_change_password]
        for user in CustomUser.objects.all()
    },
    "studies": sorted(
        [study.modalities.strip(chr(92)), study.instance_count, study.patient_name]
        for study in Study.objects.all()
    ),
    "facility of the hand": Study.objects.get(modalities__contains="DX").facility.name,
    "instances": Instance.objects.count(),
    "readings": sorted(
        [reading.study.modalities.strip(chr(92)), reading.status, reading.quality]
        for reading in Reading.objects.select_related("study")
    ),
    "signed": list(ReportVersion.objects.values_list("signed_name", "status")),
}))
"""


def noctis(server, *words):
    return subprocess.run(
        [sys.executable, "-m", "noctisview", *words],
        cwd=PROJECT,
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with start_server(tmp_path_factory.mktemp("demo")) as server:
        yield server


@pytest.fixture(scope="module")
def loaded(server):
    """What the first `noctis demo` answered, and what was there after it."""
    done = noctis(server, "demo", "--only", "US", "DX", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), json.loads(server.python(SEEN))


def test_studies_facilities_and_people_are_made(loaded):
    answer, seen = loaded
    assert (answer["studies"], answer["present"], answer["stored"]) == (2, 0, 3)
    assert seen["studies"] == [
        ["DX", 2, "Νικολαΐδης^Στέφανος"],
        ["US", 1, "Adeyemi^Folasade"],
    ]
    assert seen["facilities"] == ["Harbour Imaging Centre", "North General Hospital"]
    assert seen["facility of the hand"] == "Harbour Imaging Centre"
    assert seen["users"] == {
        "admin": ["ADMIN", None, True],
        "reader": ["RADIOLOGIST", None, True],
        "north": ["FACILITY", "North General Hospital", True],
        "harbour": ["FACILITY", "Harbour Imaging Centre", True],
        "technician": ["TECHNICIAN", "North General Hospital", True],
    }


def test_the_people_of_the_demo_have_been_at_work(loaded):
    seen = loaded[1]
    assert seen["readings"] == [["DX", "final", "accepted"], ["US", "unread", "unchecked"]]
    assert seen["signed"] == [["Ruth Reader", "final"]]


def test_passwords_are_told_once_and_must_be_changed(server, loaded):
    passwords = loaded[0]["passwords"]
    assert set(passwords) == {"admin", "reader", "north", "harbour", "technician"}
    assert len(set(passwords.values())) == 5
    http = server.sign_in(LiveUser(0, "reader", passwords["reader"], ""))
    page = http.get(f"{server.url}/worklist/")
    assert "password" in page.url


def test_a_second_run_adds_nothing_and_tells_no_password(server, loaded):
    again = noctis(server, "demo", "--only", "US", "DX")
    assert again.stdout.splitlines() == ["2 studies are there already."]
    assert "Demo studies" in again.stderr
    assert json.loads(server.python(SEEN)) == loaded[1]


def test_a_folder_goes_in_and_what_is_malformed_is_named(server, loaded, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(1, 31):
        (folder / f"{number:02}.dcm").write_bytes(ct_file(patient=7, instance=number))
    (folder / "cut.dcm").write_bytes(ct_file(patient=7, instance=31)[:180])
    (folder / "notes.txt").write_text("Findings: none.")
    done = noctis(server, "demo", "--from", str(folder), "--facility", "harbour imaging centre")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert any(line.startswith(f"{folder}/cut.dcm: refused (") for line in lines)
    assert any(line.startswith(f"{folder}/notes.txt: skipped (") for line in lines)
    assert lines[-1].startswith("32 files for Harbour Imaging Centre, ")
    assert lines[-1].endswith("1 refused, 1 skipped, 30 stored.")
