"""The door: fixed, replayed and stolen sessions, guessed passwords, forged hosts and forms."""

import re
from collections.abc import Iterator

import pytest
import requests

from tests.live import LiveServer, LiveUser, People, start_server

pytestmark = pytest.mark.once

_SET = """
import json, sys
import django
django.setup()
from worklist.models import CustomUser
values = json.loads(sys.argv[2])
assert CustomUser.objects.filter(username=sys.argv[1]).update(**values) == 1
"""
_PEOPLE = {
    "ada": ("ADMIN", None),
    "rita": ("RADIOLOGIST", None),
    "gone": ("RADIOLOGIST", None),
    "once": ("ADMIN", None),
    "tom": ("TECHNICIAN", "North"),
    "guessed": ("RADIOLOGIST", None),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with start_server(tmp_path_factory.mktemp("noctis")) as server:
        yield server


@pytest.fixture(scope="module")
def people(server: LiveServer) -> People:
    return server.populate(facilities=["North"], users=_PEOPLE)


def _get(server: LiveServer, session: requests.Session, path: str) -> requests.Response:
    return session.get(f"{server.url}{path}", allow_redirects=False)


def _is_in(server: LiveServer, session: requests.Session) -> bool:
    answer = _get(server, session, "/worklist/")
    assert answer.status_code in {200, 302}, answer.status_code
    if answer.status_code == 302:
        assert answer.headers["Location"].startswith("/accounts/login/")
    return answer.status_code == 200


def _copy(session: requests.Session) -> requests.Session:
    """Return a session with the same cookies, as a thief has them."""
    thief = requests.Session()
    thief.cookies.update(session.cookies)
    return thief


def _try(server: LiveServer, name: str, password: str) -> requests.Response:
    """Fill in the sign-in page once, as somebody who has never been here."""
    session = requests.Session()
    login = f"{server.url}/accounts/login/"
    session.get(login)
    form = {
        "login": name,
        "password": password,
        "csrfmiddlewaretoken": session.cookies["csrftoken"],
    }
    return session.post(login, data=form, allow_redirects=False)


def _form_token(session: requests.Session, server: LiveServer) -> dict[str, str]:
    session.get(f"{server.url}/worklist/")
    return {"csrfmiddlewaretoken": session.cookies["csrftoken"]}


def test_a_session_that_somebody_prepared_is_not_signed_in(server, people):
    prepared = "a" * 32
    victim = requests.Session()
    victim.cookies.set("sessionid", prepared, domain="127.0.0.1")
    login = f"{server.url}/accounts/login/"
    victim.get(login)
    user: LiveUser = people.users["rita"]
    form = {
        "login": user.username,
        "password": user.password,
        "csrfmiddlewaretoken": victim.cookies["csrftoken"],
    }
    assert victim.post(login, data=form, allow_redirects=False).status_code == 302
    names = [cookie.value for cookie in victim.cookies if cookie.name == "sessionid"]
    assert any(value != prepared for value in names)
    attacker = requests.Session()
    attacker.cookies.set("sessionid", prepared, domain="127.0.0.1")
    assert not _is_in(server, attacker)


def test_a_session_ends_for_everybody_who_holds_it(server, people):
    session = server.sign_in(people.users["rita"])
    thief = _copy(session)
    assert _is_in(server, thief)
    # Without the form's token it does not end: nobody signs others out.
    assert session.post(f"{server.url}/accounts/logout/").status_code == 403
    assert _is_in(server, thief)
    token = _form_token(session, server)
    assert session.post(f"{server.url}/accounts/logout/", data=token).status_code == 200
    assert not _is_in(server, thief)


def test_a_disabled_account_is_out_at_once(server, people):
    user = people.users["gone"]
    session, api = server.sign_in(user), server.session(user.token)
    assert _is_in(server, session)
    assert _get(server, api, "/dicom-web/studies").status_code in {200, 204}
    server.python(_SET, "gone", '{"is_active": false}')
    assert not _is_in(server, session)
    assert _get(server, api, "/dicom-web/studies").status_code == 401
    # Its right password is answered like a wrong one.
    assert _try(server, "gone", user.password).status_code == 200


def test_a_role_that_was_taken_away_is_gone_at_once(server, people):
    session = server.sign_in(people.users["once"])
    assert _get(server, session, "/admin/").status_code == 200
    server.python(_SET, "once", '{"role": "FACILITY"}')
    answer = _get(server, session, "/admin/")
    assert answer.status_code in {302, 403, 404}
    if answer.status_code == 302:
        assert "login" in answer.headers["Location"]


def test_a_form_without_its_token_does_nothing(server, people):
    user = people.users["tom"]
    form = {"login": user.username, "password": user.password}
    answer = requests.post(f"{server.url}/accounts/login/", data=form, allow_redirects=False)
    assert answer.status_code == 403
    assert "sessionid" not in answer.cookies


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil"])
def test_a_forged_host_is_refused(server, host):
    answer = requests.get(f"{server.url}/accounts/login/", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/media/",
        "/media/secret",
        "/media/..%2fnoctis.sqlite3",
        "/media/%2e%2e/secret_key",
        "/media../secret_key",
        "/static/..%2f..%2fsecret_key",
    ],
)
def test_no_file_is_had_by_its_address(server, people, path):
    headers = {"X-Accel-Redirect": "/internal/secret_key"}
    for session in (requests.Session(), server.sign_in(people.users["ada"])):
        answer = session.get(f"{server.url}{path}", headers=headers, allow_redirects=False)
        assert answer.status_code in {302, 404}, answer.status_code
        assert "X-Accel-Redirect" not in answer.headers
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/accounts/login/")


def test_pages_about_patients_are_kept_by_no_cache(server, people):
    session = server.sign_in(people.users["rita"])
    for path in ("/worklist/", "/api/studies/", "/dicom-web/studies", "/viewer/"):
        answer = _get(server, session, path)
        assert "no-store" in answer.headers["Cache-Control"], path


def _without_chance(text: str) -> str:
    """Return a page without what differs between any two of them."""
    text = re.sub(r'(name="csrfmiddlewaretoken" value=|nonce=)"[^"]*"', r"\1", text)
    return re.sub(r'hx-headers=\S+|"X-CSRFToken": "[^"]*"', "", text)


# The last one here: afterwards this address may not try again for a while.
def test_who_exists_is_not_told_and_guessing_is_stopped(server, people):
    known = _try(server, "guessed", "not-the-password-1")
    unknown = _try(server, "nobody-here", "not-the-password-1")
    assert (known.status_code, unknown.status_code) == (200, 200)
    pages = [
        _without_chance(one.text).replace(name, "NAME")
        for one, name in ((known, "guessed"), (unknown, "nobody-here"))
    ]
    assert pages[0] == pages[1]
    answers = [_try(server, "guessed", f"not-the-password-{number}") for number in range(12)]
    assert all("sessionid" not in one.cookies for one in answers)
    # Whoever guesses is stopped: by then the right password does not help either.
    assert "sessionid" not in _try(server, "guessed", people.users["guessed"].password).cookies
    lines = (server.data_dir / "logs" / "noctisview.log").read_text().splitlines()
    refused = [line for line in lines if "Invalid login attempt from 127.0.0.1" in line]
    assert len(refused) >= 14
    # A line that a ban is founded on names no account, nor what was typed.
    assert not any("guessed" in line or "nobody-here" in line for line in refused)
