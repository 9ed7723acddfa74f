"""Letterheads of facilities, and the prints that were made of reports."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reports.models.report import ReportVersion


class Letterhead(models.Model):
    """How a facility's reports look on paper."""

    class Paper(models.TextChoices):
        """The size of a page."""

        A4 = "A4", "A4"
        LETTER = "letter", _("US Letter")

    facility = models.OneToOneField(
        "worklist.Facility", on_delete=models.CASCADE, related_name="letterhead"
    )
    # PNG or JPEG, made anew from what was uploaded: nothing else of that file is kept.
    logo = models.BinaryField(blank=True, default=b"")
    logo_type = models.CharField(max_length=32, blank=True, default="")
    accent = models.CharField(
        _("accent colour"),
        max_length=7,
        default="#0b4a60",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("A colour like #0b4a60."))],
    )
    heading = models.CharField(_("heading"), max_length=200, blank=True, default="")
    subheading = models.CharField(_("line below"), max_length=200, blank=True, default="")
    contact = models.TextField(_("address and contact"), blank=True, default="")
    footer = models.TextField(_("footer"), blank=True, default="")
    signature_note = models.CharField(
        _("line under the signature"), max_length=200, blank=True, default=""
    )
    paper = models.CharField(_("paper"), max_length=8, choices=Paper.choices, default=Paper.A4)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("letterhead")
        verbose_name_plural = _("letterheads")
        default_permissions = ()

    def __str__(self) -> str:
        return f"letterhead {self.pk}"


class ReportPrint(models.Model):
    """A print of a signed version; its token is in the QR code of the page."""

    version = models.ForeignKey(ReportVersion, on_delete=models.PROTECT, related_name="prints")
    token = models.CharField(max_length=43, unique=True)
    printed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    printed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("print")
        verbose_name_plural = _("prints")
        default_permissions = ()

    def __str__(self) -> str:
        return f"print {self.pk}"
