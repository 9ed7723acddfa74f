from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have every new study get its reading."""
        from archive.opening import on_study_opened  # noqa: PLC0415 - models are ready only now
        from reports import words  # noqa: PLC0415
        from reports.critical import notices, tasks  # noqa: F401, PLC0415 - the worker knows its tasks
        from reports.intake import open_reading  # noqa: PLC0415

        on_study_opened(open_reading)
        words.register()
        notices.register()
