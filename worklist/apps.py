from django.apps import AppConfig


class WorklistConfig(AppConfig):
    name = "worklist"
    verbose_name = "Worklist"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the rooms below how people are found by what they may do."""
        from notifications.audiences import find_holders_by  # noqa: PLC0415 - models are ready now
        from worklist.audiences import holders  # noqa: PLC0415

        find_holders_by(holders)
