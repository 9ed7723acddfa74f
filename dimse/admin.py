from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from dimse.models import Peer
from dimse.services import echo_peer


@admin.register(Peer)
class PeerAdmin(ModelAdmin):
    list_display = (
        "ae_title",
        "name",
        "host",
        "port",
        "facility",
        "is_active",
        "last_seen_at",
        "last_echo_result",
    )
    list_filter = ("is_active", "facility", "is_move_destination")
    list_select_related = ("facility",)
    search_fields = ("ae_title", "name", "host")
    readonly_fields = ("last_seen_at", "last_echo_at", "last_echo_result")
    actions = ("echo",)
    fieldsets = (
        (None, {"fields": ("name", "ae_title", "host", "port", "is_active")}),
        (_("Facility"), {"fields": ("facility", "all_facilities")}),
        (
            _("Rights"),
            {
                "fields": (
                    "may_echo",
                    "may_store",
                    "may_query",
                    "may_retrieve",
                    "is_move_destination",
                )
            },
        ),
        (_("Notes"), {"fields": ("notes",)}),
        (_("Contact"), {"fields": readonly_fields}),
    )

    @admin.action(description=_("Echo (C-ECHO) the selected peers"))
    def echo(self, request: HttpRequest, queryset: QuerySet[Peer]) -> None:
        for peer in queryset[:20]:
            result = echo_peer(peer)
            level = messages.SUCCESS if result.succeeded else messages.ERROR
            self.message_user(request, f"{peer}: {result.message}", level)
