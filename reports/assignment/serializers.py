"""What goes in and out of the API of assignment and priority."""

from typing import Any

from django.contrib.auth import get_user_model
from rest_framework import serializers

from reports.lifecycle import ReportStatus
from reports.models import Priority, Quality


class PersonSerializer(serializers.Serializer[Any]):
    """Somebody with an account."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class ReadingFactsSerializer(serializers.Serializer[Any]):
    """Where the reading stands."""

    status = serializers.ChoiceField(ReportStatus.choices)
    quality = serializers.ChoiceField(Quality.choices)
    priority = serializers.ChoiceField(Priority.choices)
    priority_label = serializers.CharField()
    priority_reason = serializers.CharField()
    clinical_history = serializers.CharField()
    indication = serializers.CharField()
    assigned_to = PersonSerializer(allow_null=True)
    assigned_because = serializers.CharField()
    received_at = serializers.DateTimeField()
    assigned_at = serializers.DateTimeField(allow_null=True)
    opened_at = serializers.DateTimeField(allow_null=True)
    preliminary_at = serializers.DateTimeField(allow_null=True)
    final_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)


class ReadingChangeSerializer(serializers.Serializer[Any]):
    """How soon a study is to be read, and what the reader should know; all may be left out."""

    priority = serializers.ChoiceField(Priority.choices, required=False)
    priority_reason = serializers.CharField(max_length=300, required=False, allow_blank=True)
    clinical_history = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    indication = serializers.CharField(max_length=10_000, required=False, allow_blank=True)


class AssignSerializer(serializers.Serializer[Any]):
    """To whom a study is given; null takes it back."""

    reader = serializers.PrimaryKeyRelatedField(
        queryset=get_user_model()._default_manager.all(), allow_null=True
    )
    reason = serializers.CharField(max_length=300, default="", allow_blank=True)


class ClaimSerializer(serializers.Serializer[Any]):
    """What kind of study to claim."""

    modality = serializers.RegexField(r"^[A-Z0-9_ ]{0,16}$", default="", allow_blank=True)
    facility = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=2**62
    )


class ClaimedSerializer(serializers.Serializer[Any]):
    """The study that was claimed."""

    study_instance_uid = serializers.CharField()
    facility = serializers.IntegerField()
