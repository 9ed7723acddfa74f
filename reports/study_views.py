"""The frame of every part of /api/reports/<StudyInstanceUID>/: rights first, then the study."""

from collections.abc import Mapping
from typing import Any, cast

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.viewsets import GenericViewSet

from archive.models import Study
from archive.selectors import Principal
from audit.actors import Actor
from audit.lifecycle_events import Subject
from reports.errors import ReadingRoomError
from reports.models import Reading
from reports.problems import ProblemError
from reports.selectors import study_of

FACILITY = OpenApiParameter(
    "facility", int, description="Which one, when two facilities hold a study of this UID."
)


@extend_schema(parameters=[FACILITY])
class StudyViewSet(GenericViewSet[Study]):
    """Views on a study that the signed-in user may see; what may not be seen is not there.

    `rights` names for each action the permission that it takes.
    """

    queryset = Study.objects.none()
    pagination_class = None
    lookup_field = "study_instance_uid"
    lookup_value_regex = r"[0-9.]{1,64}"
    rights: Mapping[str, str] = {}
    right = "reports.write_report"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse whoever may not do this to any study, before one is looked for."""
        super().initial(request, *args, **kwargs)
        if not self.is_allowed(request.user):
            raise PermissionDenied

    def is_allowed(self, user: Any) -> bool:
        """Say whether the role includes the action."""
        right = self.rights.get(self.action or "", self.right)
        return self.action is None or bool(user.has_perm(right))

    def handle_exception(self, exc: Exception) -> Any:
        """Tell the reading room's errors as problems."""
        if isinstance(exc, ReadingRoomError):
            exc = ProblemError(exc)
        elif isinstance(exc, Reading.DoesNotExist):
            exc = NotFound()  # the study was deleted at this moment
        return super().handle_exception(exc)

    @property
    def study(self) -> Study:
        """Return the study that the address names, if the user may see it."""
        facility = self.request.query_params.get("facility", "")
        if facility and not (facility.isascii() and facility.isdecimal() and len(facility) < 18):
            raise NotFound
        uid = self.kwargs[self.lookup_field]
        study = study_of(self.principal, uid, int(facility) if facility else None)
        if study is None:
            raise NotFound
        return study

    @property
    def principal(self) -> Principal:
        """Return who asks; an anonymous user is inactive and sees nothing."""
        return cast(Principal, self.request.user)

    @property
    def actor(self) -> Actor:
        """Return who asks, for the audit log."""
        return Actor.of_user(self.request.user, getattr(self.request, "client_address", ""))

    def subject(self, study: Study) -> Subject:
        """Return the study, for the audit log."""
        return Subject.of_study(study)

    def sent(self, form: type[Serializer[Any]]) -> dict[str, Any]:
        """Return the body of the request as `form` reads it.

        Raises
        ------
        ValidationError
            When it does not fit.
        """
        read = form(data=self.request.data)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)
