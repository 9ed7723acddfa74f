from django.apps import AppConfig


class ViewerConfig(AppConfig):
    name = "viewer"
    verbose_name = "Viewer"
    default_auto_field = "django.db.models.BigAutoField"
