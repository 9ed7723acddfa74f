from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the worker woken by every event that somebody is to hear of."""
        from notifications import problems  # noqa: PLC0415 - models are ready only now
        from notifications.tasks import tell_soon  # noqa: PLC0415
        from notifications.waking import on_news  # noqa: PLC0415

        problems.register()
        on_news(tell_soon)
