from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0111_lifecycle_due_times")]

    operations = [
        migrations.AddField(
            model_name="macro",
            name="is_active",
            field=models.BooleanField(default=True, verbose_name="active"),
        ),
    ]
