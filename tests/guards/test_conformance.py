"""docs/conformance.md lists exactly what the code offers.

Its table of real files is held against a run in tests/integration/test_corpus_doors.py.
"""

import pytest

from dimse.models import Peer
from dimse.negotiation import negotiate
from dimse.upper_layer.pdu import ProposedContext
from tests.conformance.statement import (
    STATEMENT,
    block_of,
    blocks,
    storage_sop_classes,
    transfer_syntaxes,
    with_block,
)

TEXT = STATEMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(blocks()))
def test_generated_parts_are_what_the_code_says(name: str) -> None:
    """If one differs: ``python -m tests.conformance --code``."""
    assert block_of(TEXT, name) == blocks()[name]


def test_there_is_a_table_of_real_files() -> None:
    rows = block_of(TEXT, "corpus").splitlines()[2:]
    assert len(rows) > 80
    assert all(row.count("|") == 8 and "wrong" not in row for row in rows)


def test_every_listed_sop_class_is_accepted_in_every_listed_transfer_syntax() -> None:
    peer = Peer(name="modality", ae_title="CT", facility_id=1, may_store=True)
    for sop_class in storage_sop_classes():
        assert f"`{sop_class}`" in block_of(TEXT, "storage")
        proposed = [
            ProposedContext(2 * n + 1, sop_class, (syntax,))
            for n, syntax in enumerate(transfer_syntaxes())
        ]
        assert len(negotiate(peer, proposed, {}).contexts) == len(proposed)


def test_what_is_not_listed_is_not_accepted() -> None:
    peer = Peer(name="modality", ae_title="CT", facility_id=1, may_store=True)
    for uid in ("1.2.840.10008.1.20.1", "1.2.840.10008.5.1.4.31", "1.2.840.10008.3.1.2.3.3"):
        assert f"`{uid}`" not in TEXT
        proposed = [ProposedContext(1, uid, ("1.2.840.10008.1.2",))]
        assert negotiate(peer, proposed, {}).contexts == []


def test_a_part_is_replaced_and_nothing_else() -> None:
    text = "before\n<!-- begin: x -->\nold\n<!-- end: x -->\nafter\n"
    new = with_block(text, "x", "new\n")
    assert new == text.replace("old", "new")
    assert block_of(new, "x") == "new\n"
