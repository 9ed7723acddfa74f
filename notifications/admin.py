from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from audit.actors import Actor
from audit.services import record_administration
from notifications.kinds import KINDS
from notifications.models import Delivery, MailPolicy
from notifications.sending import send_again
from notifications.waking import wake


def _actor(request: HttpRequest) -> Actor:
    return Actor.of_user(request.user, str(getattr(request, "client_address", "")))


@admin.register(Delivery)
class DeliveryAdmin(ModelAdmin):  # type: ignore[misc]
    """What became of each mail: to be read, and tried again."""

    list_display = (
        "created_at",
        "topic_or_digest",
        "recipient_name",
        "state",
        "attempts",
        "next_attempt",
        "sent_at",
        "error",
    )
    list_filter = ("state", "channel", "topic")
    list_select_related = ("user",)
    search_fields = ("recipient", "user__username", "=message_key")
    ordering = ("-id",)
    actions = ("try_again",)
    show_full_result_count = False
    list_per_page = 50

    @admin.display(description=_("about"))
    def topic_or_digest(self, delivery: Delivery) -> str:
        kind = KINDS.get(delivery.topic)
        return str(kind.label if kind else delivery.get_channel_display())

    @admin.display(description=_("to"))
    def recipient_name(self, delivery: Delivery) -> str:
        if delivery.user is not None:
            return str(delivery.user.get_username())
        return delivery.recipient.removeprefix("mail:")

    @admin.display(description=_("next attempt"))
    def next_attempt(self, delivery: Delivery) -> Any:
        return delivery.next_attempt_at if delivery.state == Delivery.State.WAITING else None

    @admin.action(description=_("Try again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        count = send_again(queryset)
        subject = f"{count} deliveries"
        record_administration(
            actor=_actor(request), subject_kind="delivery", subject=subject, change="retried"
        )
        wake()
        text = ngettext("%(count)s will be sent.", "%(count)s will be sent.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_active and request.user.has_perm("notifications.view_deliveries")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(MailPolicy)
class MailPolicyAdmin(ModelAdmin):  # type: ignore[misc]
    """What each facility lets be written in mail; every change is recorded."""

    list_display = ("facility", "includes_patient")
    list_select_related = ("facility",)

    def _may(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.has_perm("worklist.manage_facilities")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        self._record(request, obj, "changed" if change else "created")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._record(request, obj, "deleted")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[MailPolicy]) -> None:
        for policy in queryset:
            self.delete_model(request, policy)

    def _record(self, request: HttpRequest, policy: MailPolicy, change: str) -> None:
        record_administration(
            actor=_actor(request),
            subject_kind="mail policy",
            subject=str(policy.facility),
            change=change,
            fields=["includes_patient"],
            facility_id=policy.facility_id,
        )
