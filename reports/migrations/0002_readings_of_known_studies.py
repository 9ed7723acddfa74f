"""Studies that came in before there were readings get theirs."""

from django.db import migrations

BATCH = 2000


def open_readings(apps, schema_editor):
    Study = apps.get_model("archive", "Study")
    Reading = apps.get_model("reports", "Reading")
    missing = Study.objects.filter(reading__isnull=True).order_by("pk")
    while rows := list(missing.values_list("pk", "received_at")[:BATCH]):
        Reading.objects.bulk_create(
            Reading(study_id=key, received_at=received_at) for key, received_at in rows
        )


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("archive", "0001_initial")]
    operations = [migrations.RunPython(open_readings, migrations.RunPython.noop)]
