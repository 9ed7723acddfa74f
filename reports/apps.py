from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have every new study get its reading, and readings follow what is rejected."""
        from archive.opening import on_study_opened  # noqa: PLC0415 - models are ready only now
        from archive.visibility import on_visibility_changed  # noqa: PLC0415
        from reports.intake import open_reading  # noqa: PLC0415
        from reports.quality.following import follow_visibility  # noqa: PLC0415

        on_study_opened(open_reading)
        on_visibility_changed(follow_visibility)
