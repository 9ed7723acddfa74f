"""A server with a few made-up studies of two facilities, for tests of DICOMweb."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import requests

from tests.corpus_doors import stow_bodies
from tests.factories.dicom import (
    EXPLICIT_LITTLE,
    ROOT,
    ct_file,
    ct_values,
    element,
    elements,
    file_meta,
)
from tests.live import LiveServer, People, start_server

JPEG = "1.2.840.10008.1.2.4.50"
MULTIFRAME = "1.2.840.10008.5.1.4.1.1.7.2"  # Multi-frame Grayscale Byte Secondary Capture
ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
CINE = f"{ROOT}.3.3.1.1"
PDF = f"{ROOT}.4.4.1.1"
SIDE = 16


@dataclass(frozen=True)
class Place:
    """The server, its people, and the objects by SOP Instance UID."""

    server: LiveServer
    people: People
    objects: dict[str, bytes]

    def http(self, user: str = "rita") -> requests.Session:
        """Return a session with the token of a user; nobody's for empty text."""
        return self.server.session(self.people.users[user].token if user else None)

    def get(self, path: str, user: str = "rita", **options: Any) -> requests.Response:
        """Return the answer to a GET below the service's root."""
        return self.http(user).get(f"{self.server.url}/dicom-web/{path}", **options)

    def json(self, path: str, user: str = "rita", **parameters: Any) -> Any:
        """Return the JSON of a successful GET."""
        answer = self.get(path, user, params=parameters)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "application/dicom+json"
        return answer.json()


def study(number: int, patient: int = 1) -> str:
    """Return the path of a study."""
    return f"studies/{ROOT}.{patient}.{number}"


def series(number: int, of_study: int, patient: int = 1) -> str:
    """Return the path of a series."""
    return f"{study(of_study, patient)}/series/{ROOT}.{patient}.{of_study}.{number}"


def instance(number: int, of_series: int, of_study: int, patient: int = 1) -> str:
    """Return the path of an instance."""
    uid = f"{ROOT}.{patient}.{of_study}.{of_series}.{number}"
    return f"{series(of_series, of_study, patient)}/instances/{uid}"


def slice_pixels(number: int) -> bytes:
    """Return the 4 x 4 pixels of a slice."""
    return np.arange(16, dtype="<u2").tobytes()[:-2] + struct.pack("<H", number)


def _slice(patient: int, of_study: int, of_series: int, number: int, **changes: Any) -> bytes:
    return ct_file(
        patient=patient,
        study=of_study,
        series=of_series,
        instance=number,
        pixels=slice_pixels(number),
        changes={int(tag[1:], 16): value for tag, value in changes.items()},
    )


def cine_frames() -> list[bytes]:
    """Return three JPEG frames, the last in two fragments' worth of bytes."""
    ramp = np.add.outer(np.arange(SIDE), np.arange(SIDE)) * 4
    return [
        bytes(imagecodecs.jpeg8_encode((ramp + 40 * n).astype(np.uint8), level=95))
        for n in range(3)
    ]


def cine_file() -> bytes:
    """Return a multi-frame object of JPEG frames without an offset table."""
    values = ct_values(patient=3, study=3) | {
        0x00080016: MULTIFRAME,
        0x00080018: CINE,
        0x00080060: "US",
        0x00280008: 3,
        0x00280010: SIDE,
        0x00280011: SIDE,
        0x00280100: 8,
        0x00280101: 8,
        0x00280102: 7,
    }
    items = b"".join(
        struct.pack("<HHI", 0xFFFE, 0xE000, len(data) + len(data) % 2)
        + data
        + b"\0" * (len(data) % 2)
        for data in (b"", *cine_frames())
    )
    pixels = struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF) + items
    pixels += struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    return file_meta(MULTIFRAME, CINE, JPEG) + elements(values) + pixels


DOCUMENT = b"%PDF-1.4  " + bytes(range(256)) * 20


def pdf_file() -> bytes:
    """Return an encapsulated document: no pixels, and a long value."""
    values = ct_values(patient=4, study=4) | {
        0x00080016: ENCAPSULATED_PDF,
        0x00080018: PDF,
        0x00080060: "DOC",
        **dict.fromkeys((0x00280002, 0x00280004, 0x00280010, 0x00280011)),
        **dict.fromkeys((0x00280100, 0x00280101, 0x00280102, 0x00280103)),
    }
    body = elements(values) + element(0x00420011, DOCUMENT, "OB")
    return file_meta(ENCAPSULATED_PDF, PDF, EXPLICIT_LITTLE) + body


def north_objects() -> dict[str, bytes]:
    """Return the objects of the facility North, by SOP Instance UID."""
    objects = {
        f"{ROOT}.1.{of_study}.{of_series}.{number}": _slice(1, of_study, of_series, number)
        for of_study, of_series in ((1, 1), (1, 2), (2, 1))
        for number in (1, 2, 3)
    }
    objects[f"{ROOT}.2.5.1.1"] = _slice(
        2, 5, 1, 1, t00080060="MR", t00100010="Müller^Jörg=山田^太郎", t00080050="X-5"
    )
    return objects | {CINE: cine_file(), PDF: pdf_file()}


@contextmanager
def populated_place(data_dir: Path) -> Iterator[Place]:
    """Start a server with the objects of North, and one study of South."""
    users = {
        "rita": ("RADIOLOGIST", None),
        "nora": ("FACILITY", "North"),
        "sven": ("FACILITY", "South"),
        "ann": ("ADMIN", None),
    }
    with start_server(data_dir) as server:
        people = server.populate(facilities=["North", "South"], users=users)
        north, south = people.facilities["North"], people.facilities["South"]
        objects = north_objects()
        token = people.users["ann"].token
        assert stow_bodies(server, token, north, list(objects.values())).status_code == 200
        other = _slice(8, 8, 1, 1)
        assert stow_bodies(server, token, south, [other]).status_code == 200
        yield Place(server, people, objects | {f"{ROOT}.8.8.1.1": other})
