"""DICOM peers: the application entities that may call this archive, or be sent to."""

import ipaddress
import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# PS3.5 6.2 (AE): 16 characters of the default repertoire, no backslash, no control characters.
AE_TITLE = RegexValidator(
    r"^[\x21-\x5b\x5d-\x7e][\x20-\x5b\x5d-\x7e]{0,15}\Z",
    _("An AE title has 1 to 16 printable ASCII characters, without a backslash."),
)
# RFC 1123 2.1: labels of letters, digits and hyphens.
_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9])?\Z")


def validate_host(value: str) -> None:
    """Check that `value` is an address, a network in CIDR form or a host name.

    Raises
    ------
    ValidationError
        It is none of them.
    """
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        if not _HOST_NAME.match(value) or re.fullmatch(r"[0-9.]+", value):
            raise ValidationError(
                _("Give an IP address, a network such as 10.1.0.0/16, or a host name.")
            ) from None


class Peer(models.Model):
    """A registered application entity: who it is, whose patients it sees, what it may ask."""

    name = models.CharField(
        _("name"), max_length=100, help_text=_("What people call it, e.g. “CT 2, ground floor”.")
    )
    ae_title = models.CharField(
        _("AE title"),
        max_length=16,
        validators=[AE_TITLE],
        help_text=_("The title by which it calls; upper and lower case are different."),
    )
    host = models.CharField(
        _("host"),
        max_length=253,
        blank=True,
        default="",
        validators=[validate_host],
        help_text=_(
            "Address, host name or network (10.1.0.0/16) from which it calls. "
            "Blank accepts this AE title from everywhere: anybody who knows it may use it."
        ),
    )
    port = models.PositiveIntegerField(
        _("port"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(65535)],
        help_text=_("Where it listens; needed to send to it or to echo it."),
    )
    facility = models.ForeignKey(
        "worklist.Facility",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facility"),
        help_text=_("What it stores belongs to this facility, and it sees this facility alone."),
    )
    all_facilities = models.BooleanField(
        _("sees all facilities"),
        default=False,
        help_text=_("For radiologists' workstations: it may query and retrieve everything."),
    )
    may_echo = models.BooleanField(_("may echo"), default=True, help_text=_("C-ECHO"))
    may_store = models.BooleanField(_("may store"), default=True, help_text=_("C-STORE"))
    may_query = models.BooleanField(_("may query"), default=False, help_text=_("C-FIND"))
    may_retrieve = models.BooleanField(
        _("may retrieve"), default=False, help_text=_("C-MOVE and C-GET")
    )
    is_move_destination = models.BooleanField(
        _("may be sent to"),
        default=False,
        help_text=_("A C-MOVE may name it as destination; needs a host and a port."),
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("An inactive peer is refused like an unknown one.")
    )
    notes = models.TextField(_("notes"), blank=True, default="")
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)
    last_echo_at = models.DateTimeField(_("last echo"), null=True, blank=True, editable=False)
    last_echo_result = models.CharField(
        _("result of the last echo"), max_length=200, blank=True, default="", editable=False
    )

    class Meta:
        verbose_name = _("peer")
        verbose_name_plural = _("peers")
        ordering = ["ae_title", "host"]
        constraints = [
            models.UniqueConstraint(fields=["ae_title", "host"], name="peer_ae_title_host")
        ]
        permissions = [("manage_peers", _("Can manage DICOM peers"))]

    def __str__(self) -> str:
        return f"{self.ae_title} ({self.name})"

    def clean(self) -> None:
        """Check what only holds between fields.

        Raises
        ------
        ValidationError
            It may store but has no facility, or is a destination without an address.
        """
        if self.may_store and self.facility_id is None:
            raise ValidationError({"facility": _("A peer that may store needs a facility.")})
        if self.is_move_destination and not (self.has_single_host and self.port):
            raise ValidationError(
                {"host": _("A destination needs one host (not a network) and a port.")}
            )

    @property
    def has_single_host(self) -> bool:
        """Whether `host` names one machine, so that a connection can be made to it."""
        if "/" in self.host:
            return False
        return bool(self.host)

    def has_perm(self, perm: str) -> bool:
        """Say whether the peer holds a permission of the archive.

        Its rights to query and to retrieve are checked where a service begins; here stands
        only what `archive.selectors` asks of every principal.
        """
        if not self.is_active:
            return False
        if perm == "archive.view_all_facilities":
            return self.all_facilities
        if perm == "archive.view_study":
            return self.may_query or self.may_retrieve
        return perm == "archive.upload_study" and self.may_store
