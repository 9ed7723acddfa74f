"""Every route, method, role and facility: nobody gets what is not theirs.

The routes come from the URL resolver. One that has no rule in isolation_rules.py fails here, so
that a new route is not reachable before somebody has said for whom it is.
"""

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from archive.models import Instance
from dimse.models import Peer
from notifications.models import Notice
from reports.critical.links import token_of_nonce
from reports.models import DraftSave, Macro, ReportPrint, ReportTemplate
from tests.factories.attaching import PNG, attach_bytes
from tests.factories.dicom import ct_file
from tests.factories.drawing import draw
from tests.factories.notices import make_critical
from tests.factories.people import make_facility, make_user
from tests.factories.reading import content_of, make_report, make_version
from tests.factories.storing import store
from tests.integration.isolation_rules import ACTORS, READS, SEERS, WRITES, Rule, rule_of
from worklist.services import create_token

# Only so that the database is made; the transactions are those of `house`.
pytestmark = pytest.mark.django_db

SECRETS = (
    b"Northernsecret",
    b"NORTH-ID-77",
    b"NORTH-ACC-88",
    b"North secret description",
    b"North secret finding",
)
UNKNOWN = "1.2.826.0.1.3680043.10.9999.404"
ACCEPT = "*/*"
DENIED = {302, 401, 403, 404, 405}
NAME = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:\[[^\]]*\])?[^)]*\)")


def _routes(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    for one in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _routes(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            yield route


def _plain(route: str) -> str:
    """Return the route without a format suffix and the slash that the API's router ends with."""
    route = route.replace(r"\.(?P<format>[a-z0-9]+)/?$", "").replace(
        "<drf_format_suffix:format>", ""
    )
    return re.sub(r"/\$$", "", route) if route.startswith("api/^") else route


ROUTES = sorted(set(_routes()))


class House:
    """Two facilities with a study each, and a client for every actor."""

    def __init__(self) -> None:
        north, south = make_facility("North"), make_facility("South")
        secret = {
            0x00100010: "Northernsecret^Nora",
            0x00100020: "NORTH-ID-77",
            0x00080050: "NORTH-ACC-88",
            0x00081030: "North secret description",
        }
        store(north, ct_file(patient=7, study=7, changes=secret))
        store(south, ct_file(patient=8, study=8))
        self.instance = Instance.objects.select_related("study", "series").get(facility=north)
        self.facility = north
        self.users = {
            "admin": make_user("ADMIN"),
            "radiologist": make_user("RADIOLOGIST"),
            "north desk": make_user("FACILITY", north),
            "north technician": make_user("TECHNICIAN", north),
            "south desk": make_user("FACILITY", south),
            "south technician": make_user("TECHNICIAN", south),
            "homeless desk": make_user("FACILITY"),
            "newcomer": make_user("RADIOLOGIST"),
            "inactive": make_user("RADIOLOGIST"),
        }
        self.save = self._sign_report()
        self.critical = make_critical(
            self.instance.study, self.users["radiologist"], finding="North secret finding"
        )
        self.notice = Notice.objects.create(
            user=self.users["radiologist"],
            event_id=1,
            kind="reading.stat",
            topic="reading.stat",
            facility_id=north.pk,
            payload={"study_id": self.instance.study_id},
            happened_at=timezone.now(),
        )
        self.users["newcomer"].must_change_password = True
        self.users["newcomer"].save()
        self.token = create_token(self.users["admin"], "test")[0]
        self.peer = Peer.objects.create(name="CT", ae_title="CT1", facility=north)
        self.macro = Macro.objects.filter(owner=None).order_by("pk")[0]
        self.template = ReportTemplate.objects.order_by("pk")[0]
        self.attachment = attach_bytes(
            self.instance.study, self.users["admin"], PNG, name="Northernsecret.png"
        )
        self.annotation = draw(self.instance, self.users["admin"], label="North secret finding")
        self.print = ReportPrint.objects.create(
            version=self.save.report.versions.get(), token="t" * 43
        )
        self.clients = {actor: self._client(actor) for actor in ACTORS}
        self._cookies = {
            actor: {name: morsel.value for name, morsel in client.cookies.items()}
            for actor, client in self.clients.items()
        }
        self.users["inactive"].is_active = False
        self.users["inactive"].save()

    def _sign_report(self) -> DraftSave:
        """Sign a report on North's study; return a saved state of its draft."""
        report = make_report(self.instance.study)
        content = content_of(findings="North secret finding")
        make_version(report, self.users["radiologist"], content=content)
        return DraftSave.objects.create(
            report=report, number=1, content=content, saved_by=self.users["radiologist"]
        )

    def _client(self, actor: str) -> Client:
        client = Client(raise_request_exception=False)
        if actor in self.users:
            client.force_login(self.users[actor])
        return client

    def ask(self, actor: str, method: str, path: str) -> HttpResponseBase:
        """Send a request without a body; whatever it changes is undone."""
        client = self.clients[actor]
        client.cookies = SimpleCookie(self._cookies[actor])
        with transaction.atomic():
            response = client.generic(
                method, path, HTTP_ACCEPT=ACCEPT, content_type="application/json"
            )
            transaction.set_rollback(True)
        return response

    def path(self, route: str, *, is_unknown: bool = False) -> str:
        """Return an address of the route that names North's study, or one that doesn't exist."""

        def value(match: re.Match[str]) -> str:
            return self._value(route, match[1] or match[2], is_unknown)

        path = NAME.sub(value, route).replace("^", "").replace("$", "").replace("\\.", ".")
        path = "/" + path.replace("/?", "").replace(".*", "")
        if route == "dicom-web/wado":
            instance = UNKNOWN if is_unknown else self.instance.sop_instance_uid
            path += (
                f"?requestType=WADO&contentType=application/dicom&objectUID={instance}"
                f"&studyUID={self.instance.study.study_instance_uid}"
                f"&seriesUID={self.instance.series.series_instance_uid}"
            )
        if route.startswith(("api/^annotations/$", "api/^key-images/$")):
            study = UNKNOWN if is_unknown else self.instance.study.study_instance_uid
            path += f"?study={study}"
        if route == "report/":
            study = UNKNOWN if is_unknown else self.instance.study.study_instance_uid
            path += f"?StudyInstanceUID={study}"
        return path

    def _value(self, route: str, name: str, is_unknown: bool) -> str:
        uids = {
            "study": self.instance.study.study_instance_uid,
            "uid": self.instance.study.study_instance_uid,
            "study_instance_uid": self.instance.study.study_instance_uid,
            "series": self.instance.series.series_instance_uid,
            "series_instance_uid": self.instance.series.series_instance_uid,
            "instance": self.instance.sop_instance_uid,
            "sop_instance_uid": self.instance.sop_instance_uid,
        }
        if name == "token" and route.startswith("prints/"):
            return "unknown" if is_unknown else self.print.token
        if name == "uid" and route.startswith("api/^annotations"):
            return "2.25.404" if is_unknown else self.annotation.uid
        if name in uids:
            return UNKNOWN if is_unknown else uids[name]
        if name in {"pk", "object_id"}:
            return "999999999" if is_unknown else str(self._key(route))
        if name == "key":
            return "unknown" if is_unknown else self.template.key
        if name == "token" and route.startswith("critical/"):
            return token_of_nonce(self.critical.token_nonce)
        fixed = {
            "number": "1",
            "other": "1",
            "save_id": str(self.save.pk),
            "table": "turnaround",
            "frames": "1",
            "format": "json",
            "app_label": "archive",
            "content_type_id": "1",
        }
        return fixed.get(name, "x")

    def _key(self, route: str) -> int:
        keys = {
            "critical": self.critical.pk,
            "notifications": self.notice.pk,
            "attachment": self.attachment.pk,
            "patient": self.instance.study.patient_id,
            "facilit": self.facility.pk,
            "customuser": self.users["north desk"].pk,
            "users": self.users["north desk"].pk,
            "token": self.token.pk,
            "peer": self.peer.pk,
            "study": self.instance.study_id,
            "macro": self.macro.pk,
            "reporttemplate": self.template.pk,
        }
        return next((key for word, key in keys.items() if word in route), 1)


@pytest.fixture(scope="module")
def house(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Build the house once; whatever the tests change in it is undone request by request."""
    root = tmp_path_factory.mktemp("isolation")
    folders = override_settings(
        ARCHIVE_ROOT=root,
        ARCHIVE_DIR=root / "objects",
        SPOOL_DIR=root / "spool",
        QUARANTINE_DIR=root / "quarantine",
        DATA_DIR=root,
        CACHE_DIR=root / "cache",
        ARCHIVE_MIN_FREE_BYTES=0,
    )
    block = transaction.atomic()
    block._from_testcase = True  # as Django's TestCase does, so that ingest may commit within
    with django_db_blocker.unblock(), folders, block:
        yield House()
        transaction.set_rollback(True)


def test_every_route_has_a_rule() -> None:
    unclassified = [route for route in ROUTES if rule_of(_plain(route)) is None]
    assert not unclassified, f"say in isolation_rules.py who may use {unclassified}"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route or "home")
def test_a_route_answers_those_it_is_for(route: str, house: House) -> None:
    rule = rule_of(_plain(route))
    assert rule is not None
    wrong = [
        f"{actor} {method} {house.path(route)}: {problem}"
        for actor in ACTORS
        for method in (*READS, *WRITES, "OPTIONS")
        if (problem := _problem(house, rule, route, actor, method))
    ]
    assert not wrong, "\n".join(wrong)


def _problem(house: House, rule: Rule, route: str, actor: str, method: str) -> str:
    """Return what is wrong with the answer that an actor gets; nothing when it is right."""
    response = house.ask(actor, method, house.path(route))
    status = response.status_code
    if status >= 500 and not (status == 503 and rule.needs_event_loop):
        return f"{status}"
    if leak := _leak(response, actor):
        return f"shows {leak}"
    if rule.is_public or rule.needs_event_loop or method == "OPTIONS":
        return ""
    allowed = rule.readers if method in READS else rule.writers.get(method, frozenset())
    if actor in allowed:
        # An empty request may be refused for its form, but not for who sends it.
        is_refused = status in {401, 403} and not rule.may_refuse
        return f"{status} for somebody who may" if is_refused else ""
    if status not in DENIED | ({400, 415} if _hides_by_form(rule, method) else set()):
        return f"{status} for somebody whom it is not for"
    if rule.names_study and method in READS and actor not in HELD_OR_ANONYMOUS:
        return _difference(house, route, actor, method, response)
    return ""


HELD_OR_ANONYMOUS = frozenset({"anonymous", "newcomer", "inactive"})


def _hides_by_form(rule: Rule, method: str) -> bool:
    """Say whether a write is refused for its form before anybody asks who sends it."""
    return method in WRITES and method in rule.writers


def _leak(response: HttpResponseBase, actor: str) -> str:
    """Return what of North's patient is in an answer to somebody who may not see it."""
    if actor in SEERS or getattr(response, "is_async", False):
        return ""
    body = b"".join(response) if response.streaming else response.content
    everything = body + str(response.headers).encode()
    return ", ".join(secret.decode() for secret in SECRETS if secret in everything)


def _difference(
    house: House, route: str, actor: str, method: str, response: HttpResponseBase
) -> str:
    """Return how the answer differs from that for what doesn't exist."""
    unknown = house.ask(actor, method, house.path(route, is_unknown=True))
    ours, theirs = _face(response), _face(unknown)
    return "" if ours == theirs else f"{ours} and not {theirs}"


def _face(response: HttpResponseBase) -> tuple[int, bytes, dict[str, str]]:
    headers = {
        name: value
        for name, value in response.headers.items()
        if name not in {"X-Request-ID", "Content-Security-Policy"}
    }
    body = b"" if response.streaming else response.content
    return response.status_code, body, headers


def test_seers_see_and_others_find_nothing(house: House) -> None:
    """Lists and pages show North's study to those who see it, and only to them."""
    for path in ("/worklist/", "/dicom-web/studies", "/api/studies/", "/api/patients/"):
        for actor in ACTORS:
            response = house.ask(actor, "GET", path)
            body = b"".join(response) if response.streaming else response.content
            assert (b"Northernsecret" in body) == (actor in SEERS), (path, actor)


def test_the_viewer_opens_only_what_is_visible(house: House) -> None:
    path = f"/viewer/?StudyInstanceUIDs={house.instance.study.study_instance_uid}"
    for actor in ACTORS:
        status = house.ask(actor, "GET", path).status_code
        if actor in SEERS:
            assert status in {200, 503}, actor  # 503: the front end is not built
        else:
            assert status in {302, 404}, actor
