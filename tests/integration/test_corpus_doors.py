"""The whole corpus through the three doors: what is valid comes back bit for bit, the rest does not
come in, and nothing is ever half stored.
"""

import warnings
from pathlib import Path

import pydicom
import pytest

from tests.conformance.corpus_table import measure
from tests.conformance.statement import STATEMENT, block_of
from tests.corpus import REFUSED, TRUNCATED, CorpusFile, digest
from tests.corpus_doors import contents, parts_of, raw_store, upload_zip
from tests.corpus_site import Site, filled_site, takes_storescu

pytestmark = [pytest.mark.corpus, pytest.mark.slow]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with filled_site(tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("zip")) as filled:
        yield filled


def test_rows_files_and_counts_agree(site):
    site.contents.assert_sound()


def test_c_store_keeps_every_valid_file(site):
    for number, files in enumerate(site.rounds):
        stored = site.contents.of(site.facility("DIMSE", number))
        assert set(stored) == {file.identity.sop_instance_uid for file in files}
        for file in files:
            one = stored[file.identity.sop_instance_uid]
            if digest(raw_store(file).data_set) != one.data_set:
                assert takes_storescu(file), f"{file.name} was sent byte for byte"
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


def test_the_conformance_statement_tells_what_this_run_gives(site):
    """If it differs: ``python -m tests.conformance``, and look at what has changed."""
    assert block_of(STATEMENT.read_text(), "corpus") == measure(site)
