"""/api/reports/<uid>/: leases, drafts, signatures, versions, priors."""

from typing import Any

from django.db.models import Q
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from archive.models import Study
from audit.lifecycle_events import record_report_read
from reports.checks import findings
from reports.lifecycle import RELEASED
from reports.models import DraftSave, ReportVersion
from reports.selectors import report_of, versions_visible_to
from reports.study_views import StudyViewSet
from reports.writing import serializers as forms
from reports.writing.differences import differences
from reports.writing.drafts import (
    checked_content,
    discard_draft,
    save_draft,
    side_draft,
    start_draft,
)
from reports.writing.facts import everything_about, version_facts
from reports.writing.leases import Hold, extend_lease, release_lease, take_lease
from reports.writing.priors import has_priors, priors_of
from reports.writing.reauthentication import reauthenticate
from reports.writing.saves import saves_of
from reports.writing.signing import Signature, finding_facts, sign_report, withdraw_report

_NUMBER = r"[0-9]{1,9}"
_VERSION = OpenApiParameter("number", int, OpenApiParameter.PATH)
_OTHER = OpenApiParameter("other", int, OpenApiParameter.PATH)
_SAVE = OpenApiParameter("save_id", int, OpenApiParameter.PATH)


class ReportViewSet(StudyViewSet):
    """A study's report."""

    serializer_class = forms.EverythingSerializer
    rights = {"priors": "reports.write_report", "checks": "reports.write_report"}

    def is_allowed(self, user: Any) -> bool:
        if self.action in self.rights or self.action is None:
            return super().is_allowed(user)
        return bool(
            user.has_perm("reports.view_report") or user.has_perm("reports.view_final_report")
        )

    @extend_schema(responses=forms.EverythingSerializer)
    def retrieve(self, request: Request, **kwargs: str) -> Response:
        """Return study, reading, report and lease; to a facility what was released."""
        study = self.study
        report = report_of(study)
        is_released = report is not None and report.status in RELEASED
        if not (is_released or request.user.has_perm("reports.view_report")):
            raise NotFound
        record_report_read(actor=self.actor, subject=self.subject(study))
        return Response(everything_about(study, request.user, report))

    @extend_schema(parameters=[_VERSION], responses=forms.WholeVersionSerializer)
    @action(detail=True, url_path=rf"versions/(?P<number>{_NUMBER})")
    def version(self, request: Request, number: str, **kwargs: str) -> Response:
        """Return a signed version with its text."""
        study = self.study
        version = self._version(study, int(number))
        record_report_read(actor=self.actor, subject=self.subject(study), version=version.number)
        whole = {"content": version.content, "overruled": version.overruled}
        return Response({**version_facts(version), **whole})

    @extend_schema(parameters=[_VERSION, _OTHER], responses=forms.DifferencesSerializer)
    @action(detail=True, url_path=rf"versions/(?P<number>{_NUMBER})/diff/(?P<other>{_NUMBER})")
    def diff(self, request: Request, number: str, other: str, **kwargs: str) -> Response:
        """Return what changed from one version to another, word by word."""
        study = self.study
        old, new = self._version(study, int(number)), self._version(study, int(other))
        return Response({"sections": differences(old.content, new.content)})

    def _version(self, study: Study, number: int) -> ReportVersion:
        for version in versions_visible_to(self.principal, report_of(study)):
            if version.number == number:
                return version
        raise NotFound

    @extend_schema(responses=forms.PriorSerializer(many=True))
    @action(detail=True)
    def priors(self, request: Request, **kwargs: str) -> Response:
        """Return the patient's other studies, newest first, with what was signed of them."""
        return Response(priors_of(self.study, self.principal))

    @extend_schema(request=forms.ContentSerializer, responses=forms.FindingsSerializer)
    @action(detail=True, methods=["post"])
    def checks(self, request: Request, **kwargs: str) -> Response:
        """Look at a report as signing it would; nothing is changed."""
        study = self.study
        content = checked_content(self.sent(forms.ContentSerializer)["content"])
        found = findings(content, study, has_priors=has_priors(study))
        return Response({"findings": [finding_facts(one) for one in found]})


class LeaseViewSet(StudyViewSet):
    """Who writes a study's report now."""

    serializer_class = forms.LeaseSerializer

    @extend_schema(request=forms.TakeLeaseSerializer, responses=forms.LeaseSerializer)
    @action(detail=True, methods=["post"])
    def lease(self, request: Request, **kwargs: str) -> Response:
        """Open the report for writing; 409 while another window does, unless it is taken over."""
        study, sent = self.study, self.sent(forms.TakeLeaseSerializer)
        lease = take_lease(
            study, request.user, sent["holder"], takeover=sent["takeover"], actor=self.actor
        )
        report = report_of(study)
        return Response(
            {
                "token": lease.token,
                "expires_at": lease.expires_at,
                "draft": report.draft if report else None,
                "draft_version": report.draft_version if report else 0,
                "draft_kind": report.draft_kind if report else "",
            }
        )

    @extend_schema(request=forms.HoldSerializer, responses=forms.ExpirySerializer)
    @action(detail=True, methods=["post"], url_path="lease/heartbeat")
    def heartbeat(self, request: Request, **kwargs: str) -> Response:
        """Renew the lease; 409 when somebody else has it."""
        study, sent = self.study, self.sent(forms.HoldSerializer)
        return Response({"expires_at": extend_lease(study, hold_of(request, sent)).expires_at})

    @extend_schema(request=forms.HoldSerializer, responses={204: None})
    @action(detail=True, methods=["post"], url_path="lease/release")
    def release(self, request: Request, **kwargs: str) -> Response:
        """Give the lease back."""
        study, sent = self.study, self.sent(forms.HoldSerializer)
        release_lease(study, hold_of(request, sent))
        return Response(status=status.HTTP_204_NO_CONTENT)


def hold_of(request: Request, sent: dict[str, Any]) -> Hold:
    """Return what the window shows."""
    return Hold(request.user, sent["holder"], sent["token"])


class DraftViewSet(StudyViewSet):
    """What is being written."""

    serializer_class = forms.SavedSerializer

    @extend_schema(request=forms.StartSerializer, responses=forms.StartedSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, **kwargs: str) -> Response:
        """Begin a report, an addendum or a correction."""
        study, sent = self.study, self.sent(forms.StartSerializer)
        report = start_draft(
            study,
            hold_of(request, sent),
            kind=sent["kind"],
            template=sent["template"],
            actor=self.actor,
        )
        names = ("draft", "draft_version", "draft_kind")
        return Response({name: getattr(report, name) for name in names})

    @extend_schema(request=forms.SaveSerializer, responses=forms.SavedSerializer)
    @action(detail=True, methods=["put"])
    def draft(self, request: Request, **kwargs: str) -> Response:
        """Save the draft; a save that comes too late is kept beside and answered with 409."""
        study, sent = self.study, self.sent(forms.SaveSerializer)
        report = save_draft(
            study, hold_of(request, sent), sent["version"], sent["content"], actor=self.actor
        )
        return Response({"version": report.draft_version, "saved_at": report.draft_saved_at})

    @extend_schema(request=forms.DraftStateSerializer, responses={204: None})
    @action(detail=True, methods=["post"], url_path="draft/discard")
    def discard(self, request: Request, **kwargs: str) -> Response:
        """Give the draft up; its saved states remain."""
        study, sent = self.study, self.sent(forms.DraftStateSerializer)
        discard_draft(study, hold_of(request, sent), sent["version"], actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=forms.SaveRowSerializer(many=True))
    @action(detail=True)
    def saves(self, request: Request, **kwargs: str) -> Response:
        """List the saved states, newest first; what was kept beside is always among them."""
        saves = saves_of(self.study).defer("content")
        newest = saves.values_list("pk", flat=True)[:200]
        return Response(
            [_save_row(save) for save in saves.filter(Q(pk__in=list(newest)) | Q(is_side=True))]
        )

    @extend_schema(parameters=[_SAVE], responses=forms.WholeSaveSerializer)
    @action(detail=True, url_path=r"saves/(?P<save_id>[0-9]{1,18})")
    def save(self, request: Request, save_id: str, **kwargs: str) -> Response:
        """Return a saved state with its text."""
        save = saves_of(self.study).filter(pk=int(save_id)).first()
        if save is None:
            raise NotFound
        return Response({**_save_row(save), "content": save.content})


def _save_row(save: DraftSave) -> dict[str, Any]:
    return {**(side_draft(save) or {}), "number": save.number, "is_side": save.is_side}


class SigningViewSet(StudyViewSet):
    """Signatures."""

    serializer_class = forms.VersionSerializer
    right = "reports.sign_report"

    @extend_schema(request=forms.SignSerializer, responses={201: forms.VersionSerializer})
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, **kwargs: str) -> Response:
        """Sign the draft with one's password."""
        study, sent = self.study, self.sent(forms.SignSerializer)
        reauthenticate(request.user, sent["password"], study=study, actor=self.actor)
        signature = Signature(
            sent["kind"], frozenset(sent["overruled"]), sent["discrepancy"], sent["reason"]
        )
        version = sign_report(
            study, hold_of(request, sent), sent["version"], signature, actor=self.actor
        )
        return Response(version_facts(version), status=status.HTTP_201_CREATED)

    @extend_schema(request=forms.WithdrawSerializer, responses={201: forms.VersionSerializer})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, **kwargs: str) -> Response:
        """Withdraw the report with one's password and a reason."""
        study, sent = self.study, self.sent(forms.WithdrawSerializer)
        reauthenticate(request.user, sent["password"], study=study, actor=self.actor)
        version = withdraw_report(study, request.user, sent["reason"], actor=self.actor)
        return Response(version_facts(version), status=status.HTTP_201_CREATED)
