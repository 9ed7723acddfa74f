"""What goes in and out of the API of writing reports."""

from typing import Any

from rest_framework import serializers

from reports.assignment.serializers import PersonSerializer, ReadingFactsSerializer
from reports.lifecycle import ReportAction, ReportStatus
from reports.models import DraftKind, VersionKind
from reports.writing.signing import DISCREPANCIES

DRAFT_KINDS = [
    (kind.value, kind.value)
    for kind in (DraftKind.REPORT, DraftKind.ADDENDUM, DraftKind.CORRECTION)
]
SIGNATURE_KINDS = [
    (kind.value, kind.value) for kind in (VersionKind.PRELIMINARY, VersionKind.FINAL)
]
_NUMBER: dict[str, Any] = {"min_value": 0, "max_value": 2**62}
_HOLDER: dict[str, Any] = {"max_length": 64}


class StudyFactsSerializer(serializers.Serializer[Any]):
    """A study and its patient; dates and times in DICOM form."""

    study_instance_uid = serializers.CharField()
    facility = PersonSerializer(help_text="Key and name.")
    patient_name = serializers.CharField()
    patient_name_local = serializers.CharField()
    patient_id = serializers.CharField()
    birth_date = serializers.CharField()
    sex = serializers.CharField()
    age = serializers.CharField()
    study_date = serializers.CharField()
    study_time = serializers.CharField()
    description = serializers.CharField()
    modalities = serializers.ListField(child=serializers.CharField())
    body_parts = serializers.ListField(child=serializers.CharField())
    accession_number = serializers.CharField()
    referring_physician = serializers.CharField()
    received_at = serializers.DateTimeField()
    instance_count = serializers.IntegerField()


class VersionSerializer(serializers.Serializer[Any]):
    """What is said of a signed version in a list."""

    number = serializers.IntegerField()
    kind = serializers.ChoiceField(VersionKind.choices)
    status = serializers.ChoiceField(ReportStatus.choices)
    signed_name = serializers.CharField()
    signed_at = serializers.DateTimeField()
    reason = serializers.CharField()
    discrepancy = serializers.CharField()
    version_hash = serializers.CharField()


class WholeVersionSerializer(VersionSerializer):
    """A signed version with its text and the warnings that its signer overruled."""

    content = serializers.JSONField()
    overruled = serializers.JSONField()


class SideDraftSerializer(serializers.Serializer[Any]):
    """A text that came too late and was kept."""

    id = serializers.IntegerField()
    saved_by = PersonSerializer()
    saved_at = serializers.DateTimeField()
    reason = serializers.CharField()


class ReportFactsSerializer(serializers.Serializer[Any]):
    """The report: what is being written and what was signed."""

    status = serializers.ChoiceField(ReportStatus.choices)
    draft_kind = serializers.ChoiceField(DraftKind.choices)
    draft = serializers.JSONField(allow_null=True)
    draft_version = serializers.IntegerField()
    draft_saved_at = serializers.DateTimeField(allow_null=True)
    draft_author = PersonSerializer(allow_null=True)
    possible_actions = serializers.ListField(child=serializers.ChoiceField(ReportAction.choices))
    versions = VersionSerializer(many=True)
    side_drafts = SideDraftSerializer(many=True)


class LeaseFactsSerializer(serializers.Serializer[Any]):
    """Who writes now."""

    reader = PersonSerializer(allow_null=True)
    holder = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    is_mine = serializers.BooleanField()


class RightsSerializer(serializers.Serializer[Any]):
    """What one may do here."""

    write = serializers.BooleanField()
    sign = serializers.BooleanField()
    print = serializers.BooleanField()
    critical = serializers.BooleanField()


class EverythingSerializer(serializers.Serializer[Any]):
    """What the editor opens with."""

    study = StudyFactsSerializer()
    reading = ReadingFactsSerializer()
    report = ReportFactsSerializer()
    lease = LeaseFactsSerializer(allow_null=True)
    suggested_template = serializers.CharField()
    rights = RightsSerializer()


class TakeLeaseSerializer(serializers.Serializer[Any]):
    """Open a report for writing."""

    holder = serializers.CharField(help_text="Random text of the window.", **_HOLDER)
    takeover = serializers.BooleanField(default=False)


class HoldSerializer(serializers.Serializer[Any]):
    """What a window shows when it writes."""

    holder = serializers.CharField(**_HOLDER)
    token = serializers.IntegerField(**_NUMBER)


class LeaseSerializer(serializers.Serializer[Any]):
    """A lease that was given, and the draft as it stands."""

    token = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
    draft = serializers.JSONField(allow_null=True)
    draft_version = serializers.IntegerField()
    draft_kind = serializers.CharField()


class ExpirySerializer(serializers.Serializer[Any]):
    """Until when the lease lasts now."""

    expires_at = serializers.DateTimeField()


class StartSerializer(HoldSerializer):
    """Begin to write."""

    kind = serializers.ChoiceField(DRAFT_KINDS)
    template = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)


class StartedSerializer(serializers.Serializer[Any]):
    """The draft that was begun, or that was open already."""

    draft = serializers.JSONField()
    draft_version = serializers.IntegerField()
    draft_kind = serializers.CharField()


class DraftStateSerializer(HoldSerializer):
    """The state of the draft that a window knows."""

    version = serializers.IntegerField(**_NUMBER)


class SaveSerializer(DraftStateSerializer):
    """A draft's new state, made from `version`."""

    content = serializers.JSONField()


class SavedSerializer(serializers.Serializer[Any]):
    """The number of the state that was saved."""

    version = serializers.IntegerField()
    saved_at = serializers.DateTimeField()


class SaveRowSerializer(SideDraftSerializer):
    """A saved state in the list of them."""

    number = serializers.IntegerField()
    is_side = serializers.BooleanField()


class WholeSaveSerializer(SaveRowSerializer):
    """A saved state with its text."""

    content = serializers.JSONField()


class ContentSerializer(serializers.Serializer[Any]):
    """A report's content."""

    content = serializers.JSONField()


class FindingSerializer(serializers.Serializer[Any]):
    """Something that a check found."""

    code = serializers.CharField()
    severity = serializers.ChoiceField([("blocking", "blocking"), ("warning", "warning")])
    section = serializers.CharField()
    message = serializers.CharField()


class FindingsSerializer(serializers.Serializer[Any]):
    """What the checks found."""

    findings = FindingSerializer(many=True)


class SignSerializer(DraftStateSerializer):
    """A signature."""

    kind = serializers.ChoiceField(SIGNATURE_KINDS, default="final")
    password = serializers.CharField(max_length=4096, trim_whitespace=False, write_only=True)
    overruled = serializers.ListField(
        child=serializers.CharField(max_length=80), default=list, max_length=200
    )
    discrepancy = serializers.ChoiceField(
        [(one, one or "not said") for one in DISCREPANCIES], default="", allow_blank=True
    )
    reason = serializers.CharField(max_length=500, default="", allow_blank=True)


class WithdrawSerializer(serializers.Serializer[Any]):
    """A withdrawal."""

    password = serializers.CharField(max_length=4096, trim_whitespace=False, write_only=True)
    reason = serializers.CharField(max_length=500)


class ChangeSerializer(serializers.Serializer[Any]):
    """A part of a text that stayed, came or went."""

    op = serializers.ChoiceField([(one, one) for one in ("equal", "insert", "delete")])
    text = serializers.CharField()


class SectionChangesSerializer(serializers.Serializer[Any]):
    """What changed in a section."""

    key = serializers.CharField()
    title = serializers.CharField()
    changes = ChangeSerializer(many=True)


class DifferencesSerializer(serializers.Serializer[Any]):
    """What changed between two versions."""

    sections = SectionChangesSerializer(many=True)


class PriorSerializer(serializers.Serializer[Any]):
    """Another study of the patient and what its report said."""

    study_instance_uid = serializers.CharField()
    study_date = serializers.CharField()
    description = serializers.CharField()
    modalities = serializers.ListField(child=serializers.CharField())
    status = serializers.ChoiceField(ReportStatus.choices)
    impression = serializers.CharField()
    text = serializers.CharField()
    signed_name = serializers.CharField()
    signed_at = serializers.DateTimeField(allow_null=True)
    is_same_kind = serializers.BooleanField()
