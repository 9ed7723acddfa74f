"""Templates and macros in the admin area, for those who manage the reading room."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from audit.actors import Actor
from reports.catalogue.forms import ImportForm, MacroForm, TemplateForm
from reports.catalogue.preview import preview_html
from reports.catalogue.services import (
    delete_macro,
    delete_template,
    duplicate_template,
    import_template,
    save_macro,
    save_template,
    switch_template,
)
from reports.models import Macro, ReportTemplate

_NAMES = "admin:reports_reporttemplate_%s"


class _ForManagers(ModelAdmin):  # type: ignore[misc]
    """Open to who manages the reading room, and to nobody else."""

    list_per_page = 100

    def has_module_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.is_active and user.has_perm("reports.manage_reading"))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    has_change_permission = has_delete_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def _actor(self, request: HttpRequest) -> Actor:
        return Actor.of_user(request.user, getattr(request, "client_address", ""))


@admin.register(ReportTemplate)
class ReportTemplateAdmin(_ForManagers):
    form = TemplateForm
    list_display = ("name", "modality", "body_part", "whose", "facility", "is_active", "preview")
    list_filter = ("is_active", "modality", "facility")
    list_select_related = ("facility",)
    search_fields = ("name", "key")
    ordering = ("modality", "name")
    actions = ("duplicate",)
    change_list_template = "reports/catalogue/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReportTemplate]:
        rows: QuerySet[ReportTemplate] = super().get_queryset(request)
        return rows if "/change/" in request.path else rows.defer("content")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        columns = ["name", "modality", "body_part", "language", "facility", "is_active"]
        return [*columns, "preview"] if _is_ours(obj) else [*columns, "sections"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Of ours only `is_active` is changed: the next edition would undo all else."""
        columns = ["name", "modality", "body_part", "language", "facility"]
        return [*columns, "preview"] if _is_ours(obj) else []

    @admin.display(description=gettext_lazy("made by"))
    def whose(self, template: ReportTemplate) -> str:
        return _("NOCTIS, edition %d") % template.edition if template.edition else _("the house")

    @admin.display(description=gettext_lazy("preview"))
    def preview(self, template: ReportTemplate) -> SafeString:
        url = reverse(_NAMES % "preview", args=[template.pk])
        return format_html(
            '<a class="text-primary-600 dark:text-primary-400" href="{}">{}</a>',
            url,
            _("Preview and copy"),
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if obj.edition:
            switch_template(obj, obj.is_active, actor=self._actor(request))
        else:
            obj.content = form.content
            save_template(obj, actor=self._actor(request))

    def delete_model(self, request: HttpRequest, obj: ReportTemplate) -> None:
        delete_template(obj, actor=self._actor(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ReportTemplate]) -> None:
        for template in queryset:
            self.delete_model(request, template)

    @admin.action(description=gettext_lazy("Make a copy to change"))
    def duplicate(self, request: HttpRequest, queryset: QuerySet[ReportTemplate]) -> None:
        for template in queryset[:50]:
            duplicate_template(template, actor=self._actor(request))
        text = _("The copies are not in use before you switch them on.")
        self.message_user(request, text, messages.SUCCESS)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "import/",
                wrap(self.import_view),
                name="reports_reporttemplate_import",
            ),
            path(
                "<int:object_id>/preview/",
                wrap(self.preview_view),
                name="reports_reporttemplate_preview",
            ),
            path(
                "<int:object_id>/copy/",
                wrap(require_POST(self.copy_view)),
                name="reports_reporttemplate_copy",
            ),
            *super().get_urls(),
        ]

    def preview_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show the template as a report would begin."""
        self._require_manager(request)
        template = get_object_or_404(ReportTemplate, pk=object_id)
        return self._page(
            request,
            "preview",
            title=template.name,
            template=template,
            report=preview_html(template.content),
        )

    def copy_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Make a copy that the house may change, and open it."""
        self._require_manager(request)
        template = get_object_or_404(ReportTemplate, pk=object_id)
        return self._opened(duplicate_template(template, actor=self._actor(request)))

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Take over an MRRT file."""
        self._require_manager(request)
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            made = form.cleaned_data["file"]
            template = import_template(
                made.title, made.content, actor=self._actor(request), language=made.language
            )
            text = _("Taken over. Look it through, then switch it on.")
            self.message_user(request, text, messages.SUCCESS)
            return self._opened(template)
        return self._page(request, "import", title=_("Take over an MRRT template"), form=form)

    def _opened(self, template: ReportTemplate) -> HttpResponse:
        return HttpResponseRedirect(reverse(_NAMES % "change", args=[template.pk]))

    def _page(self, request: HttpRequest, name: str, **more: Any) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **more}
        return TemplateResponse(request, f"reports/catalogue/{name}.html", context)

    def _require_manager(self, request: HttpRequest) -> None:
        if not self.has_module_permission(request):
            raise PermissionDenied


def _is_ours(template: ReportTemplate | None) -> bool:
    return template is not None and template.edition != 0


@admin.register(Macro)
class MacroAdmin(_ForManagers):
    """Everybody's macros; nobody sees another's own."""

    form = MacroForm
    list_display = ("trigger", "modality", "beginning", "is_active")
    list_filter = ("is_active", "modality")
    search_fields = ("trigger", "text")
    ordering = ("trigger",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Macro]:
        rows: QuerySet[Macro] = super().get_queryset(request)
        return rows.filter(owner__isnull=True)

    @admin.display(description=gettext_lazy("text"))
    def beginning(self, macro: Macro) -> str:
        return f"{macro.text[:100]}…" if len(macro.text) > 100 else macro.text

    def save_model(self, request: HttpRequest, obj: Macro, form: Any, change: bool) -> None:
        save_macro(obj, actor=self._actor(request))

    def delete_model(self, request: HttpRequest, obj: Macro) -> None:
        delete_macro(obj, actor=self._actor(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Macro]) -> None:
        for macro in queryset:
            self.delete_model(request, macro)
