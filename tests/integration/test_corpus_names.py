"""Names in every character set of the corpus: found by C-FIND and QIDO-RS, shown as they are.

The names are those of PS3.5 annexes H to K and of the corpus' own manifest.
"""

import html
import subprocess
from dataclasses import dataclass

import pytest
from pydicom.dataset import Dataset
from pydicom.valuerep import PersonName
from pynetdicom import AE

from tests.corpus import corpus_files
from tests.corpus_doors import register_peers, upload_zip
from tests.live import LiveServer, start_server

pytestmark = [pytest.mark.corpus]

FIND = "1.2.840.10008.5.1.4.1.2.2.1"
# File, the name, and with what it is looked for: parts, other cases, without accents, each group.
NAMES = {
    "files/pydicom/charset/chrArab.dcm": ("قباني^لنزار", ["قباني^لنزار", "قباني*"]),
    "files/pydicom/charset/chrFren.dcm": ("Buc^Jérôme", ["Buc^Jérôme", "buc^jerome", "BUC^J?R*"]),
    "files/pydicom/charset/chrGerm.dcm": ("Äneas^Rüdiger", ["äneas*", "Aneas^Rudiger", "*^rüd*"]),
    "files/pydicom/charset/chrGreek.dcm": ("Διονυσιος", ["Διονυσιος", "διονυσ*", "*ΙΟΣ"]),
    "files/pydicom/charset/chrH31.dcm": (
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
        ["Yamada*", "山田^太郎", "やまだ*", "yamada^tarou=山田*", "=山田^太郎", "==やまだ^たろう"],
    ),
    "files/pydicom/charset/chrH32.dcm": (
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
        ["ﾔﾏﾀﾞ^ﾀﾛｳ", "ヤマダ^タロウ", "ﾔﾏ*", "山田^太郎", "=山田*=やまだ*"],
    ),
    "files/pydicom/charset/chrHbrw.dcm": ("שרון^דבורה", ["שרון*", "שרון^דבורה"]),
    "files/pydicom/charset/chrI2.dcm": (
        "Hong^Gildong=洪^吉洞=홍^길동",
        ["hong^g*", "洪^吉洞", "홍^길동", "=洪*", "==홍*"],
    ),
    "files/pydicom/charset/chrJapMulti.dcm": ("やまだ^たろう", ["やまだ^たろう", "やまだ*"]),
    "files/pydicom/charset/chrKoreanMulti.dcm": ("김희중", ["김희중", "김*"]),
    "files/pydicom/charset/chrRuss.dcm": ("Люкceмбypг", ["Люкceмбypг", "люк*"]),
    "files/pydicom/charset/chrX1.dcm": ("Wang^XiaoDong=王^小東", ["王^小東", "wang*=王*"]),
    "files/pydicom/charset/chrX2.dcm": ("Wang^XiaoDong=王^小东", ["王^小东", "*=王^小东"]),
    "files/dicom-decoder/mr_utf8_specific_charset.dcm": ("PARIDADE^São", ["paridade^sao"]),
    "synthetic/charset/cyrillic.dcm": ("Иванов^Пётр", ["иванов^пётр", "ИВАНОВ^ПЕТР"]),
    "synthetic/charset/gb18030.dcm": ("王^小东", ["王^小东", "王*"]),
    "synthetic/charset/gbk.dcm": ("张^伟", ["张^伟", "张*"]),
    "synthetic/charset/korean2022.dcm": ("홍^길동", ["홍^길동", "홍*"]),
    "synthetic/charset/latin1.dcm": ("Müller^Jörg", ["Müller^Jörg", "muller*", "MÜLLER^J*"]),
    "synthetic/charset/thai.dcm": ("สมชาย^ใจดี", ["สมชาย^ใจดี", "สมชาย*"]),
    "synthetic/charset/utf8.dcm": (
        "Ñandú^Łukasz=山田^太郎",
        ["nandu^lukasz", "ÑANDÚ*", "=山田^太郎", "Ñandú^Łukasz=山田^太郎"],
    ),
}
CASES = [(name, key) for name, (_, keys) in NAMES.items() for key in keys]


@dataclass(frozen=True)
class Reading:
    """A server with the files, and the study of each."""

    server: LiveServer
    token: str
    studies: dict[str, str]

    def qido(self, **parameters: str) -> list[dict]:
        http = self.server.session(self.token)
        answer = http.get(f"{self.server.url}/dicom-web/studies", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    files = [file for file in corpus_files() if file.name in NAMES]
    assert len(files) == len(NAMES)
    with start_server(tmp_path_factory.mktemp("names"), dicom=True) as server:
        people = server.populate(facilities=["North"], users={"rita": ("ADMIN", None)})
        register_peers(server, {"READER": "North"})
        token = people.users["rita"].token
        folder = tmp_path_factory.mktemp("zip")
        lines = upload_zip(server, token, people.facilities["North"], files, folder)
        assert {line["result"] for line in lines.values()} == {"stored"}
        studies = {file.name: file.identity.study_instance_uid for file in files}
        yield Reading(server, token, studies)


def groups_of(name: str) -> dict[str, str]:
    keys = ("Alphabetic", "Ideographic", "Phonetic")
    return {key: group for key, group in zip(keys, name.split("="), strict=False) if group}


@pytest.mark.parametrize(("name", "key"), CASES)
def test_qido_finds_the_study_and_tells_the_name(reading, name, key):
    found = reading.qido(PatientName=key)
    mine = [one for one in found if one["0020000D"]["Value"] == [reading.studies[name]]]
    assert len(mine) == 1, [one["00100010"] for one in found]
    assert mine[0]["00100010"]["Value"] == [groups_of(NAMES[name][0])]


@pytest.mark.parametrize("name", NAMES)
def test_metadata_tells_the_name(reading, name):
    url = f"{reading.server.url}/dicom-web/studies/{reading.studies[name]}/metadata"
    (instance,) = reading.server.session(reading.token).get(url).json()
    assert instance["00100010"]["Value"] == [groups_of(NAMES[name][0])]
    assert instance["00080005"]["Value"] == ["ISO_IR 192"]


def find(server: LiveServer, key: str, character_set: str | list[str]) -> dict[str, str]:
    """Return names by Study Instance UID, asked for in a character set."""
    ae = AE("READER")
    ae.add_requested_context(FIND)
    association = ae.associate("127.0.0.1", server.dicom_port, ae_title="NOCTIS_PACS")
    assert association.is_established
    wanted = Dataset()
    wanted.SpecificCharacterSet = character_set
    wanted.QueryRetrieveLevel, wanted.StudyInstanceUID = "STUDY", ""
    wanted.PatientName = PersonName(key)
    try:
        answers = [ds for status, ds in association.send_c_find(wanted, FIND) if ds]
    finally:
        association.release()
    return {str(ds.StudyInstanceUID): str(ds.PatientName) for ds in answers}


@pytest.mark.parametrize(("name", "key"), CASES)
def test_c_find_in_utf_8(reading, name, key):
    found = find(reading.server, key, "ISO_IR 192")
    assert found.get(reading.studies[name]) == NAMES[name][0]


@pytest.mark.parametrize(
    ("name", "character_set"),
    [
        ("files/pydicom/charset/chrArab.dcm", "ISO_IR 127"),
        ("files/pydicom/charset/chrFren.dcm", "ISO_IR 100"),
        ("files/pydicom/charset/chrGreek.dcm", "ISO_IR 126"),
        ("files/pydicom/charset/chrHbrw.dcm", "ISO_IR 138"),
        ("files/pydicom/charset/chrRuss.dcm", "ISO_IR 144"),
        ("files/pydicom/charset/chrX2.dcm", "GB18030"),
        ("synthetic/charset/gbk.dcm", "GBK"),
        ("synthetic/charset/thai.dcm", "ISO_IR 166"),
        ("files/pydicom/charset/chrH31.dcm", ["", "ISO 2022 IR 87"]),
        ("files/pydicom/charset/chrH32.dcm", ["ISO 2022 IR 13", "ISO 2022 IR 87"]),
        ("files/pydicom/charset/chrI2.dcm", ["", "ISO 2022 IR 149"]),
        ("files/pydicom/charset/chrKoreanMulti.dcm", ["", "ISO 2022 IR 149"]),
    ],
)
def test_c_find_in_the_character_set_of_the_caller(reading, name, character_set):
    full = NAMES[name][0]
    assert find(reading.server, full, character_set).get(reading.studies[name]) == full


def test_findscu_prints_the_name(reading):
    command = ["findscu", "--study", "--aetitle", "READER", "--call", "NOCTIS_PACS"]
    command += ["127.0.0.1", str(reading.server.dicom_port), "-k", "QueryRetrieveLevel=STUDY"]
    command += ["-k", "SpecificCharacterSet=ISO_IR 192", "-k", "PatientName=иванов*"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert "Иванов^Пётр" in (done.stdout + done.stderr).decode()


def test_the_worklist_shows_the_names(reading):
    answer = reading.server.session(reading.token).get(f"{reading.server.url}/worklist/")
    page = html.unescape(answer.text)
    for name, _ in NAMES.values():
        family = name.split("=")[0].split("^")[0]
        assert family in page, name
