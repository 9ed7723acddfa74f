"""What the service needs at every moment: the database, its tables, a place to write."""

import tempfile

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from archive.errors import ArchiveError
from archive.spool import check_free_space
from operations.findings import Finding, fail, ok


def check_database() -> Finding:
    """Ask the database for one row."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        first_line = next(iter(str(error).splitlines()), type(error).__name__)
        return fail("database", first_line, "Look at NOCTIS_DATABASE_URL")
    return ok("database", f"{connection.vendor} answers")


def check_migrations() -> Finding:
    """Compare the migrations that the database has with those of the code."""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return fail("migrations", "not known without a database", "Mend the database first")
    if plan:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in plan[:3])
        return fail(
            "migrations", f"{len(plan)} are missing ({names})", "Run: noctis manage migrate"
        )
    return ok("migrations", "all applied")


def check_archive() -> Finding:
    """Write where objects arrive, and look at the space that is left."""
    try:
        settings.SPOOL_DIR.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.SPOOL_DIR) as stream:
            stream.write(b"\0")
        check_free_space()
    except OSError as error:
        return fail(
            "archive",
            f"{settings.SPOOL_DIR} cannot be written ({error.strerror})",
            "Give the account of the service the right to write there",
        )
    except ArchiveError as error:
        return fail("archive", str(error), "Free some space on the archive's disk")
    return ok("archive", f"{settings.ARCHIVE_ROOT} can be written")


READINESS = (check_database, check_migrations, check_archive)
