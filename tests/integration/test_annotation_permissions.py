"""Whoever does whatever to annotations: only what their rights allow comes about."""

from typing import Any

import orjson
import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from archive.models import Instance
from tests.factories.dicom import ct_file
from tests.factories.drawing import drawing
from tests.factories.folders import archive_folders
from tests.factories.people import make_facility, make_user
from tests.factories.storing import store

__all__ = ["archive_folders"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("archive_folders"),
    pytest.mark.once,
]

_SEERS = {"admin", "rita", "omar", "north technician", "north desk"}
_DRAWERS = _SEERS - {"north desk"}
_MANAGERS = {"admin"}
_PEOPLE = (*sorted(_SEERS), "south technician", "south desk")
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(_PEOPLE),
        st.sampled_from(["draw", "change", "change of an older state", "delete"]),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=14,
)


@pytest.fixture
def image() -> Instance:
    store(make_facility("North"), ct_file())
    return Instance.objects.select_related("study", "series").get()


@pytest.fixture
def clients(image) -> dict[str, Client]:
    north, south = image.study.facility, make_facility("South")
    users = {
        "admin": make_user("ADMIN"),
        "rita": make_user("RADIOLOGIST"),
        "omar": make_user("RADIOLOGIST"),
        "north technician": make_user("TECHNICIAN", north),
        "north desk": make_user("FACILITY", north),
        "south technician": make_user("TECHNICIAN", south),
        "south desk": make_user("FACILITY", south),
    }
    clients = {name: Client() for name in users}
    for name, client in clients.items():
        client.force_login(users[name])
    return clients


class Model:
    """What stands, who made it, and at which revision: worked out from the rights alone."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def change(self, who: str, at: int, is_stale: bool, content: dict[str, Any]) -> bool:
        """Follow a change; say whether it is to come about."""
        row = self.rows[at]
        if who != row["author"] or is_stale:
            return False
        row.update(content=content, revision=row["revision"] + 1, stands=True)
        return True

    def delete(self, who: str, at: int) -> bool:
        """Follow a deletion; say whether it is to be answered as done."""
        row = self.rows[at]
        if who not in _DRAWERS or (who != row["author"] and who not in _MANAGERS):
            return False
        if row["stands"]:
            row.update(stands=False, revision=row["revision"] + 1)
        return True


def _put(client: Client, content: dict[str, Any], revision: int) -> int:
    body = orjson.dumps({"annotation": content, "revision": revision})
    address = f"/api/annotations/{content['uid']}/"
    return client.put(address, body, content_type="application/json").status_code


def _delete(client: Client, uid: str, revision: int) -> int:
    body = orjson.dumps({"revision": revision})
    return client.delete(
        f"/api/annotations/{uid}/", body, content_type="application/json"
    ).status_code


def _do(model: Model, clients: dict[str, Client], image: Instance, step: Any) -> None:
    """Do one step, and hold its answer against what the rights say."""
    who, what, which = step
    if what == "draw" or not model.rows:
        content = drawing(image)
        is_done = _put(clients[who], content, 0) == 200
        assert is_done == (who in _DRAWERS)
        if is_done:
            model.rows.append({"author": who, "content": content, "revision": 1, "stands": True})
        return
    at = which % len(model.rows)
    row = model.rows[at]
    if what == "delete":
        status = _delete(clients[who], row["content"]["uid"], row["revision"])
        assert (status == 204) == model.delete(who, at)
        return
    is_stale = what != "change"
    # Each change differs from what stood: the same again would be taken for a lost answer.
    content = {**row["content"], "label": f"{row['revision']} {who}"}
    status = _put(clients[who], content, row["revision"] + (7 if is_stale else 0))
    assert (status == 200) == model.change(who, at, is_stale, content)


@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=_STEPS)
def test_only_what_rights_allow_comes_about(image, clients, steps):
    model = Model()
    for step in steps:
        _do(model, clients, image, step)
    # What earlier examples drew stands as well, and is none of this one's.
    made = {row["content"]["uid"] for row in model.rows}
    standing = {row["content"]["uid"]: row for row in model.rows if row["stands"]}
    address = f"/api/annotations/?study={image.study.study_instance_uid}"
    for who, client in clients.items():
        answer = client.get(address)
        if who not in _SEERS:
            assert answer.status_code == 404
            continue
        seen = {one["uid"]: one for one in answer.json()["annotations"] if one["uid"] in made}
        assert seen.keys() == standing.keys()
        for uid, one in seen.items():
            assert one["revision"] == standing[uid]["revision"]
            assert one["label"] == standing[uid]["content"]["label"]
            assert one["is_mine"] == (standing[uid]["author"] == who)
