"""How the users who hold a permission are found: by role, as roles.py has it."""

from collections.abc import Iterable

from worklist.models import CustomUser
from worklist.roles import ROLE_PERMISSIONS


def holders(permission: str) -> Iterable[CustomUser]:
    """Return the active users whose role carries a permission."""
    roles = [role for role, permissions in ROLE_PERMISSIONS.items() if permission in permissions]
    return CustomUser.objects.filter(role__in=roles, is_active=True)
