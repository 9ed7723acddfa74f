"""What the command line does with the database and its administrators."""

from typing import Any

from django.conf import settings
from django.core.management import call_command

from worklist.models import CustomUser, UserRole
from worklist.services import create_initial_administrator, reset_password


class OperatorError(Exception):
    """What was asked for cannot be done; the message says why in one line."""


def prepare() -> dict[str, Any]:
    """Bring the database up to date and create the first administrator.

    Returns
    -------
    dict
        ``password`` of the administrator if it was created just now, else None; ``ae_title``.
    """
    call_command("migrate", interactive=False, verbosity=0)
    return {"password": create_initial_administrator(), "ae_title": settings.DICOM_AE_TITLE}


def reset_administrator(username: str) -> dict[str, str]:
    """Give an administrator a new random password, to be changed at the next sign-in.

    Raises
    ------
    OperatorError
        If there is no such administrator.
    """
    user = CustomUser.objects.filter(username__iexact=username, role=UserRole.ADMIN).first()
    if user is None:
        raise OperatorError(f"there is no administrator {username!r}")
    return {user.username: reset_password(user)}
