"""The whole corpus through the three doors: what is valid comes back bit for bit, the rest does not
come in, and nothing is ever half stored.

Each door stores for facilities of its own. Files that would be in conflict with each other (several
encodings of one object) go to different ones: `tests.corpus.rounds`.
"""

import warnings
from dataclasses import dataclass, field
from pathlib import Path

import pydicom
import pytest
import requests

from tests.corpus import REFUSED, TRUNCATED, CorpusFile, corpus_files, digest, rounds
from tests.corpus_doors import (
    NOT_BY_DICOMWEB_CLIENT,
    NOT_BY_STORESCU,
    STORESCU_OPTIONS,
    Contents,
    contents,
    parts_of,
    raw_store,
    register_peers,
    send_by_storescu,
    send_by_stow,
    send_raw,
    stow_bodies,
    upload,
    upload_zip,
)
from tests.live import LiveServer, start_server

pytestmark = [pytest.mark.corpus, pytest.mark.slow]

DOORS = ("DIMSE", "STOW", "UPLOAD")


@dataclass
class Site:
    """A server with everything sent to it, and what it answered."""

    server: LiveServer
    token: str
    facilities: dict[str, int]
    rounds: list[list[CorpusFile]]
    malformed: list[CorpusFile]
    folder: Path
    statuses: dict[str, int] = field(default_factory=dict)  # C-STORE, by name
    stowed: dict[str, str] = field(default_factory=dict)  # digests of what was sent, by name
    lines: dict[str, dict[str, str]] = field(default_factory=dict)  # upload, by name
    stow_answers: dict[str, requests.Response] = field(default_factory=dict)
    contents: Contents | None = None

    def facility(self, door: str, number: int | str) -> int:
        return self.facilities[f"{door} {number}"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Send the corpus through every door, then look at the archive once."""
    files = corpus_files()
    valid = rounds(file for file in files if file.is_valid)
    malformed = [file for file in files if not file.is_valid]
    names = [f"{door} {n}" for door in DOORS for n in (*range(len(valid)), "malformed")]
    with start_server(tmp_path_factory.mktemp("data"), dicom=True) as server:
        people = server.populate(facilities=names, users={"ann": ("ADMIN", None)})
        titles = {f"R_{n}": f"DIMSE {n}" for n in (*range(len(valid)), "malformed")}
        register_peers(server, titles)
        folder = tmp_path_factory.mktemp("corpus")
        filled = Site(
            server, people.users["ann"].token, people.facilities, valid, malformed, folder
        )
        for number in range(len(valid)):
            _send_round(filled, number)
        _send_malformed(filled)
        filled.contents = contents(server)
        yield filled


def _send_round(site: Site, number: int) -> None:
    files = site.rounds[number]
    send_by_storescu(site.server, f"R_{number}", filter(_takes_storescu, files))
    if rest := [raw_store(file) for file in files if not _takes_storescu(file)]:
        site.statuses |= send_raw(site.server, f"R_{number}", rest)

    facility = site.facility("STOW", number)
    written = [file for file in files if file.name not in NOT_BY_DICOMWEB_CLIENT]
    site.stowed |= send_by_stow(site.server, site.token, facility, written)
    if unwritten := [file for file in files if file.name in NOT_BY_DICOMWEB_CLIENT]:
        bodies = [file.read() for file in unwritten]
        answer = stow_bodies(site.server, site.token, facility, bodies)
        assert answer.status_code == 200, answer.text
        site.stowed |= {file.name: file.sha256 for file in unwritten}

    facility = site.facility("UPLOAD", number)
    site.lines |= upload_zip(site.server, site.token, facility, files, site.folder)


def _send_malformed(site: Site) -> None:
    stores = [raw_store(file) for file in site.malformed]
    # A C-STORE without a data set is another matter (tests of dimse).
    site.statuses |= send_raw(site.server, "R_malformed", [one for one in stores if one.data_set])
    for file in site.malformed:
        data = file.read()
        site.stow_answers[file.name] = stow_bodies(
            site.server, site.token, site.facility("STOW", "malformed"), [data]
        )
        site.lines |= upload(
            site.server, site.token, site.facility("UPLOAD", "malformed"), file.name, data
        )


def _takes_storescu(file: CorpusFile) -> bool:
    return file.transfer_syntax_uid in STORESCU_OPTIONS and file.name not in NOT_BY_STORESCU


def test_rows_files_and_counts_agree(site):
    site.contents.assert_sound()


def test_c_store_keeps_every_valid_file(site):
    for number, files in enumerate(site.rounds):
        stored = site.contents.of(site.facility("DIMSE", number))
        assert set(stored) == {file.identity.sop_instance_uid for file in files}
        for file in files:
            one = stored[file.identity.sop_instance_uid]
            if digest(raw_store(file).data_set) != one.data_set:
                assert _takes_storescu(file), f"{file.name} was sent byte for byte"
                assert _differences(file.path, Path(one.path)) == [], file.name


def _differences(sent: Path, stored: Path) -> list[str]:
    """Return the tags whose values differ: storescu lays a data set out in its own way.

    It counts group lengths anew, gives sequences a length, and pads to an even length.
    """
    with warnings.catch_warnings(action="ignore"):
        one, other = (_elements(pydicom.dcmread(path, force=True)) for path in (sent, stored))
    return [str(tag) for tag in sorted(one | other) if one.get(tag) != other.get(tag)]


def _elements(ds: pydicom.Dataset) -> dict:
    left_out = {0xFFFCFFFC}  # Data Set Trailing Padding
    found = {}
    for element in ds:
        if element.tag.element == 0 or element.tag in left_out:
            continue
        value = element.value
        if element.VR == "SQ":
            value = [_elements(item) for item in value]
        found[element.tag] = value.rstrip(b"\0") if isinstance(value, bytes) else value
    return found


def test_stow_keeps_every_valid_file(site):
    for number, files in enumerate(site.rounds):
        stored = site.contents.of(site.facility("STOW", number))
        assert {uid: one.sha256 for uid, one in stored.items()} == {
            file.identity.sop_instance_uid: site.stowed[file.name] for file in files
        }


def test_upload_of_a_zip_keeps_every_valid_file(site):
    for number, files in enumerate(site.rounds):
        assert {site.lines[file.name]["result"] for file in files} == {"stored"}
        stored = site.contents.of(site.facility("UPLOAD", number))
        assert {uid: one.sha256 for uid, one in stored.items()} == {
            file.identity.sop_instance_uid: file.sha256 for file in files
        }


def test_wado_gives_every_uploaded_file_back(site):
    http = site.server.session(site.token)
    accept = 'multipart/related; type="application/dicom"; transfer-syntax=*'
    for number, files in enumerate(site.rounds):
        facility = site.facility("UPLOAD", number)
        expected: dict[str, set[str]] = {}
        for file in files:
            expected.setdefault(file.identity.study_instance_uid, set()).add(file.sha256)
        for study, digests in expected.items():
            answer = http.get(
                f"{site.server.url}/dicom-web/studies/{study}?facility={facility}",
                headers={"Accept": accept},
            )
            assert answer.status_code == 200, study
            assert {digest(content) for _, content in parts_of(answer)} == digests, study


# C-STORE statuses: cannot understand, identity missing, SOP Instance UID invalid.
_REFUSALS = {0xC000, 0xC001, 0x0117}
_KEPT_ASIDE = 0xC003


def test_c_store_says_which_malformed_file_is_refused_and_which_is_kept_aside(site):
    for file in site.malformed:
        if status := site.statuses.get(file.name):
            expected = {_KEPT_ASIDE} if file.name in TRUNCATED else _REFUSALS
            assert status in expected, (file.name, hex(status))
    unsent = {file.name for file in site.malformed} - set(site.statuses)
    assert unsent <= {
        "synthetic/malformed/empty.dcm",
        "synthetic/malformed/only_preamble.dcm",
        "synthetic/malformed/truncated_header.dcm",
    }
    _assert_only_truncated_kept(site, "DIMSE")


def test_stow_gives_the_reason_for_each_malformed_file(site):
    for file in site.malformed:
        answer = site.stow_answers[file.name]
        assert answer.status_code == 409, file.name
        failed = answer.json().get("00081198", answer.json().get("0008119A"))["Value"]
        code = failed[0]["00081197"]["Value"][0]
        assert code == _stow_reason(file), (file.name, hex(code))
    _assert_only_truncated_kept(site, "STOW")


def _stow_reason(file: CorpusFile) -> int:
    if file.name in TRUNCATED:
        return 0xC003
    return 0xC001 if REFUSED[file.name].startswith(("missing-", "invalid-")) else 0xC000


def test_upload_says_of_each_malformed_file_what_is_wrong(site):
    for file in site.malformed:
        line = site.lines[file.name]
        assert line["result"] == _upload_result(file), line
        assert line["message"], file.name
    _assert_only_truncated_kept(site, "UPLOAD")


def _upload_result(file: CorpusFile) -> str:
    if file.name in TRUNCATED:
        return "quarantined"
    return "skipped" if REFUSED[file.name] in {"not-dicom", "dicomdir", "empty"} else "refused"


def _assert_only_truncated_kept(site: Site, door: str) -> None:
    facility = site.facility(door, "malformed")
    assert site.contents.of(facility) == {}
    aside = site.contents.of(facility, "quarantined").values()
    truncated = [file for file in site.malformed if file.name in TRUNCATED]
    assert {one.data_set: one.reason for one in aside} == {
        digest(raw_store(file).data_set): "truncated" for file in truncated
    }


def test_all_encodings_of_one_object_in_one_facility_are_kept_apart(site):
    """The second content of a SOP Instance UID goes to quarantine; the first stays as it was."""
    same = [file for files in site.rounds for file in files if _is_small_mr(file)]
    facility = site.server.populate(facilities=["conflicts"]).facilities["conflicts"]
    lines = upload_zip(site.server, site.token, facility, same, site.folder)
    assert [line["result"] for line in lines.values()] == [
        "stored",
        *["quarantined"] * (len(same) - 1),
    ]
    kept = contents(site.server)
    kept.assert_sound()
    everything = {one.sha256 for one in kept.kept if one.facility == facility}
    assert everything == {file.sha256 for file in same} and len(same) > 3
    first = kept.of(facility)[same[0].identity.sop_instance_uid]
    assert first.sha256 == same[0].sha256


def _is_small_mr(file: CorpusFile) -> bool:
    return file.identity.sop_instance_uid == "1.3.6.1.4.1.5962.1.1.4.1.1.20040826185059.5457"
