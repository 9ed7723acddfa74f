"""The index of the archive: Patient, Study, Series, Instance, as received, one set per facility.

Dates and times are kept in their DICOM form (``YYYYMMDD``, ``HHMMSS.ffffff``): they sort and
match as they are, and what the standard cannot read stays blank here and whole in the object.
Columns that end in ``_key`` hold `dicomkit.names.search_key` of their namesake. A foreign key
without an index of its own is the first column of another index.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from archive.corrections_models import Coercion, Rejection
from archive.fields import ByteOrderField

__all__ = [
    "Coercion",
    "Instance",
    "Patient",
    "QuarantinedObject",
    "Rejection",
    "Series",
    "Study",
    "Tombstone",
]


class Patient(models.Model):
    """A patient of one facility, told apart by Patient ID and its issuer.

    Without a Patient ID nobody knows whether two studies are of one person: `identity` then
    holds the Study Instance UID, so that they are never merged by accident.
    """

    facility = models.ForeignKey(
        "worklist.Facility", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    identity = ByteOrderField(max_length=200, editable=False)
    patient_id = ByteOrderField(max_length=64, blank=True, default="")
    issuer = ByteOrderField(max_length=64, blank=True, default="")
    name = ByteOrderField(max_length=324, blank=True, default="")
    name_key = ByteOrderField(max_length=324, blank=True, default="")
    name_ideographic_key = ByteOrderField(max_length=128, blank=True, default="")
    name_phonetic_key = ByteOrderField(max_length=128, blank=True, default="")
    birth_date = ByteOrderField(max_length=8, blank=True, default="")
    sex = ByteOrderField(max_length=16, blank=True, default="")
    # Found to be somebody known already: what still comes under this identity goes there.
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        constraints = [
            models.UniqueConstraint(fields=["facility", "identity"], name="patient_identity")
        ]
        indexes = [
            models.Index(fields=["name_key"], name="patient_name_key"),
            models.Index(fields=["patient_id"], name="patient_patient_id"),
        ]

    def __str__(self) -> str:
        return f"patient {self.pk}"  # never a name: this reaches logs


class Study(models.Model):
    """A study of one facility, with the patient's attributes as this study states them."""

    facility = models.ForeignKey(
        "worklist.Facility", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="studies")
    study_instance_uid = ByteOrderField(max_length=64)
    study_date = ByteOrderField(max_length=8, blank=True, default="")
    study_time = ByteOrderField(max_length=16, blank=True, default="")
    study_id = ByteOrderField(max_length=16, blank=True, default="")
    accession_number = ByteOrderField(max_length=64, blank=True, default="")
    description = ByteOrderField(max_length=256, blank=True, default="")
    description_key = ByteOrderField(max_length=256, blank=True, default="")
    referring_physician = ByteOrderField(max_length=324, blank=True, default="")
    referring_physician_key = ByteOrderField(max_length=324, blank=True, default="")
    institution = ByteOrderField(max_length=256, blank=True, default="")
    timezone_offset = ByteOrderField(max_length=16, blank=True, default="")
    patient_name = ByteOrderField(max_length=324, blank=True, default="")
    patient_name_key = ByteOrderField(max_length=324, blank=True, default="")
    patient_name_ideographic_key = ByteOrderField(max_length=128, blank=True, default="")
    patient_name_phonetic_key = ByteOrderField(max_length=128, blank=True, default="")
    # Patient ID (0010,0020); `patient_id` is the key of the related Patient.
    dicom_patient_id = ByteOrderField(max_length=64, blank=True, default="")
    issuer_of_patient_id = ByteOrderField(max_length=64, blank=True, default="")
    patient_birth_date = ByteOrderField(max_length=8, blank=True, default="")
    patient_sex = ByteOrderField(max_length=16, blank=True, default="")
    patient_age = ByteOrderField(max_length=4, blank=True, default="")
    # Sorted, each between backslashes ("\CT\PT\"), so that one LIKE finds a member exactly.
    # modalities, sop_classes and body_parts are all kept in this form.
    modalities = ByteOrderField(max_length=200, blank=True, default="")
    sop_classes = models.TextField(blank=True, default="")
    body_parts = ByteOrderField(max_length=200, blank=True, default="")
    series_count = models.PositiveIntegerField(default=0)
    instance_count = models.PositiveIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    # What stands above counts what everybody sees; this, what was rejected.
    hidden_count = models.PositiveIntegerField(default=0, db_default=0)
    # Nothing is left that everybody sees.
    is_hidden = models.BooleanField(default=False, db_default=False)
    # Not 0: something here or beneath is corrected on the way out (`archive.corrections`).
    coercion = models.PositiveBigIntegerField(default=0, db_default=0)
    # By DICOM keyword: what objects say on the way out, and what the columns said as received.
    coerced = models.JSONField(default=dict, blank=True)
    as_received = models.JSONField(default=dict, blank=True)
    # Grows with every change beneath: caches and entity tags carry it.
    revision = models.PositiveBigIntegerField(default=0)
    # Why somebody should look at it (e.g. another name under the same Patient ID); blank is well.
    alert = ByteOrderField(max_length=64, blank=True, default="")
    received_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("study")
        verbose_name_plural = _("studies")
        permissions = [
            ("view_all_facilities", "Can see the studies of every facility"),
            ("view_rejected", "Can see what was rejected"),
            ("upload_study", "Can upload studies"),
            ("manage_study", "Can correct and annotate studies"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "study_instance_uid"], name="study_facility_uid"
            )
        ]
        indexes = [
            models.Index(fields=["study_instance_uid"], name="study_uid"),
            models.Index(fields=["-study_date", "-study_time", "-id"], name="study_newest"),
            models.Index(
                fields=["facility", "-study_date", "-study_time", "-id"],
                name="study_facility_newest",
            ),
            models.Index(fields=["-received_at", "-id"], name="study_received"),
            models.Index(fields=["patient_name_key", "id"], name="study_name_key"),
            models.Index(fields=["patient_name_ideographic_key"], name="study_name_ideographic"),
            models.Index(fields=["patient_name_phonetic_key"], name="study_name_phonetic"),
            models.Index(fields=["dicom_patient_id", "id"], name="study_patient_id"),
            models.Index(fields=["accession_number", "id"], name="study_accession"),
        ]

    def __str__(self) -> str:
        return self.study_instance_uid

    def touch(self) -> None:
        """Note, without saving, that something beneath has changed."""
        self.revision += 1
        self.updated_at = timezone.now()


class Series(models.Model):
    """A series of a study."""

    study = models.ForeignKey(
        Study, on_delete=models.CASCADE, related_name="series", db_index=False
    )
    series_instance_uid = ByteOrderField(max_length=64)
    modality = ByteOrderField(max_length=16, blank=True, default="")
    series_number = models.BigIntegerField(null=True, blank=True)
    description = ByteOrderField(max_length=256, blank=True, default="")
    description_key = ByteOrderField(max_length=256, blank=True, default="")
    body_part = ByteOrderField(max_length=64, blank=True, default="")
    laterality = ByteOrderField(max_length=16, blank=True, default="")
    protocol_name = ByteOrderField(max_length=256, blank=True, default="")
    series_date = ByteOrderField(max_length=8, blank=True, default="")
    series_time = ByteOrderField(max_length=16, blank=True, default="")
    performed_date = ByteOrderField(max_length=8, blank=True, default="")
    performed_time = ByteOrderField(max_length=16, blank=True, default="")
    performing_physician = ByteOrderField(max_length=324, blank=True, default="")
    operators = ByteOrderField(max_length=324, blank=True, default="")
    manufacturer = ByteOrderField(max_length=64, blank=True, default="")
    model_name = ByteOrderField(max_length=64, blank=True, default="")
    station_name = ByteOrderField(max_length=64, blank=True, default="")
    institution = ByteOrderField(max_length=256, blank=True, default="")
    frame_of_reference_uid = ByteOrderField(max_length=64, blank=True, default="")
    # Items of Request Attributes Sequence, by keyword, for matching and return.
    request_attributes = models.JSONField(default=list, blank=True)
    sending_ae_title = ByteOrderField(max_length=16, blank=True, default="")
    instance_count = models.PositiveIntegerField(default=0)
    # As of the study.
    hidden_count = models.PositiveIntegerField(default=0, db_default=0)
    is_hidden = models.BooleanField(default=False, db_default=False)
    coercion = models.PositiveBigIntegerField(default=0, db_default=0)
    coerced = models.JSONField(default=dict, blank=True)
    as_received = models.JSONField(default=dict, blank=True)
    revision = models.PositiveBigIntegerField(default=0)
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [
            models.UniqueConstraint(
                fields=["study", "series_instance_uid"], name="series_study_uid"
            )
        ]
        indexes = [
            models.Index(fields=["series_instance_uid"], name="series_uid"),
            models.Index(fields=["modality", "study"], name="series_modality"),
        ]

    def __str__(self) -> str:
        return self.series_instance_uid


class Instance(models.Model):
    """One stored SOP instance: what it is, where its bytes and its frames lie."""

    facility = models.ForeignKey(
        "worklist.Facility", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="instances")
    series = models.ForeignKey(
        Series, on_delete=models.CASCADE, related_name="instances", db_index=False
    )
    sop_instance_uid = ByteOrderField(max_length=64)
    sop_class_uid = ByteOrderField(max_length=64)
    transfer_syntax_uid = ByteOrderField(max_length=64)
    instance_number = models.BigIntegerField(null=True, blank=True)
    content_date = ByteOrderField(max_length=8, blank=True, default="")
    content_time = ByteOrderField(max_length=16, blank=True, default="")
    rows = models.PositiveIntegerField(null=True, blank=True)
    columns = models.PositiveIntegerField(null=True, blank=True)
    bits_allocated = models.PositiveSmallIntegerField(null=True, blank=True)
    # None: the object states no number (a single frame when it has pixels).
    number_of_frames = models.PositiveIntegerField(null=True, blank=True)
    has_pixels = models.BooleanField(default=False)
    # Relative to the archive's root, made by the server from random bytes alone.
    storage_key = ByteOrderField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    received_at = models.DateTimeField(default=timezone.now)
    # Bytes before the pixel data: all of the header is read by one read of this length.
    header_bytes = models.PositiveBigIntegerField(default=0)
    # dicomkit.frames.FrameIndex.pack(); empty when the frames cannot be addressed.
    frame_index = models.BinaryField(default=b"", blank=True)
    # Kept from everybody without `archive.view_rejected`. Columns with a default of the database
    # are not named where objects are filed.
    is_hidden = models.BooleanField(default=False, db_default=False)
    rejection = models.ForeignKey(
        "archive.Rejection",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="instances",
        db_index=False,
    )
    # The study's revision at the last correction of it or its series; 0: it goes out as stored.
    coercion = models.PositiveBigIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("instance")
        verbose_name_plural = _("instances")
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "sop_instance_uid"], name="instance_facility_uid"
            )
        ]
        indexes = [
            models.Index(fields=["series", "instance_number", "id"], name="instance_order"),
            models.Index(fields=["sop_instance_uid"], name="instance_uid"),
            models.Index(fields=["storage_key"], name="instance_storage_key"),
        ]

    def __str__(self) -> str:
        return self.sop_instance_uid


class QuarantinedObject(models.Model):
    """An object that was kept aside instead of stored, and why; somebody must decide."""

    facility = models.ForeignKey(
        "worklist.Facility", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sop_instance_uid = ByteOrderField(max_length=64)
    study_instance_uid = ByteOrderField(max_length=64)
    reason = ByteOrderField(max_length=32)
    detail = ByteOrderField(max_length=300, blank=True, default="")
    storage_key = ByteOrderField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    door = ByteOrderField(max_length=16)
    sender = ByteOrderField(max_length=200, blank=True, default="")
    received_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = ByteOrderField(max_length=16, blank=True, default="")

    class Meta:
        verbose_name = _("quarantined object")
        verbose_name_plural = _("quarantined objects")
        ordering = ["-received_at"]
        permissions = [("resolve_quarantine", "Can release and discard quarantined objects")]
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "sop_instance_uid", "sha256"], name="quarantine_content"
            )
        ]
        indexes = [
            models.Index(fields=["received_at"], name="quarantine_received"),
            models.Index(fields=["storage_key"], name="quarantine_storage_key"),
        ]

    def __str__(self) -> str:
        return f"{self.sop_instance_uid} ({self.reason})"


class Tombstone(models.Model):
    """A deleted instance: written and committed before its file is unlinked."""

    facility = models.ForeignKey(
        "worklist.Facility", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    sop_instance_uid = ByteOrderField(max_length=64)
    study_instance_uid = ByteOrderField(max_length=64)
    storage_key = ByteOrderField(max_length=100)
    sha256 = models.BinaryField(max_length=32)
    reason = ByteOrderField(max_length=200, blank=True, default="")
    deleted_at = models.DateTimeField(default=timezone.now)
    unlinked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("tombstone")
        verbose_name_plural = _("tombstones")
        indexes = [
            models.Index(fields=["facility", "sop_instance_uid"], name="tombstone_facility_uid"),
            models.Index(fields=["storage_key"], name="tombstone_storage_key"),
            # What is still to be unlinked: a handful of rows among all that ever were deleted.
            models.Index(
                fields=["id"], name="tombstone_unfinished", condition=Q(unlinked_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.sop_instance_uid
