"""People and places: users with one role, facilities, API tokens."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

# PS3.5 6.2 (AE): 16 characters of the default repertoire, no backslash, no control characters.
AE_TITLE = RegexValidator(r"^[\x21-\x5b\x5d-\x7e][\x20-\x5b\x5d-\x7e]{0,15}$")

# Django gives a superuser every permission there is; this one it does not.
SIGNATURE = "reports.sign_report"


class UserRole(models.TextChoices):
    """The four roles of the deployment guide; worklist/roles.py says what each may do."""

    ADMIN = "ADMIN", _("Administrator")
    RADIOLOGIST = "RADIOLOGIST", _("Radiologist")
    FACILITY = "FACILITY", _("Facility user")
    TECHNICIAN = "TECHNICIAN", _("Technician")


class Facility(models.Model):
    """A hospital, practice or site whose patients only it and the readers may see."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    address = models.TextField(_("address"), blank=True, default="")
    phone = models.CharField(_("phone"), max_length=50, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    dicom_ae_title = models.CharField(
        _("DICOM AE title"),
        max_length=16,
        blank=True,
        default="",
        validators=[AE_TITLE],
        help_text=_("The title by which its modalities call this server."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("facility")
        verbose_name_plural = _("facilities")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class UserAccountManager(UserManager["CustomUser"]):
    """Creates users; a superuser is an administrator unless told otherwise."""

    def create_superuser(
        self,
        username: str,
        email: str | None = None,
        password: str | None = None,
        **extra_fields: Any,
    ) -> "CustomUser":
        """Create an administrator, as the deployment guide's snippet does."""
        extra_fields.setdefault("role", UserRole.ADMIN)
        return super().create_superuser(username, email, password, **extra_fields)


class CustomUser(AbstractUser):
    """A person who signs in: one role, and a facility where the role is bound to one."""

    role = models.CharField(
        _("role"), max_length=16, choices=UserRole.choices, default=UserRole.FACILITY
    )
    facility = models.ForeignKey(
        Facility,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name=_("facility"),
    )
    must_change_password = models.BooleanField(_("must change password"), default=False)
    theme = models.CharField(max_length=8, default="auto", editable=False)

    objects: ClassVar[UserAccountManager] = UserAccountManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Return a user name in the form in which it is kept: names do not differ by case alone."""
        return super().normalize_username(username).lower()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Bind sessions to password, role and facility: a change of any ends them at once."""
        return salted_hmac(
            "worklist.models.CustomUser.session",
            f"{self.password}\0{self.role}\0{self.facility_id}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Say whether the permission is held; a physician's signature follows from no flag."""
        if perm == SIGNATURE and self.role != UserRole.RADIOLOGIST:
            return False
        return super().has_perm(perm, obj)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; the flags of Django's admin site follow from the role, never beside it."""
        self.username = self.normalize_username(self.username)
        self.is_staff = self.is_superuser = self.role == UserRole.ADMIN
        super().save(*args, **kwargs)


class ApiToken(models.Model):
    """A bearer token of a user; only its SHA-256 is kept, the token is shown once."""

    user = models.ForeignKey(CustomUser, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
