from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have every new study get its reading, and none deleted whose report was signed."""
        from archive.closing import on_study_closing  # noqa: PLC0415 - models are ready only now
        from archive.opening import on_study_opened  # noqa: PLC0415 - models are ready only now
        from reports.intake import let_go, open_reading  # noqa: PLC0415

        on_study_opened(open_reading)
        on_study_closing(let_go)
