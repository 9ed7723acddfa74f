"""Report templates and text macros."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportTemplate(models.Model):
    """The sections and fields that a report of a kind begins with.

    `content` has the form of a report (`reports.content`); ours come with the product
    (`reports/catalogue`) and are known by `key`.
    """

    key = models.CharField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    modality = models.CharField(_("modality"), max_length=16, blank=True, default="")
    body_part = models.CharField(_("body part"), max_length=64, blank=True, default="")
    language = models.CharField(_("language"), max_length=8, default="en")
    content = models.JSONField(_("content"))
    # The edition of ours that this row holds; 0 for a facility's own.
    edition = models.PositiveIntegerField(default=0)
    facility = models.ForeignKey(
        "worklist.Facility",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("facility"),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("report template")
        verbose_name_plural = _("report templates")
        ordering = ["modality", "name"]

    def __str__(self) -> str:
        return self.name


class Macro(models.Model):
    """A word that becomes a text while one types; without an owner it is everybody's."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="macros",
        verbose_name=_("owner"),
    )
    trigger = models.SlugField(_("word"), max_length=40)
    text = models.TextField(_("text"))
    modality = models.CharField(_("modality"), max_length=16, blank=True, default="")
    # Of ours: the edition; 0 for somebody's own.
    edition = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        ordering = ["trigger"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "trigger"], name="macro_once"),
            models.UniqueConstraint(
                fields=["trigger"],
                name="macro_once_for_all",
                condition=models.Q(owner__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.trigger
