"""Requests that arrive at the same moment, at a server with a real database."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.factories.reading import content_of
from tests.live import start_server

STUDIES = 6
_MAKE_STUDIES = """
import json, sys
import django
django.setup()
from tests.factories.listing import make_study
from worklist.models import Facility
north = Facility.objects.get(name="North")
print(json.dumps([make_study(north).study_instance_uid for _ in range(int(sys.argv[1]))]))
"""
_LOOK = """
import json, sys
import django
django.setup()
from reports.models import Assignment, DraftSave, ReportExport, ReportVersion
from reports.writing.verification import verify_chains
outcome = verify_chains()
print(json.dumps({
    "versions": ReportVersion.objects.count(),
    "exports": ReportExport.objects.count(),
    "broken": outcome.broken,
    "texts": [str(one) for one in DraftSave.objects.values_list("content", flat=True)],
    "assignments": Assignment.objects.count(),
}))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with start_server(tmp_path_factory.mktemp("at-once")) as server:
        yield server


@pytest.fixture(scope="module")
def readers(server):
    users = {name: ("RADIOLOGIST", None) for name in ("rita", "omar")}
    return server.populate(facilities=["North"], users=users).users


@pytest.fixture(scope="module")
def studies(server, readers):
    return json.loads(server.python(_MAKE_STUDIES, str(STUDIES)).splitlines()[-1])


def at_once(requests):
    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(lambda send: send(), requests))


def test_readers_at_once(server, readers, studies):
    rita, omar = (server.session(readers[name].token) for name in ("rita", "omar"))
    base = f"{server.url}/api/reports/"

    def send(session, path, method="POST", **body):
        return lambda: session.request(method, base + path, json=body)

    claims = at_once([send(who, "claim-next/") for who in (rita, omar)])
    claimed = [answer.json()["study_instance_uid"] for answer in claims]
    assert len(set(claimed)) == 2

    uid = studies[-1]
    takings = at_once(
        [send(who, f"{uid}/lease/", holder=f"w{n}") for n, who in enumerate((rita, omar) * 2)]
    )
    assert sorted(one.status_code for one in takings) == [200, 409, 409, 409]
    winner = next(n for n, one in enumerate(takings) if one.status_code == 200)
    session, name = (rita, "rita") if winner % 2 == 0 else (omar, "omar")
    hold = {"holder": f"w{winner}", "token": takings[winner].json()["token"]}
    begun = send(session, f"{uid}/start/", kind="report", **hold)().json()

    saves = at_once(
        [
            send(
                session,
                f"{uid}/draft/",
                "PUT",
                version=begun["draft_version"],
                content=content_of(findings=f"Text {number}."),
                **hold,
            )
            for number in range(4)
        ]
    )
    assert sorted(one.status_code for one in saves) == [200, 409, 409, 409]
    version = next(one.json()["version"] for one in saves if one.status_code == 200)
    signature = {"version": version, "kind": "final", "password": readers[name].password}
    signed = at_once([send(session, f"{uid}/sign/", **signature, **hold) for _ in range(4)])
    assert sorted(one.status_code for one in signed) == [201, 409, 409, 409]
    assert {one.json()["code"] for one in signed if one.status_code == 409} == {"closed"}

    found = json.loads(server.python(_LOOK).splitlines()[-1])
    assert (found["versions"], found["exports"], found["broken"]) == (1, 2, [])
    kept = " ".join(found["texts"])
    assert all(f"Text {number}." in kept for number in range(4))
    assert found["assignments"] == 3  # two were claimed, one was begun
