"""WSGI entry point, as the deployment guide names it; live events need the ASGI one."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "noctisview.settings")
application = get_wsgi_application()
