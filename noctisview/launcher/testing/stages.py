"""What `noctis test` runs, stage by stage."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from noctisview.launcher.frontend import Node
from noctisview.launcher.installation import Installation

# A test that hangs is stopped with the stage; its stack is printed before (pytest's faulthandler).
STAGE_TIMEOUT_S = 1500
HANG_S = 240
# The full number is for SQLite, whose crash safety is in our process; PostgreSQL has its own.
_KILL_ROUNDS_AGAIN = "12"


@dataclass(frozen=True)
class Context:
    """Where a run of the tests works.

    Attributes
    ----------
    work : Path
        Temporary folder of this run: data directories, coverage data, results.
    node : Node or None
        None when no chosen stage needs it.
    """

    installation: Installation
    work: Path
    node: Node | None
    environment: Mapping[str, str]
    database_url: str = ""


@dataclass(frozen=True)
class Command:
    """One program of a stage."""

    argv: list[str]
    cwd: Path
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Stage:
    """A named group of checks, and what it needs beside Python.

    Attributes
    ----------
    programs : tuple of str
        Programs, libraries and fonts that must be on the machine (system_packages.PACKAGES).
    """

    name: str
    commands: Callable[["Context"], list[Command]]
    programs: tuple[str, ...] = ()
    needs_node: bool = False
    needs_bundle: bool = False
    needs_postgresql: bool = False


def _python(context: Context, *words: str, **variables: str) -> Command:
    argv = [str(context.installation.python), "-m", *words]
    return Command(argv, context.installation.root, {**context.environment, **variables})


def _lint(context: Context) -> list[Command]:
    script = Path(context.installation.python).with_name("lint-imports")
    imports = Command([str(script)], context.installation.root, context.environment)
    return [
        _python(context, "ruff", "check", "."),
        _python(context, "ruff", "format", "--check", "."),
        imports,
    ]


def _types(context: Context) -> list[Command]:
    return [_python(context, "mypy", NOCTIS_DATA_DIR=str(context.work / "types"))]


def _frontend(context: Context) -> list[Command]:
    if context.node is None:
        return []
    environment = {**context.environment, **context.node.environment()}
    return [
        Command([*context.node.npm, "run", script], context.installation.frontend, environment)
        for script in ("lint", "depcruise", "typecheck", "test", "build")
    ]


def _pytest(name: str, *paths: str, processes: int = 2) -> Callable[[Context], list[Command]]:
    """Return what runs pytest on `paths` with a data directory and coverage data of its own."""

    def commands(context: Context) -> list[Command]:
        words = ["pytest", *paths, "-p", "noctisview.launcher.testing.skip_policy"]
        spread = ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder"]
        words += spread if processes > 1 else []
        words += ["--cov", "--cov-report=", f"--junitxml={context.work / name}.xml"]
        words += ["-o", f"faulthandler_timeout={HANG_S}", "-q"]
        # The same examples each time; pytest by itself looks for new ones.
        words += ["--hypothesis-seed=2026"]
        variables = {
            "NOCTIS_DATA_DIR": str(context.work / name),
            "COVERAGE_FILE": str(context.work / f".coverage.{name}"),
        }
        if name == "postgresql":
            variables["NOCTIS_DATABASE_URL"] = context.database_url
            variables["NOCTIS_TEST_DATABASE_URL"] = context.database_url
            variables["NOCTIS_KILL_ROUNDS"] = _KILL_ROUNDS_AGAIN
            words += ["-m", "not once"]
        return [_python(context, *words, **variables)]

    return commands


def _coverage(context: Context) -> list[Command]:
    variables = {"COVERAGE_FILE": str(context.work / ".coverage")}
    return [
        _python(context, "coverage", "combine", "--quiet", **variables),
        _python(context, "coverage", "report", "--skip-covered", "--skip-empty", **variables),
    ]


_SERVERS = (
    "storescu",
    "redis-server",
    "nginx",
    "Orthanc",
    "clamd",
    "restic",
    "fail2ban-client",
    "supervisord",
    "openssl",
)
# What PDFs are made with and looked at with.
_PRINTING = (
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "NotoSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "pdftoppm",
)

STAGES = (
    Stage("lint", _lint),
    Stage("types", _types),
    Stage("frontend", _frontend, needs_node=True),
    Stage(
        "unit",
        _pytest("unit", "tests/unit", "tests/guards"),
        # dcmtk reads what was archived.
        programs=("storescu", *_PRINTING),
        needs_bundle=True,
    ),
    Stage(
        "sqlite",
        _pytest("sqlite", "tests/integration", "tests/hardening"),
        programs=(*_SERVERS, *_PRINTING),
        needs_bundle=True,
    ),
    Stage(
        "postgresql",
        _pytest("postgresql", "tests/integration", "tests/hardening"),
        programs=(*_SERVERS, *_PRINTING, "initdb"),
        needs_bundle=True,
        needs_postgresql=True,
    ),
    Stage(
        "browser",
        _pytest("browser", "tests/e2e", processes=1),
        programs=("chromium", "storescu", *_PRINTING),
        needs_bundle=True,
    ),
    Stage("coverage", _coverage),
)
