"""kill -9 of the worker between every two steps of notices, mail and escalation: each once."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.databases import fresh_database_url
from tests.live import PROJECT, run_python
from tests.mailbox import Mailbox, open_mailbox

_CONSUME = """
import sys
import django
django.setup()
from tests.factories.listing import make_study
from tests.factories.notices import make_addressee, publish_about
from itertools import count
from tests.factories import people
people._numbers = count(1000)
from tests.factories.people import make_facility
facility = make_facility("Live")
print(make_addressee("FACILITY", facility).email)
publish_about(make_study(facility), "report.corrected")
"""


@pytest.fixture(scope="module")
def mailbox():
    with open_mailbox() as mailbox:
        yield mailbox


@pytest.fixture(scope="module")
def environment(tmp_path_factory, mailbox):
    """Return the environment of a NOCTIS with a database of its own that sends to the mailbox."""
    with fresh_database_url() as url:
        variables = {
            **os.environ,
            **mailbox.environment(),
            "NOCTIS_DATA_DIR": str(tmp_path_factory.mktemp("notices")),
            "NOCTIS_DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "noctisview.settings",
        }
        run_python(variables, "manage.py", "migrate", "--verbosity", "0")
        yield variables


@pytest.fixture(scope="module")
def found(environment) -> dict[str, Any]:
    return json.loads(run_python(environment, "-m", "tests.killed_worker"))


# At what point a kill leaves open whether the server has the mail.
IN_DOUBT = ("claimed", "accepted by the server")


def test_ordinary_mail_is_sent_at_most_once(found, mailbox: Mailbox) -> None:
    for point, facts in found["ordinary"].items():
        assert (facts["notices"], facts["live"]) == (1, 1), point
        state = "uncertain" if point in IN_DOUBT else "sent"
        assert facts["deliveries"] == [state], point
        expected = [] if point == "claimed" else facts["message_ids"]
        assert mailbox.ids_to(facts["address"]) == expected, point


def test_mail_about_a_critical_result_is_sent_at_least_once(found, mailbox: Mailbox) -> None:
    for point, facts in found["critical"].items():
        assert facts["deliveries"] == ["sent"], point
        got = mailbox.ids_to(facts["address"])
        times = 2 if point == "accepted by the server" else 1
        # A repetition is known by its Message-ID.
        assert got == facts["message_ids"] * times, point


def test_each_step_of_escalation_happens_once(found, mailbox: Mailbox) -> None:
    for point, facts in found["escalated"].items():
        assert facts["steps"] == ["reported", "reminded"], point
        assert (facts["events"], facts["audit"]) == (1, 1), point
        ids = mailbox.ids_to(facts["address"])
        assert len(ids) == len(set(ids)) == 2, point


def test_three_workers_at_once_do_everything_once(found, mailbox: Mailbox) -> None:
    facts = found["at_once"]
    # Eight corrections, a critical result and its reminder.
    assert facts["notices"] == 10
    for address, count in ((facts["desk"], 10), (facts["address"], 2)):
        ids = mailbox.ids_to(address)
        assert len(ids) == len(set(ids)) == count
    assert facts["steps"] == ["reported", "reminded"]


def test_the_worker_is_woken_by_a_commit(environment, mailbox: Mailbox, found) -> None:
    before = len(mailbox.messages)
    consumer = subprocess.Popen(
        [sys.executable, "manage.py", "run_huey", "--workers", "1"], cwd=PROJECT, env=environment
    )
    try:
        address = run_python(environment, "-c", _CONSUME).split()[-1]
        to, message = mailbox.wait_for(before + 1)[-1]
    finally:
        consumer.kill()
        consumer.wait()
    assert to == [address]
    assert message["Subject"] == "NOCTIS: A report was corrected"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_body(("html",)) is not None
