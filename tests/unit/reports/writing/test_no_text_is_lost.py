"""Whatever two readers do in whatever order, every text that the server got is still there."""

from itertools import count

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

from audit.actors import SYSTEM
from reports.chain import broken_version
from reports.content import report_text
from reports.errors import ReadingRoomError
from reports.models import DraftKind, DraftSave, Report, ReportVersion
from reports.writing.drafts import discard_draft, save_draft, start_draft
from reports.writing.leases import Hold, extend_lease, release_lease, take_lease
from reports.writing.signing import Signature, sign_report, withdraw_report
from tests.factories.listing import make_study
from tests.factories.people import make_facility, make_user
from tests.factories.reading import content_of, paragraph

READERS = st.sampled_from([0, 1])
KINDS = st.sampled_from([DraftKind.REPORT, DraftKind.ADDENDUM, DraftKind.CORRECTION])


class TwoReaders(RuleBasedStateMachine):
    """Each reader's window knows the token and the version that it was told last."""

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.study = make_study(make_facility())
        self.readers = [make_user("RADIOLOGIST"), make_user("RADIOLOGIST")]
        self.tokens, self.versions = [0, 0], [0, 0]
        self.drafts = [content_of(), content_of()]
        self.sent = []
        self.numbers = count(1)

    def teardown(self):
        try:
            self.check_texts()
            self.check_chain()
        finally:
            self.undo()

    def undo(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def hold(self, who):
        return Hold(self.readers[who], f"window {who}", self.tokens[who])

    def know(self, who, report):
        self.versions[who], self.drafts[who] = report.draft_version, report.draft or content_of()

    @rule(who=READERS, takeover=st.booleans())
    def take(self, who, takeover):
        reader = self.readers[who]
        try:
            lease = take_lease(self.study, reader, f"window {who}", takeover=takeover, actor=SYSTEM)
        except ReadingRoomError:
            return
        self.tokens[who] = lease.token
        if report := Report.objects.filter(study=self.study).first():
            self.know(who, report)

    @rule(who=READERS, kind=KINDS)
    def sit_down(self, who, kind):
        self.take(who=who, takeover=True)
        self.start(who=who, kind=kind)

    @rule(who=READERS)
    def beat(self, who):
        try:
            extend_lease(self.study, self.hold(who))
        except ReadingRoomError:
            pass

    @precondition(lambda self: len(self.sent) % 3 == 2)
    @rule(who=READERS)
    def release(self, who):
        release_lease(self.study, self.hold(who))

    @rule(who=READERS, kind=KINDS)
    def start(self, who, kind):
        try:
            self.know(who, start_draft(self.study, self.hold(who), kind=kind, actor=SYSTEM))
        except ReadingRoomError:
            pass

    @precondition(lambda self: any(self.tokens))
    @rule(who=READERS, learns=st.booleans())
    def save(self, who, learns):
        text = f"Text number {next(self.numbers)}."
        last = self.drafts[who]["sections"][-1]
        body = {"type": "doc", "content": [paragraph(text)]}
        sections = [*self.drafts[who]["sections"][:-1], {**last, "body": body}]
        content = {**self.drafts[who], "sections": sections}
        try:
            report = save_draft(
                self.study, self.hold(who), self.versions[who], content, actor=SYSTEM
            )
        except ReadingRoomError as error:
            if error.code == "content":
                return  # refused for what it is, and told so: an addendum keeps what was signed
        else:
            # An answer that is lost on its way leaves the window with the old version.
            if learns:
                self.know(who, report)
        self.sent.append(text)

    @precondition(lambda self: self.sent)
    @rule(who=READERS, kind=st.sampled_from(["preliminary", "final"]))
    def sign(self, who, kind):
        signature = Signature(kind, reason="because")
        try:
            sign_report(self.study, self.hold(who), self.versions[who], signature, actor=SYSTEM)
        except ReadingRoomError:
            pass

    @rule(who=READERS, kind=KINDS, signed=st.sampled_from(["preliminary", "final"]))
    def write_and_sign(self, who, kind, signed):
        self.sit_down(who=who, kind=kind)
        self.save(who=who, learns=True)
        self.sign(who=who, kind=signed)

    @rule(who=READERS)
    def go_on_after_an_answer_was_lost(self, who):
        self.sit_down(who=who, kind=DraftKind.REPORT)
        self.save(who=who, learns=False)
        self.save(who=who, learns=True)

    @precondition(lambda self: len(self.sent) % 5 == 4)
    @rule(who=READERS)
    def discard(self, who):
        try:
            discard_draft(self.study, self.hold(who), self.versions[who], actor=SYSTEM)
        except ReadingRoomError:
            pass

    @precondition(lambda self: len(self.sent) % 4 == 3)
    @rule(who=READERS)
    def withdraw(self, who):
        try:
            withdraw_report(self.study, self.readers[who], "wrong patient", actor=SYSTEM)
        except ReadingRoomError:
            pass

    def check_texts(self):
        kept = "\n".join(self._kept())
        missing = [text for text in self.sent if text not in kept]
        assert not missing

    def _kept(self):
        for report in Report.objects.filter(study=self.study):
            if report.draft:
                yield report_text(report.draft)
        for content in DraftSave.objects.values_list("content", flat=True):
            yield report_text(content)
        for content in ReportVersion.objects.values_list("content", flat=True):
            yield report_text(content)

    def check_chain(self):
        versions = list(ReportVersion.objects.filter(report__study=self.study))
        assert broken_version(versions) is None
        report = Report.objects.filter(study=self.study).first()
        if report is not None:
            reading = self.study.reading
            reading.refresh_from_db()
            assert reading.status == report.status
            assert (report.draft is None) == (report.draft_kind == "")


@pytest.mark.django_db
def test_no_order_of_two_readers_loses_a_text():
    run_state_machine_as_test(
        TwoReaders,
        settings=settings(max_examples=20, stateful_step_count=25, deadline=None),
    )
