from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give every new study its reading, guard what was signed, and tell who is to hear."""
        from archive.closing import on_study_closing  # noqa: PLC0415 - models are ready only now
        from archive.opening import on_study_opened  # noqa: PLC0415 - models are ready only now
        from reports import words  # noqa: PLC0415
        from reports.critical import notices  # noqa: PLC0415
        from reports.intake import let_go, open_reading  # noqa: PLC0415

        on_study_opened(open_reading)
        on_study_closing(let_go)
        words.register()
        notices.register()
