"""Permissions of REST views, by the names of roles.py."""

from typing import ClassVar

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class MayManageUsers(BasePermission):
    """Who manages users, for every method."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Say whether the view may be used."""
        return request.user.has_perm("worklist.manage_users")


class MayManageFacilities(BasePermission):
    """Anybody signed in may read; who manages facilities may write."""

    safe_methods: ClassVar[tuple[str, ...]] = tuple(SAFE_METHODS)

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Say whether the view may be used."""
        if not request.user.is_authenticated:
            return False
        return request.method in self.safe_methods or request.user.has_perm(
            "worklist.manage_facilities"
        )
