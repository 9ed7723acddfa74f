"""`noctis start`: from a bare checkout to a running system, and down again."""

import argparse
import http.client
import ipaddress
import json
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from typing import Any

from noctisview.launcher import checks, database, frontend, packages
from noctisview.launcher.console import LauncherError, Step, ask, say
from noctisview.launcher.installation import Installation, find_installation
from noctisview.launcher.process import pipe
from noctisview.launcher.single import only_start_on
from noctisview.launcher.supervisor import Service, Supervisor

# Set by the services' own shutdown: a web request or a DICOM association may take this long.
WEB_DRAIN_S = 10


@dataclass(frozen=True)
class Options:
    """What `noctis start` was asked for; `demo` is None when it was left open."""

    host: str
    port: int
    dicom_port: int
    demo: bool | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `start`."""
    parser.add_argument("--data", metavar="DIR", help="where database, archive and logs lie")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    port = int(os.environ.get("NOCTIS_HTTP_PORT", "8000"))
    parser.add_argument("--port", type=int, default=port, help="web port (%(default)s)")
    dicom = int(os.environ.get("NOCTIS_DICOM_PORT", "11112"))
    parser.add_argument("--dicom-port", type=int, default=dicom, help="DICOM port (%(default)s)")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--demo", action="store_true", default=None, help="load demo studies")
    choice.add_argument("--no-demo", dest="demo", action="store_false", help="do not offer them")


def run(checkout: str | None, arguments: argparse.Namespace) -> int:
    """Install what is missing, start everything, and stay until told to stop.

    Returns
    -------
    int
        Exit code: 0 after a clean stop, 1 when a service had to be killed.
    """
    began = time.monotonic()
    installation = find_installation(checkout, arguments.data)
    options = Options(arguments.host, arguments.port, arguments.dicom_port, arguments.demo)
    is_new = not installation.setup_log.exists()
    packages_missing = installation.is_checkout and not packages.is_installed(
        installation, packages.RUNTIME_LOCK
    )
    if installation.is_checkout:
        packages.check_can_make_environment(installation)
    checks.check_data_dir(installation.data_dir)
    with only_start_on(installation.data_dir, web_address(options)):
        _check_ports(options)
        checks.check_disk(installation.data_dir, is_first=is_new)
        if packages_missing:
            checks.check_disk(installation.root, is_first=True)
        wants_demo = _wants_demo(options, is_new=is_new)
        say(f"NOCTIS from {installation.root}, data in {installation.data_dir}")
        if installation.is_checkout:
            packages.install(installation, packages.RUNTIME_LOCK, "Python packages")
            frontend.build(installation)
        frontend.check_bundle(installation.bundle)
        return _keep_running(installation, options, wants_demo, began)


def _check_ports(options: Options) -> None:
    if options.port == options.dicom_port:
        raise LauncherError(
            f"web and DICOM cannot both listen on port {options.port}",
            "Give another with --port or --dicom-port",
        )
    checks.check_port(options.host, options.port, "--port")
    checks.check_port(dicom_host(options), options.dicom_port, "--dicom-port")


def _wants_demo(options: Options, *, is_new: bool) -> bool:
    """Return whether to load demo studies; asked before the long part, and only of a person."""
    if options.demo is not None:
        return options.demo
    if not is_new or not sys.stdin.isatty() or not sys.stdout.isatty():
        return False
    return ask("Load demo studies (synthetic, no patient's data)?")


def _keep_running(
    installation: Installation, options: Options, wants_demo: bool, began: float
) -> int:
    """Migrate, load the demo, start the services and keep them running."""
    environment = _environment(installation, options)
    prepared = _prepare(installation, environment)
    supervisor = Supervisor(_services(installation, options, environment), environment)
    demo: dict[str, Any] = {}
    try:
        with supervisor.signals():
            if wants_demo:
                demo = _ask_product(installation, environment, "Demo studies", "demo", "--json")
            try:
                with Step("Services"):
                    supervisor.start()
                if not supervisor.stop_requests:
                    say(_summary(installation, options, prepared, time.monotonic() - began))
                    _say_secrets(prepared, demo)
                    prepared = demo = {}
                supervisor.run()
            finally:
                return_code = _stop(supervisor)
    finally:
        # A password that was made is shown even when the services did not come up.
        _say_secrets(prepared, demo)
    return return_code


def _prepare(installation: Installation, environment: dict[str, str]) -> dict[str, Any]:
    """Bring the database up to date, and create the administrator, where that isn't done."""
    if known := database.known_answer(installation, environment):
        return dict(known)
    prepared = _ask_product(installation, environment, "Database", "prepare")
    database.remember(installation, environment, prepared["ae_title"])
    return prepared


def _stop(supervisor: Supervisor) -> int:
    say("Stopping: running requests and associations are finished first (Ctrl-C again to kill).")
    clean = supervisor.drain()
    say("Stopped." if clean else "Stopped, not cleanly.")
    return 0 if clean else 1


def _environment(installation: Installation, options: Options) -> dict[str, str]:
    environment = installation.environment()
    environment["NOCTIS_HTTP_PORT"] = str(options.port)
    environment["NOCTIS_DICOM_PORT"] = str(options.dicom_port)
    environment["NOCTIS_DICOM_HOST"] = dicom_host(options)
    environment["NOCTIS_LEAN"] = "1"
    environment.setdefault("NOCTIS_ALLOWED_HOSTS", ",".join(names_of(options.host)))
    return environment


def dicom_host(options: Options) -> str:
    """Return the address of the DICOM port: the web's, unless NOCTIS_DICOM_HOST says another."""
    return os.environ.get("NOCTIS_DICOM_HOST") or options.host


def names_of(host: str) -> list[str]:
    """Return the names under which a server listening on `host` is asked for in a Host header."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return [*names, host]
    if address.is_loopback:
        return names
    if not address.is_unspecified:
        return [*names, f"[{host}]" if address.version == 6 else host]
    return [*names, socket.gethostname(), socket.getfqdn(), *_own_addresses()]


def _own_addresses() -> list[str]:
    try:
        found = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except OSError:
        return []
    return sorted({str(entry[4][0]) for entry in found})


def web_address(options: Options) -> str:
    """Return the address at which a browser on this machine finds the web service."""
    return f"http://{_url_host(_local(options.host))}:{options.port}"


def _local(host: str) -> str:
    """Return where a service listening on `host` is reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def _url_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _ask_product(
    installation: Installation, environment: dict[str, str], title: str, *words: str
) -> dict[str, Any]:
    """Run a verb that needs Django in the product's interpreter and return its JSON answer.

    The answer can hold a password, so it comes through a pipe and is written nowhere.
    """
    with Step(title) as step:
        output = pipe(
            [installation.python, "-m", "noctisview", *words],
            env=environment,
            log=installation.setup_log,
            note=step.note,
        )
    answer = json.loads(output.splitlines()[-1])
    return answer if isinstance(answer, dict) else {}


def _services(
    installation: Installation, options: Options, environment: dict[str, str]
) -> list[Service]:
    python = str(installation.python)
    web = [python, "-m", "uvicorn", "noctisview.asgi:application", "--host", options.host]
    web += ["--port", str(options.port), "--no-access-log", "--lifespan", "off"]
    # The application itself reads forwarding headers, and only from proxies it was told of.
    web += ["--no-proxy-headers", "--no-server-header"]
    web += ["--timeout-graceful-shutdown", str(WEB_DRAIN_S)]
    manage = [python, "-m", "django"]
    logs = installation.logs
    host, port = _local(options.host), options.port
    dicom = (_local(dicom_host(options)), options.dicom_port)
    return [
        Service("web", web, logs / "web.log", lambda: answers_http(host, port)),
        Service(
            "DICOM",
            [*manage, "start_dicom_service"],
            logs / "dicom.log",
            lambda: accepts_connections(*dicom),
        ),
        # huey: TERM interrupts a running task, INT lets it finish.
        # Nobody waits for it: it starts when the others answer and need the processors no more.
        Service(
            "task",
            [*manage, "run_huey"],
            logs / "worker.log",
            stop_signal=signal.SIGINT,
            is_last=True,
        ),
    ]


def answers_http(host: str, port: int) -> bool:
    """Return whether the web service says that it lives."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def accepts_connections(host: str, port: int) -> bool:
    """Return whether something listens there."""
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False


def _summary(
    installation: Installation, options: Options, prepared: dict[str, Any], elapsed_s: float
) -> str:
    web = web_address(options)
    dicom = f"{prepared['ae_title']} at {_url_host(_local(dicom_host(options)))}"
    return "\n".join(
        [
            "",
            f"NOCTIS is running, after {elapsed_s:.1f} s.",
            f"  Worklist  {web}/worklist/",
            f"  DICOM     {dicom}:{options.dicom_port}",
            f"  API       {web}/api/docs/   Administration {web}/admin/",
            f"  Logs      {installation.logs}",
            "Ctrl-C stops it.",
        ]
    )


def _say_secrets(prepared: dict[str, Any], demo: dict[str, Any]) -> None:
    """Show generated passwords, this once."""
    accounts = dict(demo.get("passwords") or {})
    if prepared.get("password"):
        accounts = {"admin": prepared["password"], **accounts}
    if not accounts:
        return
    say("\nPasswords, shown this once; each is changed at its first sign-in:")
    width = max(len(name) for name in accounts)
    for name, password in accounts.items():
        say(f"  {name:{width}}  {password}")
