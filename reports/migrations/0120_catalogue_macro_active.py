from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_readings_of_known_studies")]

    operations = [
        migrations.AddField(
            model_name="macro",
            name="is_active",
            field=models.BooleanField(default=True, verbose_name="active"),
        ),
    ]
