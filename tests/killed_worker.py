"""A worker of notices and escalation that is killed with SIGKILL at a point that a test names.

    python -m tests.killed_worker

Runs every scenario in forked processes: one does the work and is killed at the point, a second one
is the worker after a restart. What the database says at the end goes to stdout as JSON. Mail goes
to the server that the environment names.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NoReturn
from unittest import mock

import django

django.setup()

from django.db import connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from audit.models import AuditEvent  # noqa: E402
from notifications import dispatch, sending  # noqa: E402
from notifications.models import Delivery, Notice, OutboxEvent  # noqa: E402
from reports.critical import escalation, steps  # noqa: E402
from reports.critical.services import Recipient  # noqa: E402
from reports.models import CriticalResult  # noqa: E402
from tests.factories.listing import make_study  # noqa: E402
from tests.factories.notices import make_addressee, make_critical, publish_about  # noqa: E402
from tests.factories.people import make_facility, make_user  # noqa: E402


def die(*args: Any, **kwargs: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def after(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function`, and death when it has returned."""

    def run(*args: Any, **kwargs: Any) -> NoReturn:
        function(*args, **kwargs)
        die()

    return run


# Point -> what is replaced. Each stands between two steps of the work.
DISPATCH = {
    "notices made, not committed": mock.patch.object(dispatch, "_live", die),
    "event marked, not committed": mock.patch.object(OutboxEvent, "save", after(OutboxEvent.save)),
    "dispatch committed": mock.patch.object(
        dispatch, "dispatch_event", after(dispatch.dispatch_event)
    ),
}
SEND = {
    "claimed": mock.patch.object(sending, "_attempt", die),
    "accepted by the server": mock.patch.object(sending, "mark", die),
    "marked": mock.patch.object(sending, "mark", after(sending.mark)),
}
ESCALATE = {
    "result changed": mock.patch.object(escalation, "add_step", die),
    "step added": mock.patch.object(steps, "record_critical_step", die),
    "event published, not committed": mock.patch.object(steps, "publish", after(steps.publish)),
    "step committed": mock.patch.object(escalation, "take_step", after(escalation.take_step)),
}


def fork(work: Callable[[], None], *, is_killed: bool = False) -> None:
    """Run `work` in a process of its own and see that it ends as it should."""
    wait_for(begin(work), is_killed=is_killed)


def begin(work: Callable[[], None]) -> int:
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return child


def wait_for(child: int, *, is_killed: bool = False) -> None:
    status = os.waitpid(child, 0)[1]
    expected = (True, signal.SIGKILL) if is_killed else (False, 0)
    found = (os.WIFSIGNALED(status), os.WTERMSIG(status) if is_killed else os.WEXITSTATUS(status))
    assert found == expected, f"ended with {status}"


def tell() -> None:
    dispatch.dispatch_open_events()
    sending.send_due()


def tell_after_restart() -> None:
    dispatch.dispatch_open_events()
    sending.release_lost_claims(timezone.now() + timedelta(minutes=5))
    sending.send_due()


def killed(point: Any, work: Callable[[], None]) -> None:
    """Work until the point."""

    def run() -> None:
        with point:
            work()

    fork(run, is_killed=True)


def ordinary(point: Any) -> dict[str, Any]:
    facility = make_facility()
    desk = make_addressee("FACILITY", facility)
    event = publish_about(make_study(facility), "report.corrected")
    killed(point, tell)
    fork(tell_after_restart)
    fork(tell_after_restart)
    return told(event, desk.email)


def critical(point: Any) -> dict[str, Any]:
    facility, reader = make_facility(), make_user("RADIOLOGIST")
    make_user("FACILITY", facility)
    address = f"{reader.username}@clinic.example"
    make_critical(make_study(facility), reader, recipient=Recipient("Ward", address))
    event = OutboxEvent.objects.filter(topic="critical.reported").latest("pk")
    killed(point, tell)
    fork(tell_after_restart)
    fork(tell_after_restart)
    return told(event, address)


def told(event: OutboxEvent, address: str) -> dict[str, Any]:
    deliveries = Delivery.objects.filter(source=f"event:{event.pk}")
    live = OutboxEvent.objects.filter(topic="notice.new", payload__has_key="notice_id")
    notices = list(Notice.objects.filter(event_id=event.pk).values_list("pk", flat=True))
    return {
        "address": address,
        "notices": len(notices),
        "live": sum(one.payload["notice_id"] in notices for one in live),
        "deliveries": [one.state for one in deliveries],
        "message_ids": [f"<{one.message_key}@localhost>" for one in deliveries],
    }


def escalated(point: Any) -> dict[str, Any]:
    facility, reader = make_facility(), make_user("RADIOLOGIST")
    address = f"{reader.username}@clinic.example"
    result = make_critical(make_study(facility), reader, recipient=Recipient("Ward", address))
    fork(tell)
    due = timezone.now() + timedelta(minutes=11)

    def escalate() -> None:
        escalation.take_due_steps(due)

    killed(point, escalate)
    fork(escalate)
    fork(tell)
    facts = {
        "address": address,
        "steps": [one.what for one in result.steps.order_by("number")],
        "events": OutboxEvent.objects.filter(
            topic="critical.reminded", payload__critical_id=result.pk
        ).count(),
        "audit": sum(
            row.detail.get("result") == result.pk and "reminded" in row.detail["event"]
            for row in AuditEvent.objects.filter(event_code="110110")
        ),
    }
    # The clocks of these tests run ahead: what is due in a moment belongs to the next scenario.
    CriticalResult.objects.filter(pk=result.pk).update(next_step_at=None)
    return facts


def at_once() -> dict[str, Any]:
    """Have three workers do the same work at the same moment."""
    facility, reader = make_facility(), make_user("RADIOLOGIST")
    desk = make_addressee("FACILITY", facility)
    for _ in range(8):
        publish_about(make_study(facility), "report.corrected")
    address = f"{reader.username}@clinic.example"
    result = make_critical(make_study(facility), reader, recipient=Recipient("Ward", address))
    due = timezone.now() + timedelta(minutes=11)

    def work() -> None:
        escalation.take_due_steps(due)
        tell()

    for child in [begin(work) for _ in range(3)]:
        wait_for(child)
    fork(tell)
    return {
        "desk": desk.email,
        "notices": Notice.objects.filter(user=desk).count(),
        "address": address,
        "steps": [one.what for one in result.steps.order_by("number")],
    }


def main() -> None:
    """Run every scenario."""
    found = {
        "ordinary": {name: ordinary(point) for name, point in {**DISPATCH, **SEND}.items()},
        "critical": {name: critical(point) for name, point in {**DISPATCH, **SEND}.items()},
    }
    CriticalResult.objects.update(next_step_at=None)
    found["escalated"] = {name: escalated(point) for name, point in ESCALATE.items()}
    CriticalResult.objects.update(next_step_at=None)
    found["at_once"] = at_once()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
