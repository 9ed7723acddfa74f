"""What is rejected or corrected, through every door of a running server."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from pydicom import dcmread

from dicomkit.rejection_note import Reference, write_note
from tests.corpus_doors import stow_bodies
from tests.factories.dicom import CT_IMAGE, ROOT, ct_file
from tests.live import LiveServer, People, start_server

_PEER = """
import django
django.setup()
from dimse.models import Peer
from worklist.models import Facility
Peer.objects.create(name="n", ae_title="NORTH", facility=Facility.objects.get(name="North"),
                    host="127.0.0.1", may_query=True, may_retrieve=True)
"""
EXPLICIT = 'application/dicom; transfer-syntax="1.2.840.10008.1.2.1"'


def files(number: int) -> dict[str, bytes]:
    """Return two series of two slices of a study, by SOP Instance UID."""
    return {
        f"{ROOT}.{number}.{number}.{series}.{instance}": ct_file(
            patient=number, study=number, series=series, instance=instance
        )
        for series in (1, 2)
        for instance in (1, 2)
    }


@dataclass
class Site:
    server: LiveServer
    people: People
    browser: requests.Session  # a technician's

    def get(self, path: str, user: str = "rita", **options: Any) -> requests.Response:
        session = self.server.session(self.people.users[user].token)
        return session.get(f"{self.server.url}{path}", **options)

    def json(self, path: str, user: str = "rita") -> Any:
        answer = self.get(path, user)
        return answer.json() if answer.status_code == 200 else answer.status_code

    def post(self, path: str, **form: Any) -> None:
        token = {"csrfmiddlewaretoken": self.browser.cookies["csrftoken"]}
        url = f"{self.server.url}{path}"
        answer = self.browser.post(url, data=form | token, headers={"Referer": url})
        assert answer.status_code == 200, answer.text[:500]
        assert "toast-error" not in answer.text

    def key(self, study: str, name: str) -> str:
        """Return the key that the page's first form of this kind sends."""
        text = self.browser.get(f"{self.server.url}/quality/{study}/").text
        return text.split(f'name="{name}" value="')[1].split('"')[0]

    def c_get(self, study: str, folder: Path) -> dict[str, bytes]:
        folder.mkdir()
        self.dcmtk("getscu", "-S", "-B", "-od", str(folder), "-k", "QueryRetrieveLevel=STUDY",
                   "-k", f"StudyInstanceUID={study}")  # fmt: skip
        return {dcmread(one).SOPInstanceUID: one.read_bytes() for one in folder.iterdir()}

    def dcmtk(self, program: str, *words: str) -> str:
        address = ["127.0.0.1", str(self.server.dicom_port)]
        command = [program, "-aet", "NORTH", "-aec", "NOCTIS_PACS", *words[:]]
        at = len(command) if program != "storescu" else len(command) - 1
        command[at:at] = address
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    users = {"rita": ("RADIOLOGIST", None), "tina": ("TECHNICIAN", "North")}
    with start_server(tmp_path_factory.mktemp("noctis"), dicom=True) as server:
        people = server.populate(facilities=["North"], users=users)
        server.python(_PEER)
        bodies = [data for number in (1, 2, 3) for data in files(number).values()]
        token, north = people.users["tina"].token, people.facilities["North"]
        assert stow_bodies(server, token, north, bodies).status_code == 200
        yield Site(server, people, server.sign_in(people.users["tina"]))


def views(site: Site, study: str, series: str, instance: str, user: str) -> dict[str, Any]:
    """Return what each door of HTTP says of a study to a user."""
    root = f"/dicom-web/studies/{study}"
    one = f"{root}/series/{series}/instances/{instance}"
    found = site.json(f"/dicom-web/studies?StudyInstanceUID={study}&includefield=all", user)
    wado = (
        f"/dicom-web/wado?requestType=WADO&studyUID={study}&seriesUID={series}"
        f"&objectUID={instance}&contentType=application/dicom"
    )
    statuses = {
        path: site.get(path, user, headers={"Accept": accept}).status_code
        for path, accept in (
            (one, 'multipart/related; type="application/dicom"'),
            (f"{one}/metadata", "application/dicom+json"),
            (f"{one}/frames/1", "*/*"),
            (f"{one}/rendered", "image/png"),
            (f"{one}/thumbnail", "image/png"),
            (f"{root}/series/{series}/thumbnail", "image/png"),
            (f"/media/instances/{instance}", "*/*"),
            (wado, "*/*"),
        )
    }
    return {
        "counts": [row["00201208"]["Value"] + row["00201206"]["Value"] for row in found],
        "series": len(site.json(f"{root}/series", user)),
        "instances": len(site.json(f"{root}/instances", user)),
        "metadata": len(site.json(f"{root}/metadata", user)),
        "statuses": sorted(set(statuses.values())),
    }


def test_a_rejected_series_is_gone_from_every_door_and_comes_back(
    site: Site, tmp_path: Path
) -> None:
    study, stored = f"{ROOT}.1.1", files(1)
    series, instance = f"{study}.1", f"{study}.1.1"
    before = views(site, study, series, instance, "rita")
    assert before == {
        "counts": [[4, 2]], "series": 2, "instances": 4, "metadata": 4, "statuses": [200]
    }  # fmt: skip
    form = {"action": "reject", "title": "113037", "series": series}
    site.post(f"/quality/{study}/decide/", **form)
    assert views(site, study, series, instance, "rita") == {
        "counts": [[2, 1]], "series": 1, "instances": 2, "metadata": 2, "statuses": [404]
    }  # fmt: skip
    seen = views(site, study, series, instance, "tina")
    assert (seen["counts"], seen["instances"], seen["metadata"]) == ([[5, 3]], 5, 5)
    assert seen["statuses"] == [200]
    assert set(site.c_get(study, tmp_path / "rejected")) == set(stored) - {
        f"{series}.1",
        f"{series}.2",
    }
    found = site.dcmtk(
        "findscu", "-S", "-k", "QueryRetrieveLevel=IMAGE", "-k", f"StudyInstanceUID={study}",
        "-k", f"SeriesInstanceUID={series}", "-k", "SOPInstanceUID",
    )  # fmt: skip
    assert instance not in found
    site.post(f"/quality/{study}/undo/", rejection=site.key(study, "rejection"))
    assert views(site, study, series, instance, "rita") == before
    assert site.c_get(study, tmp_path / "back").keys() == stored.keys()


def test_a_note_by_c_store_takes_the_study_away(site: Site, tmp_path: Path) -> None:
    study = f"{ROOT}.2.2"
    references = [Reference(CT_IMAGE, uid, uid.rpartition(".")[0]) for uid in files(2)]
    note = write_note(
        {"StudyInstanceUID": study, "PatientID": "P00002", "PatientName": "Patient2^Paula"},
        references,
        title="113038",
        reason=None,
        comment="",
        uids=("2.25.1", "2.25.2"),
        made_at=datetime(2026, 11, 25, 12),
    )
    path = tmp_path / "note.dcm"
    path.write_bytes(note)
    site.dcmtk("storescu", "-xe", str(path))
    assert site.json(f"/dicom-web/studies?StudyInstanceUID={study}") == []
    assert site.get(f"/dicom-web/studies/{study}/metadata").status_code == 404
    assert len(site.json(f"/dicom-web/studies/{study}/instances", "tina")) == 5
    assert site.c_get(study, tmp_path / "nothing") == {}
    assert "from outside" in site.browser.get(f"{site.server.url}/quality/{study}/").text


def test_corrections_leave_by_every_door_and_the_bytes_stay(site: Site, tmp_path: Path) -> None:
    study, stored = f"{ROOT}.3.3", files(3)
    one = f"/dicom-web/studies/{study}/series/{study}.1/instances/{study}.1.1"
    accept = {"Accept": "application/dicom"}
    first = site.get(one, headers=accept)
    metadata = site.get(f"/dicom-web/studies/{study}/metadata")
    frame = site.get(f"{one}/frames/1").content
    assert first.content == stored[f"{study}.1.1"]
    form = {"PatientName": "Müller^Ann", "PatientID": "X-9", "StudyDescription": "Thorax"}
    site.post(f"/quality/{study}/correct/", confirmed="1", why="typed wrong", **form)
    [row] = site.json("/dicom-web/studies?PatientID=X-9")
    assert row["00100010"]["Value"][0]["Alphabetic"] == "Müller^Ann"
    now = site.get(one, headers=accept)
    assert now.headers["ETag"] != first.headers["ETag"]
    said = [dcmread(BytesIO(now.content))]
    for asked in (EXPLICIT, 'multipart/related; type="application/dicom"'):
        body = site.get(one, headers={"Accept": asked}).content
        said.append(dcmread(BytesIO(body[body.index(b"DICM") - 128 :]), force=True))
    said.append(dcmread(BytesIO(site.get(f"/media/instances/{study}.1.1").content)))
    said += [dcmread(BytesIO(data)) for data in site.c_get(study, tmp_path / "get").values()]
    for data_set in said:
        assert {key: str(data_set[key].value) for key in form} == form
        [item] = data_set[0x04000561].value
        assert item.ModifiedAttributesSequence[0].PatientID == "P00003"
    told = site.get(f"/dicom-web/studies/{study}/metadata")
    assert told.headers["ETag"] != metadata.headers["ETag"]
    assert {row["00100020"]["Value"][0] for row in told.json()} == {"X-9"}
    assert site.get(f"{one}/frames/1").content == frame
    site.post(f"/quality/{study}/revert/", correction=site.key(study, "correction"))
    again = site.get(one, headers=accept)
    assert (again.content, again.headers["ETag"]) == (first.content, first.headers["ETag"])
    assert site.get(f"/dicom-web/studies/{study}/metadata").json() == metadata.json()


def test_a_corrected_object_in_another_transfer_syntax(site: Site, tmp_path: Path) -> None:
    study = f"{ROOT}.4.4"
    data_set = dcmread(BytesIO(files(4)[f"{study}.1.1"]))
    data_set.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"
    out = BytesIO()
    data_set.save_as(out, implicit_vr=True, little_endian=True)
    token, north = site.people.users["tina"].token, site.people.facilities["North"]
    assert stow_bodies(site.server, token, north, [out.getvalue()]).status_code == 200
    site.post(f"/quality/{study}/correct/", confirmed="1", PatientName="Жук^Ann")
    one = f"/dicom-web/studies/{study}/series/{study}.1/instances/{study}.1.1"
    body = site.get(one, headers={"Accept": EXPLICIT}).content
    dicom_files = [body[body.index(b"DICM") - 128 :]]
    dicom_files += site.c_get(study, tmp_path / "get").values()
    for data in dicom_files:
        said = dcmread(BytesIO(data), force=True)
        assert (str(said.PatientName), said.SpecificCharacterSet) == ("Жук^Ann", "ISO_IR 192")
        assert said.PixelData[:32] == data_set.PixelData
        assert said[0x04000561].value[0].ModifiedAttributesSequence[0].PatientName
