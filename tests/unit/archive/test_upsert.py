"""Statements of the careful way keep their speed however many studies there are."""

import pytest
from django.db import connection

from archive.upsert import SERIES_FACILITIES


@pytest.mark.django_db
def test_a_series_is_looked_for_by_its_uid():
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {SERIES_FACILITIES}", ["1.2.3"])
            plan = [row[3] for row in cursor.fetchall()]
        assert "archive_series USING INDEX series_uid" in plan[0]
        assert not [step for step in plan if "SCAN" in step]
    else:
        with connection.cursor() as cursor:
            cursor.execute(SERIES_FACILITIES, ["1.2.3"])
            assert cursor.fetchall() == []
