"""WADO-RS and WADO-URI against a running server (PS3.18 9, 10.4), and who may see what."""

import io

import imagecodecs
import numpy as np
import pytest
from dicomweb_client.api import DICOMwebClient
from PIL import Image
from pydicom import dcmread

from tests.corpus_doors import parts_of
from tests.dicomweb_site import (
    CINE,
    DOCUMENT,
    JPEG,
    PDF,
    SIDE,
    cine_frames,
    instance,
    populated_place,
    series,
    slice_pixels,
    study,
)
from tests.factories.dicom import EXPLICIT_LITTLE, ROOT

OBJECTS = 'multipart/related; type="application/dicom"'
OCTETS = 'multipart/related; type="application/octet-stream"'
CT = instance(1, 1, 1)
US = instance(1, 1, 3, 3)
DOC = instance(1, 1, 4, 4)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with populated_place(tmp_path_factory.mktemp("dicomweb")) as populated:
        yield populated


@pytest.fixture(scope="module")
def client(place):
    headers = {"Authorization": f"Bearer {place.people.users['nora'].token}"}
    return DICOMwebClient(f"{place.server.url}/dicom-web", headers=headers)


# Whole objects


@pytest.mark.parametrize(("path", "count"), [(CT, 1), (series(1, 1), 3), (study(1), 6), (US, 1)])
def test_objects_come_back_as_they_were_sent(place, path, count):
    answer = place.get(path, headers={"Accept": f"{OBJECTS}; transfer-syntax=*"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("multipart/related")
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    contents = [content for _, content in parts_of(answer)]
    assert len(contents) == count and set(contents) <= set(place.objects.values())


def test_one_object_needs_no_parts(place):
    answer = place.get(CT, headers={"Accept": "application/dicom"})
    assert answer.headers["Content-Type"] == f"application/dicom; transfer-syntax={EXPLICIT_LITTLE}"
    assert answer.content == place.objects[f"{ROOT}.1.1.1.1"]


def test_ranges_and_entity_tags(place):
    whole = place.objects[f"{ROOT}.1.1.1.1"]
    headers = {"Accept": "application/dicom", "Range": "bytes=128-131"}
    part = place.get(CT, headers=headers)
    assert (part.status_code, part.content) == (206, b"DICM")
    assert part.headers["Content-Range"] == f"bytes 128-131/{len(whole)}"
    etag = part.headers["ETag"]
    known = place.get(CT, headers={"Accept": "application/dicom", "If-None-Match": etag})
    assert (known.status_code, known.content) == (304, b"")
    far = place.get(CT, headers={"Accept": "application/dicom", "Range": "bytes=99999999-"})
    assert far.status_code == 416


def test_a_compressed_object_in_explicit_little_endian(place):
    accept = f"application/dicom; transfer-syntax={EXPLICIT_LITTLE}"
    answer = place.get(US, headers={"Accept": accept})
    assert answer.status_code == 200, answer.text
    ds = dcmread(io.BytesIO(answer.content))
    assert ds.file_meta.TransferSyntaxUID == EXPLICIT_LITTLE
    expected = [imagecodecs.jpeg8_decode(frame) for frame in cine_frames()]
    assert np.array_equal(ds.pixel_array, np.stack(expected))


def test_a_form_that_is_not_there(place):
    accept = "application/dicom; transfer-syntax=1.2.840.10008.1.2.4.80"
    assert place.get(CT, headers={"Accept": accept}).status_code == 406
    assert place.get(CT, headers={"Accept": "image/gif"}).status_code == 406


def test_dicomweb_client_retrieves(client):
    uids = f"{ROOT}.1.1", f"{ROOT}.1.1.1"
    assert len(client.retrieve_study(uids[0])) == 6
    assert len(client.retrieve_series(*uids)) == 3
    ds = client.retrieve_instance(*uids, f"{ROOT}.1.1.1.2")
    assert ds.PixelData == slice_pixels(2)
    frames = client.retrieve_instance_frames(*uids, f"{ROOT}.1.1.1.2", frame_numbers=[1])
    assert frames == [slice_pixels(2)]
    metadata = client.retrieve_series_metadata(*uids)
    assert [one["00200013"]["Value"] for one in metadata] == [[1], [2], [3]]
    picture = client.retrieve_instance_rendered(
        *uids, f"{ROOT}.1.1.1.2", media_types=("image/png",)
    )
    assert Image.open(io.BytesIO(picture)).size == (4, 4)


# Metadata


@pytest.mark.parametrize(("path", "count"), [(CT, 1), (series(2, 1), 3), (study(1), 6)])
@pytest.mark.parametrize("coding", ["gzip", "identity"])
def test_metadata(place, path, count, coding):
    answer = place.get(f"{path}/metadata", headers={"Accept-Encoding": coding})
    assert answer.headers["Content-Type"] == "application/dicom+json"
    found = answer.json()
    assert len(found) == count
    for one in found:
        uid = one["00080018"]["Value"][0]
        assert one["0020000D"]["Value"] == [f"{ROOT}.1.1"]
        assert one["00280010"]["Value"] == [4]
        assert one["00083002"]["Value"] == [EXPLICIT_LITTLE]
        bulk = one["7FE00010"]["BulkDataURI"]
        assert bulk.startswith(place.server.url) and uid in bulk


def test_metadata_is_the_same_from_the_cache_and_has_a_tag(place):
    first, second = (place.get(f"{series(1, 2)}/metadata") for _ in range(2))
    assert first.content == second.content
    tag = {"If-None-Match": first.headers["ETag"]}
    assert place.get(f"{series(1, 2)}/metadata", headers=tag).status_code == 304


def test_names_have_their_groups(place):
    (one,) = place.json(f"{instance(1, 1, 5, 2)}/metadata")
    assert one["00100010"]["Value"] == [{"Alphabetic": "Müller^Jörg", "Ideographic": "山田^太郎"}]


def test_bulk_data_of_a_long_value(place):
    (one,) = place.json(f"{DOC}/metadata")
    uri = one["00420011"]["BulkDataURI"]
    single = place.http().get(uri, headers={"Accept": "application/octet-stream"})
    assert single.content == DOCUMENT
    ((kind, content),) = parts_of(place.http().get(uri, headers={"Accept": OCTETS}))
    assert (kind, content) == ("application/octet-stream", DOCUMENT)
    part = place.http().get(
        uri, headers={"Accept": "application/octet-stream", "Range": "bytes=0-7"}
    )
    assert (part.status_code, part.content) == (206, b"%PDF-1.4")


def test_bulk_data_of_pixels_are_its_frames(place):
    (one,) = place.json(f"{CT}/metadata")
    ((_, content),) = parts_of(place.http().get(one["7FE00010"]["BulkDataURI"]))
    assert content == slice_pixels(1)


@pytest.mark.parametrize("path", ["00420012", "xyz", "00420011/0/00420011", "7fe00010"])
def test_bulk_data_that_is_not_there(place, path):
    assert place.get(f"{DOC}/bulkdata/{path}").status_code == 404


# Frames


def frames(place, path, numbers, accept, status=200):
    answer = place.get(f"{path}/frames/{numbers}", headers={"Accept": accept} if accept else {})
    assert answer.status_code == status, answer.text
    return answer


@pytest.mark.parametrize(
    "accept", ["", "*/*", OCTETS, f"{OCTETS}; transfer-syntax=*", "multipart/related; type=*/*"]
)
def test_native_frames_are_octets(place, accept):
    ((kind, content),) = parts_of(frames(place, CT, 1, accept))
    assert kind.startswith("application/octet-stream") and content == slice_pixels(1)


@pytest.mark.parametrize(
    "accept",
    [
        'multipart/related; type="image/jpeg"',
        f'multipart/related; type="image/jpeg"; transfer-syntax={JPEG}',
        f"{OCTETS}; transfer-syntax=*",
        'multipart/related; type="application/octet-stream"; transfer-syntax=*',
        f"multipart/related; type=image/jpeg, {OCTETS};q=0.5",
    ],
)
def test_compressed_frames_as_stored(place, accept):
    found = parts_of(frames(place, US, "1,3", accept))
    assert [kind for kind, _ in found] == [f"image/jpeg; transfer-syntax={JPEG}"] * 2
    expected = cine_frames()
    assert [content.rstrip(b"\0") for _, content in found] == [expected[0], expected[2]]


@pytest.mark.parametrize("accept", ["", OCTETS, f"{OCTETS}; transfer-syntax={EXPLICIT_LITTLE}"])
def test_compressed_frames_as_pixels(place, accept):
    ((kind, content),) = parts_of(frames(place, US, 2, accept))
    assert kind == f"application/octet-stream; transfer-syntax={EXPLICIT_LITTLE}"
    assert content == imagecodecs.jpeg8_decode(cine_frames()[1]).tobytes()


def test_one_frame_needs_no_parts(place):
    answer = frames(place, CT, 1, "application/octet-stream")
    assert answer.content == slice_pixels(1)
    answer = frames(place, US, 1, f"image/jpeg; transfer-syntax={JPEG}")
    assert answer.content.rstrip(b"\0") == cine_frames()[0]


@pytest.mark.parametrize(
    ("numbers", "status"),
    [("0", 400), ("x", 400), ("1,,2", 400), ("-1", 400), ("2", 404), ("1,2", 404), ("9" * 12, 400)],
)
def test_frames_that_are_not_there(place, numbers, status):
    answer = frames(place, CT, numbers, "", status)
    assert answer.headers["Content-Type"] == "application/problem+json"


PACKED = 'multipart/related; type="image/jphc"; transfer-syntax=1.2.840.10008.1.2.4.202'


def test_frames_are_packed_without_loss_and_kept_packed(place):
    """The stored file stays as it is; the second answer is the file of the cache."""
    before = place.get(CT, headers={"Accept": "application/dicom"}).content
    first, second = (place.get(f"{CT}/frames/1", headers={"Accept": PACKED}) for _ in range(2))
    ((kind, packed),) = parts_of(first)
    assert kind == "image/jphc; transfer-syntax=1.2.840.10008.1.2.4.202"
    assert imagecodecs.htj2k_decode(packed).astype("<u2").tobytes() == slice_pixels(1)
    assert first.content == second.content and first.headers["ETag"] == second.headers["ETag"]
    part = place.get(f"{CT}/frames/1", headers={"Accept": PACKED, "Range": "bytes=0-99"})
    assert (part.status_code, part.content) == (206, first.content[:100])
    assert place.get(CT, headers={"Accept": "application/dicom"}).content == before


def test_pixels_of_a_series_come_in_one_answer_in_the_order_asked_for(place):
    every = place.get(f"{series(1, 1)}/pixeldata", headers={"Accept": OCTETS})
    assert [content for _, content in parts_of(every)] == [slice_pixels(n) for n in (1, 2, 3)]
    uids = ",".join(f"{ROOT}.1.1.1.{number}" for number in (3, 1))
    some = place.get(f"{series(1, 1)}/pixeldata?instance={uids}", headers={"Accept": PACKED})
    parts = [imagecodecs.htj2k_decode(content) for _, content in parts_of(some)]
    assert [part.astype("<u2").tobytes() for part in parts] == [slice_pixels(3), slice_pixels(1)]
    where = f"/dicom-web/{instance(3, 1, 1)}/frames/1"
    assert f"Content-Location: {where}\r\n".encode() in some.content


def test_pixels_of_a_study_and_of_a_film_come_frame_by_frame(place):
    whole = place.get(f"{study(1)}/pixeldata", headers={"Accept": OCTETS})
    assert len(parts_of(whole)) == 6
    film = place.get(f"{US}/pixeldata", headers={"Accept": OCTETS})
    assert len(parts_of(film)) == len(cine_frames())


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?instance=1.2.3", 404),
        ("?instance=a", 400),
        ("?instance=,", 400),
        ("?instance=" + ",".join(["1.2"] * 101), 413),
    ],
)
def test_pixels_that_nobody_can_have(place, query, status):
    assert place.get(f"{series(1, 1)}/pixeldata{query}").status_code == status


def test_frames_nobody_takes(place):
    frames(place, CT, 1, 'multipart/related; type="image/jls"', 406)
    frames(place, DOC, 1, "", 404)


# Pictures


@pytest.mark.parametrize(
    ("path", "size"),
    [
        (f"{CT}/rendered", (4, 4)),
        (f"{US}/rendered", (SIDE, SIDE)),
        (f"{US}/frames/2/rendered", (SIDE, SIDE)),
        (f"{series(1, 1)}/rendered", (4, 4)),
        (f"{study(3, 3)}/rendered", (SIDE, SIDE)),
        (f"{US}/rendered?viewport=8,8", (8, 8)),
        (f"{US}/rendered?viewport=64,64,0,0,8,8", (64, 64)),
    ],
)
@pytest.mark.parametrize("kind", ["image/jpeg", "image/png"])
def test_rendered(place, path, size, kind):
    answer = place.get(path, headers={"Accept": kind})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == kind
    assert Image.open(io.BytesIO(answer.content)).size == size


def test_the_window_changes_the_picture(place):
    def mean(query: str) -> float:
        answer = place.get(f"{CT}/rendered?{query}", headers={"Accept": "image/png"})
        return float(np.asarray(Image.open(io.BytesIO(answer.content))).mean())

    assert mean("window=1000,10,linear") == 0
    assert mean("window=-1000,10,linear") == 255


@pytest.mark.parametrize(
    "query", ["window=1", "window=a,b", "window=1,0", "viewport=0,0", "viewport=1", "quality=0"]
)
def test_rendering_that_makes_no_sense(place, query):
    assert place.get(f"{CT}/rendered?{query}").status_code == 400


@pytest.mark.parametrize("path", [CT, US, series(1, 1), study(1), f"{US}/frames/3"])
def test_thumbnails(place, path):
    answer = place.get(f"{path}/thumbnail", headers={"Accept": "image/jpeg"})
    assert answer.status_code == 200, answer.text
    assert max(Image.open(io.BytesIO(answer.content)).size) <= 256


def test_what_has_no_pixels_has_no_thumbnail(place):
    assert place.get(f"{DOC}/thumbnail").status_code == 404
    assert place.get(f"{DOC}/frames/1/rendered").status_code == 404


def test_a_list_is_told_that_there_is_no_thumbnail_without_an_error(place):
    empty = {"missing": "empty"}
    answer = place.get(f"{DOC}/thumbnail", params=empty)
    assert (answer.status_code, answer.content) == (204, b"")
    assert place.get(f"{CT}/thumbnail", params=empty).status_code == 200
    # What isn't there, or isn't to be seen, is still not found.
    assert place.get("studies/1.2.3/thumbnail", params=empty).status_code == 404
    assert place.get(f"{CT}/thumbnail", params={**empty, "quality": "0"}).status_code == 400


def test_wado_uri(place):
    uids = {"studyUID": f"{ROOT}.3.3", "seriesUID": f"{ROOT}.3.3.1", "objectUID": CINE}
    parameters = {"requestType": "WADO", **uids}
    picture = place.get("wado", params=parameters | {"frameNumber": 2, "rows": 8, "columns": 8})
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(picture.content)).size == (8, 8)
    whole = place.get("wado", params=parameters | {"contentType": "application/dicom"})
    assert whole.content == place.objects[CINE]
    assert place.get("wado", params=uids).status_code == 400
    assert place.get("wado", params=parameters | {"objectUID": "../x"}).status_code == 400
    assert place.get("wado", params=parameters | {"objectUID": "1.2.3"}).status_code == 404


# Who may see what

RESOURCES = [
    study(1),
    f"{study(1)}/metadata",
    f"{study(1)}/rendered",
    f"{study(1)}/thumbnail",
    series(1, 1),
    f"{series(1, 1)}/metadata",
    f"{series(1, 1)}/rendered",
    CT,
    f"{CT}/metadata",
    f"{CT}/rendered",
    f"{CT}/frames/1",
    f"{CT}/frames/1/rendered",
    f"{CT}/bulkdata/7FE00010",
    f"{CT}/pixeldata",
    f"{series(1, 1)}/pixeldata",
    f"{study(1)}/pixeldata",
    f"wado?requestType=WADO&studyUID={ROOT}.1.1&seriesUID={ROOT}.1.1.1&objectUID={ROOT}.1.1.1.1",
]


@pytest.mark.parametrize("path", RESOURCES)
def test_what_a_user_may_not_see_is_like_what_does_not_exist(place, path):
    assert place.get(path, "nora").status_code == 200
    hidden = place.get(path, "sven")
    missing = place.get(path.replace(f"{ROOT}.1.1", f"{ROOT}.7.7"), "sven")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content
    differing = {"date", "x-request-id"}
    assert {k: v for k, v in hidden.headers.items() if k.lower() not in differing} == {
        k: v for k, v in missing.headers.items() if k.lower() not in differing
    }


@pytest.mark.parametrize("path", RESOURCES)
def test_nobody_learns_whether_something_exists(place, path):
    known, unknown = place.get(path, ""), place.get(path.replace(ROOT, "9.9"), "")
    assert known.status_code == unknown.status_code == 401
    assert known.content == unknown.content


def test_searches_below_what_is_hidden_are_empty(place):
    for path in (f"{study(1)}/series", f"{study(1)}/instances", f"{series(1, 1)}/instances"):
        assert place.json(path, "nora")
        assert place.json(path, "sven") == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
def test_other_methods(place, method):
    answer = place.http().request(method, f"{place.server.url}/dicom-web/{CT}")
    assert answer.status_code == 405 and "GET" in answer.headers["Allow"]


def test_head_is_get_without_a_body(place):
    url = f"{place.server.url}/dicom-web/{CT}"
    headers = {"Accept": "application/dicom"}
    head, get = (place.http().request(verb, url, headers=headers) for verb in ("HEAD", "GET"))
    assert head.content == b""
    for field in ("Content-Length", "Content-Type", "ETag"):
        assert head.headers[field] == get.headers[field]


def test_a_document_is_not_an_image(place):
    assert PDF in place.objects
    assert place.get(f"{DOC}/rendered", headers={"Accept": "image/jpeg"}).status_code in (404, 406)
