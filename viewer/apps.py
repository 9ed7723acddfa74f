from django.apps import AppConfig


class ViewerConfig(AppConfig):
    name = "viewer"
    verbose_name = "Viewer"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have annotations go on with their images when a study goes."""
        # Models are ready only now.
        from archive.closing import on_study_closing  # noqa: PLC0415
        from viewer.annotations.services import follow_images  # noqa: PLC0415

        on_study_closing(follow_images)
