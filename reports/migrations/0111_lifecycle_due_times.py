"""Readings that were opened before there were targets get the built-in ones."""

from datetime import timedelta

from django.db import migrations
from django.db.models import F

MINUTES = {0: 60, 1: 240, 2: 1440}


def set_due_times(apps, schema_editor):
    Reading = apps.get_model("reports", "Reading")
    for priority, minutes in MINUTES.items():
        missing = Reading.objects.filter(target_minutes__isnull=True, priority=priority)
        due_at = F("received_at") + timedelta(minutes=minutes)
        missing.filter(paused_at__isnull=True).update(target_minutes=minutes, due_at=due_at)
        missing.update(target_minutes=minutes)


class Migration(migrations.Migration):
    dependencies = [("reports", "0110_lifecycle_clock_from")]
    operations = [migrations.RunPython(set_due_times, migrations.RunPython.noop)]
