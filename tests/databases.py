"""Databases of their own for servers that a test starts as processes."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit


@contextmanager
def fresh_database_url() -> Iterator[str]:
    """Yield a NOCTIS_DATABASE_URL of an empty database of the kind under test.

    With SQLite it is empty text: the server keeps a file in its own data folder. With PostgreSQL
    (NOCTIS_DATABASE_URL is set for the test run) a database is created beside the one named
    there, and dropped afterwards.
    """
    base = os.environ.get("NOCTIS_DATABASE_URL", "")
    if not base.startswith("postgres"):
        yield ""
        return
    import psycopg

    name = f"noctis_live_{secrets.token_hex(6)}"
    parts = urlsplit(base)
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(
            urlunsplit(parts._replace(path="/postgres")), autocommit=True
        ) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
