"""Readings that were opened before there were targets get the built-in ones."""

from datetime import timedelta

from django.db import migrations

BATCH = 2000
MINUTES = {0: 60, 1: 240, 2: 1440}


def set_due_times(apps, schema_editor):
    Reading = apps.get_model("reports", "Reading")
    missing = Reading.objects.filter(target_minutes__isnull=True).order_by("pk")
    while rows := list(missing[:BATCH]):
        for row in rows:
            row.target_minutes = MINUTES[row.priority]
            if row.paused_at is None:
                row.due_at = row.received_at + timedelta(minutes=row.target_minutes, seconds=row.paused_s)
        Reading.objects.bulk_update(rows, ["target_minutes", "due_at"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("reports", "0110_lifecycle_clock_from")]
    operations = [migrations.RunPython(set_due_times, migrations.RunPython.noop)]
