"""Health endpoints: yes or no, without signing in and without telling anything else."""

import json

import pytest
from django.test import Client

from operations import views
from operations.findings import fail, ok


@pytest.fixture
def client(facility):
    return Client()


def test_alive_asks_nobody(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_names_its_checks(client):
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "checks": {"database": "ok", "migrations": "ok", "archive": "ok"},
    }


def test_what_is_not_ready_is_said_without_details(client, monkeypatch):
    checks = (lambda: ok("database", "x"), lambda: fail("archive", "/srv/secret is full", "Free"))
    monkeypatch.setattr(views, "READINESS", checks)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {"status": "fail", "checks": {"database": "ok", "archive": "fail"}}
    assert "secret" not in json.dumps(answer.json())


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_only_reading_is_allowed(client, path):
    assert client.post(path).status_code == 405
    assert client.head(path).status_code == 200
