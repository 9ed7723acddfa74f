from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have readings come, follow and go with their studies; none goes that was signed for."""
        # Models are ready only now.
        from archive.closing import on_study_closing  # noqa: PLC0415
        from archive.opening import on_study_opened  # noqa: PLC0415
        from archive.visibility import on_visibility_changed  # noqa: PLC0415
        from reports import words  # noqa: PLC0415
        from reports.catalogue.loading import load_after_migrate  # noqa: PLC0415
        from reports.critical import notices  # noqa: PLC0415
        from reports.intake import let_go, open_reading  # noqa: PLC0415
        from reports.quality.following import follow_visibility  # noqa: PLC0415

        on_study_opened(open_reading)
        on_study_closing(let_go)
        on_visibility_changed(follow_visibility)
        words.register()
        notices.register()
        post_migrate.connect(load_after_migrate, sender=self)
