"""The authentication backend: a password checked at one speed, permissions from the role."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from archive.prepared import Prepared
from worklist.models import CustomUser, UserRole
from worklist.roles import permissions_of

_USER = Prepared(lambda user_id: CustomUser.objects.filter(pk=user_id), numbers=("user_id",))


def user_by_key(key: int) -> CustomUser | None:
    """Return a user, active or not; every request asks this."""
    return _USER.first(user_id=key)


class RoleBackend(AuthenticationBackend):  # type: ignore[misc]
    """Permissions follow from the role alone, without a query; inactive users have none.

    It is the only backend: a second one would hash each wrong password once more, and would look
    for groups that nobody is in whenever a permission is not held.
    """

    def get_user(self, user_id: int) -> CustomUser | None:
        """Return the user of a session while the account is active."""
        user = user_by_key(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return the role's permissions."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        return set(permissions_of(user_obj.role))

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Say whether the role carries `perm`."""
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return False
        return perm in permissions_of(user_obj.role)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Say whether the admin site shows the app: to administrators."""
        return bool(user_obj.is_active and user_obj.role == UserRole.ADMIN)
