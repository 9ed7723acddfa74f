"""Parts of `noctis start` that need no running system."""

import argparse
import socket

import pytest

from noctisview.launcher import start
from noctisview.launcher.console import LauncherError


def options(**values: object) -> start.Options:
    given = {"host": "127.0.0.1", "port": 8000, "dicom_port": 11112, "demo": None, **values}
    return start.Options(**given)  # type: ignore[arg-type]


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    start.add_arguments(parser)
    return parser.parse_args(words)


def test_demo_is_open_unless_it_is_decided() -> None:
    assert parse().demo is None
    assert parse("--demo").demo is True
    assert parse("--no-demo").demo is False


def test_ports_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOCTIS_HTTP_PORT", "8080")
    monkeypatch.setenv("NOCTIS_DICOM_PORT", "104")
    assert (parse().port, parse().dicom_port) == (8080, 104)
    assert parse("--port", "9000").port == 9000


def test_a_machine_is_not_asked_about_demo_studies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "ask", lambda question: pytest.fail("asked"))
    assert start._wants_demo(options(), is_new=True) is False
    assert start._wants_demo(options(demo=True), is_new=False) is True
    assert start._wants_demo(options(demo=False), is_new=True) is False


def test_web_and_dicom_need_two_ports() -> None:
    with pytest.raises(LauncherError, match="cannot both listen on port 8000"):
        start._check_ports(options(dicom_port=8000))


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("127.0.0.1", []),
        ("::1", []),
        ("192.0.2.7", ["192.0.2.7"]),
        ("2001:db8::7", ["[2001:db8::7]"]),
        ("pacs.example", ["pacs.example"]),
    ],
)
def test_names_that_a_server_answers_to(host: str, names: list[str]) -> None:
    assert start.names_of(host) == ["localhost", "127.0.0.1", "[::1]", *names]


def test_a_server_on_every_address_answers_to_the_names_of_the_machine() -> None:
    assert socket.gethostname() in start.names_of("0.0.0.0")
    assert "*" not in start.names_of("0.0.0.0")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("pacs.example", "http://pacs.example:8000"),
    ],
)
def test_the_address_that_is_printed_can_be_opened(host: str, address: str) -> None:
    assert start.web_address(options(host=host)) == address


def test_dicom_listens_where_the_web_does_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NOCTIS_DICOM_HOST", raising=False)
    assert start.dicom_host(options(host="192.0.2.7")) == "192.0.2.7"
    monkeypatch.setenv("NOCTIS_DICOM_HOST", "0.0.0.0")
    assert start.dicom_host(options(host="192.0.2.7")) == "0.0.0.0"


def test_nothing_answers_where_nothing_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        assert not start.answers_http("127.0.0.1", port)
        assert not start.accepts_connections("127.0.0.1", port)
        free.listen()
        assert start.accepts_connections("127.0.0.1", port)


def test_passwords_are_said_once_and_silence_without_any(
    capsys: pytest.CaptureFixture[str],
) -> None:
    start._say_secrets({"password": None}, {})
    assert capsys.readouterr().out == ""
    start._say_secrets({"password": "abc"}, {"passwords": {"radiologist": "def"}})
    said = capsys.readouterr().out.splitlines()
    assert said[2:] == ["  admin        abc", "  radiologist  def"]
