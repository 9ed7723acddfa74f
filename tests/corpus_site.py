"""A server that has taken in the whole corpus, by each door for facilities of its own.

Files that would be in conflict with each other (several encodings of one object) go to different
facilities: `tests.corpus.rounds`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.corpus import CorpusFile, corpus_files, rounds
from tests.corpus_doors import (
    NOT_BY_DICOMWEB_CLIENT,
    NOT_BY_STORESCU,
    STORESCU_OPTIONS,
    Contents,
    contents,
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

DOORS = ("DIMSE", "STOW", "UPLOAD")


@dataclass
class Site:
    """A server with everything sent to it, and what it answered."""

    server: LiveServer
    tokens: dict[str, str]  # of ann, who sees everything, and of member<n> of UPLOAD <n>
    facilities: dict[str, int]
    rounds: list[list[CorpusFile]]
    malformed: list[CorpusFile]
    folder: Path
    statuses: dict[str, int] = field(default_factory=dict)  # C-STORE, by name
    stowed: dict[str, str] = field(default_factory=dict)  # digests of what was sent, by name
    lines: dict[str, dict[str, str]] = field(default_factory=dict)  # upload, by name
    stow_answers: dict[str, requests.Response] = field(default_factory=dict)
    contents: Contents | None = None

    @property
    def token(self) -> str:
        """Token of an administrator."""
        return self.tokens["ann"]

    def facility(self, door: str, number: int | str) -> int:
        """Return the key of a door's facility for a round, or for ``malformed``."""
        return self.facilities[f"{door} {number}"]


@contextmanager
def filled_site(data_dir: Path, folder: Path) -> Iterator[Site]:
    """Start a server, send the corpus through every door, then look at its archive once.

    Parameters
    ----------
    data_dir, folder : Path
        Empty folders: for the server, and for ZIP files.
    """
    files = corpus_files()
    valid = rounds(file for file in files if file.is_valid)
    malformed = [file for file in files if not file.is_valid]
    names = [f"{door} {n}" for door in DOORS for n in (*range(len(valid)), "malformed")]
    members = {f"member{n}": ("FACILITY", f"UPLOAD {n}") for n in range(len(valid))}
    with start_server(data_dir, dicom=True) as server:
        users = {"ann": ("ADMIN", None)} | members
        people = server.populate(facilities=names, users=users)
        titles = {f"R_{n}": f"DIMSE {n}" for n in (*range(len(valid)), "malformed")}
        register_peers(server, titles)
        tokens = {name: user.token for name, user in people.users.items()}
        filled = Site(server, tokens, people.facilities, valid, malformed, folder)
        for number in range(len(valid)):
            _send_round(filled, number)
        _send_malformed(filled)
        filled.contents = contents(server)
        yield filled


def _send_round(site: Site, number: int) -> None:
    files = site.rounds[number]
    send_by_storescu(site.server, f"R_{number}", filter(takes_storescu, files))
    if rest := [raw_store(file) for file in files if not takes_storescu(file)]:
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


def takes_storescu(file: CorpusFile) -> bool:
    """Say whether storescu can send a file."""
    return file.transfer_syntax_uid in STORESCU_OPTIONS and file.name not in NOT_BY_STORESCU
