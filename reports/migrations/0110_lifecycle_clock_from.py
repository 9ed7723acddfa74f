from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_readings_of_known_studies")]
    operations = [
        migrations.AddField(
            model_name="reading",
            name="clock_from",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
