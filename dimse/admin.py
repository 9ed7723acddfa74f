from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from audit.actors import Actor
from dimse.models import Peer
from dimse.services import echo_peer, record_change


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

    def save_model(self, request: HttpRequest, obj: Peer, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        what = "changed" if change else "created"
        record_change(_actor(request), obj, what, form.changed_data)

    def delete_model(self, request: HttpRequest, obj: Peer) -> None:
        record_change(_actor(request), obj, "deleted")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Peer]) -> None:
        for peer in queryset:
            record_change(_actor(request), peer, "deleted")
        super().delete_queryset(request, queryset)

    @admin.action(description=_("Echo (C-ECHO) the selected peers"))
    def echo(self, request: HttpRequest, queryset: QuerySet[Peer]) -> None:
        for peer in queryset[:20]:
            result = echo_peer(peer)
            level = messages.SUCCESS if result.succeeded else messages.ERROR
            self.message_user(request, f"{peer}: {result.message}", level)


def _actor(request: HttpRequest) -> Actor:
    return Actor.of_user(request.user, getattr(request, "client_address", ""))
