from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have readings come, follow and go with their studies; none goes that was signed for."""
        from archive.closing import on_study_closing  # noqa: PLC0415 - models are ready only now
        from archive.opening import on_study_opened  # noqa: PLC0415 - models are ready only now
        from archive.visibility import on_visibility_changed  # noqa: PLC0415
        from reports.intake import let_go, open_reading  # noqa: PLC0415
        from reports.quality.following import follow_visibility  # noqa: PLC0415

        on_study_opened(open_reading)
        on_study_closing(let_go)
        on_visibility_changed(follow_visibility)
