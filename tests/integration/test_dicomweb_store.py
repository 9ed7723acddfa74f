"""STOW-RS against a running server (PS3.18 10.5)."""

import socket
import xml.etree.ElementTree as ET

import pytest
from dicomweb_client.api import DICOMwebClient
from pydicom import dcmread
from pydicom.filebase import DicomBytesIO

from tests.corpus_doors import contents, stow_bodies
from tests.factories.dicom import CT_IMAGE, ROOT, ct_file, ct_values, elements, file_meta
from tests.live import start_server

TYPE = 'multipart/related; type="application/dicom"; boundary=b'
NATIVE = "{http://dicom.nema.org/PS3.19/models/NativeDICOM}"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    users = {
        "nora": ("FACILITY", "North"),
        "rita": ("RADIOLOGIST", None),
        "ann": ("ADMIN", None),
    }
    with start_server(tmp_path_factory.mktemp("stow")) as server:
        people = server.populate(facilities=["North", "South"], users=users)
        yield server, people


@pytest.fixture(scope="module")
def store(place):
    """Store bodies as a user of North; return the answer."""
    server, people = place

    def post(*bodies: bytes, user: str = "nora", facility: str = "North"):
        token = people.users[user].token
        return stow_bodies(server, token, people.facilities[facility], bodies)

    return post


@pytest.fixture
def http(place):
    server, people = place
    return server.session(people.users["nora"].token)


def url(place, path: str = "studies") -> str:
    return f"{place[0].url}/dicom-web/{path}"


def part(body: bytes, kind: str = "application/dicom") -> bytes:
    return b"--b\r\nContent-Type: %b\r\n\r\n%b\r\n" % (kind.encode(), body)


def codes(answer, tag: str = "00081198") -> list[int]:
    return [item["00081197"]["Value"][0] for item in answer.json()[tag]["Value"]]


def test_stored_objects_are_referenced(place, store, http):
    answer = store(*(ct_file(study=20, instance=n) for n in (1, 2)))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/dicom+json"
    found = answer.json()
    assert set(found) == {"00081190", "00081199"}
    assert found["00081190"]["Value"] == [url(place, f"studies/{ROOT}.1.20")]
    first = found["00081199"]["Value"][0]
    assert first["00081150"]["Value"] == [CT_IMAGE]
    assert first["00081155"]["Value"] == [f"{ROOT}.1.20.1.1"]
    got = http.get(first["00081190"]["Value"][0], headers={"Accept": "application/dicom"})
    assert got.content == ct_file(study=20, instance=1)


def test_the_same_again_is_a_success(store):
    assert [store(ct_file(study=21)).status_code for _ in range(2)] == [200, 200]


def test_other_content_under_a_known_uid_is_a_conflict(store):
    assert store(ct_file(study=22)).status_code == 200
    answer = store(ct_file(study=22, pixels=b"\1" * 32))
    assert answer.status_code == 409 and codes(answer) == [0xC003]


def test_some_stored_and_some_not(store):
    answer = store(
        ct_file(study=23), b"no DICOM at all", ct_file(study=23, changes={0x0020000E: "x"})
    )
    assert answer.status_code == 202
    found = answer.json()
    assert len(found["00081199"]["Value"]) == 1, found
    failed, other = found["00081198"]["Value"], found["0008119A"]["Value"]
    assert [one["00081197"]["Value"][0] for one in (*failed, *other)] == [0xC001, 0xC000]


def test_what_is_refused_is_named_by_its_uid(store):
    answer = store(ct_file(study=24, changes={0x0020000D: None}))
    assert answer.status_code == 409
    (item,) = answer.json()["00081198"]["Value"]
    assert item["00081155"]["Value"] == [f"{ROOT}.1.24.1.1"]
    assert item["00081197"]["Value"] == [0xC001]


def test_an_answer_in_xml(place, http):
    body = part(ct_file(study=25)) + part(b"rubbish") + b"--b--"
    headers = {"Content-Type": TYPE, "Accept": "application/dicom+xml"}
    answer = http.post(url(place), data=body, headers=headers)
    assert answer.status_code == 202
    assert answer.headers["Content-Type"] == "application/dicom+xml"
    root = ET.fromstring(answer.content)
    assert root.tag == f"{NATIVE}NativeDicomModel"
    stored = root.find(f"{NATIVE}DicomAttribute[@keyword='ReferencedSOPSequence']/{NATIVE}Item")
    uid = stored.find(f"{NATIVE}DicomAttribute[@tag='00081155']/{NATIVE}Value")
    assert uid.text == f"{ROOT}.1.25.1.1"
    refused = root.find(f"{NATIVE}DicomAttribute[@keyword='OtherFailuresSequence']/{NATIVE}Item")
    assert refused.find(f"{NATIVE}DicomAttribute[@tag='00081197']/{NATIVE}Value").text == "49152"


def test_dicomweb_client_stores(place):
    server, people = place
    headers = {"Authorization": f"Bearer {people.users['nora'].token}"}
    client = DICOMwebClient(f"{server.url}/dicom-web", headers=headers)
    datasets = [dcmread(DicomBytesIO(ct_file(study=26, instance=n))) for n in (1, 2, 3)]
    answer = client.store_instances(datasets, f"{ROOT}.1.26")
    assert len(answer.ReferencedSOPSequence) == 3
    assert len(client.search_for_instances(f"{ROOT}.1.26")) == 3


def test_objects_of_another_study_than_the_url_names(place, http):
    body = part(ct_file(study=27)) + part(ct_file(study=28)) + b"--b--"
    target = url(place, f"studies/{ROOT}.1.27")
    answer = http.post(target, data=body, headers={"Content-Type": TYPE})
    assert answer.status_code == 202 and codes(answer) == [0xA901]
    assert http.get(url(place, f"studies/{ROOT}.1.28/metadata")).status_code == 404


def test_a_single_object_without_parts(place, http):
    headers = {"Content-Type": "application/dicom"}
    assert http.post(url(place), data=ct_file(study=29), headers=headers).status_code == 200


def test_a_body_of_unknown_length(place, http):
    chunks = iter([part(ct_file(study=30)), b"--", b"b--"])
    answer = http.post(url(place), data=chunks, headers={"Content-Type": TYPE})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (TYPE, b"", 400),
        (TYPE, b"no boundary here", 400),
        (TYPE, b"--b--", 400),
        ("multipart/related", part(b"x"), 400),
        ('multipart/related; type="application/dicom"', part(b"x") + b"--b--", 400),
        ('multipart/related; type="text/html"; boundary=b', part(b"x") + b"--b--", 415),
        ("text/plain", b"x", 415),
        ("multipart/form-data; boundary=b", part(b"x") + b"--b--", 415),
        ("", b"x", 415),
    ],
)
def test_bodies_that_are_none(place, http, kind, body, status):
    answer = http.post(url(place), data=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_compressed_body_is_not_taken(place, http):
    headers = {"Content-Type": TYPE, "Content-Encoding": "gzip"}
    assert http.post(url(place), data=b"x", headers=headers).status_code == 415


def test_a_part_of_another_type(place, http):
    body = part(b"<x/>", "application/xml") + part(ct_file(study=31)) + b"--b--"
    answer = http.post(url(place), data=body, headers={"Content-Type": TYPE})
    assert answer.status_code == 202 and codes(answer, "0008119A") == [0xC000]


def test_a_body_that_ends_early_keeps_what_was_whole(place, http):
    body = part(ct_file(study=32)) + part(ct_file(study=33))[:-40]
    answer = http.post(url(place), data=body, headers={"Content-Type": TYPE})
    assert answer.status_code == 202
    assert answer.json()["00081199"]["Value"][0]["00081155"]["Value"] == [f"{ROOT}.1.32.1.1"]
    assert http.get(url(place, f"studies/{ROOT}.1.33/metadata")).status_code == 404


def test_too_large_is_said_before_anything_is_read(place, http):
    server, people = place
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 20) as client:
        client.sendall(
            b"POST /dicom-web/studies HTTP/1.1\r\nHost: %b\r\nAuthorization: Bearer %b\r\n"
            b"Content-Type: %b\r\nContent-Length: 999999999999999\r\n\r\n"
            % (host.encode(), people.users["nora"].token.encode(), TYPE.encode())
        )
        assert client.recv(100).startswith(b"HTTP/1.1 413")


def test_roles_and_facilities(place, store):
    assert store(ct_file(study=34), user="rita").status_code == 403
    assert store(ct_file(study=34), facility="South").status_code == 403
    assert store(ct_file(study=34), user="ann", facility="South").status_code == 200
    server, people = place
    ann = server.session(people.users["ann"].token)
    body, headers = part(ct_file(study=34)) + b"--b--", {"Content-Type": TYPE}
    assert ann.post(url(place), data=body, headers=headers).status_code == 400
    assert ann.post(url(place) + "?facility=9999", data=body, headers=headers).status_code == 400
    nobody = server.session()
    assert nobody.post(url(place), data=body, headers=headers).status_code == 401


def test_a_browser_needs_its_csrf_token(place):
    server, people = place
    browser = server.sign_in(people.users["nora"])
    body, headers = part(ct_file(study=35)) + b"--b--", {"Content-Type": TYPE}
    assert browser.post(url(place), data=body, headers=headers).status_code == 403
    headers |= {"X-CSRFToken": browser.cookies["csrftoken"], "Referer": server.url}
    assert browser.post(url(place), data=body, headers=headers).status_code == 200


def test_many_parts_in_one_request(store):
    answer = store(*(ct_file(study=36, instance=n) for n in range(1, 301)))
    assert answer.status_code == 200
    assert len(answer.json()["00081199"]["Value"]) == 300


def test_uids_that_are_paths_reach_neither_disk_nor_database(store):
    for uid in ("../../etc/passwd", "1.2/../3", "1.2\0.3", "1" * 65, "' OR 1=1"):
        values = ct_values(study=37) | {0x00080018: uid}
        answer = store(file_meta(CT_IMAGE, "1.2.3") + elements(values))
        assert answer.status_code == 409, uid


def test_nothing_was_half_stored(place, store):
    store(ct_file(study=38))
    kept = contents(place[0])
    kept.assert_sound()
    assert len(kept.kept) > 300
