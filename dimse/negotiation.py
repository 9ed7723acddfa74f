"""Which presentation contexts an association gets (PS3.8 7.1.1.13, PS3.7 D.3.3.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dicomkit.part10 import is_valid_uid
from dimse.models import Peer
from dimse.sop_classes import FIND, GET, MOVE, VERIFICATION, is_storage
from dimse.upper_layer.association import Context
from dimse.upper_layer.pdu import AnsweredContext, ContextResult, ProposedContext, Roles

IMPLICIT_LITTLE: Final = "1.2.840.10008.1.2"  # PS3.5 A.1
EXPLICIT_LITTLE: Final = "1.2.840.10008.1.2.1"  # PS3.5 A.2
DEFLATED: Final = "1.2.840.10008.1.2.1.99"  # PS3.5 A.5
EXPLICIT_BIG: Final = "1.2.840.10008.1.2.2"  # retired; PS3.5 (2016b) A.3
_SERVICE_SYNTAXES: Final = (EXPLICIT_LITTLE, IMPLICIT_LITTLE, DEFLATED, EXPLICIT_BIG)
_SCU_ALONE: Final = Roles(scu=True, scp=False)  # PS3.7 D.3.3.4: the default


@dataclass(frozen=True, slots=True)
class Negotiated:
    """What goes into the A-ASSOCIATE-AC."""

    answers: list[AnsweredContext]
    contexts: list[Context]
    roles: dict[str, Roles]


def negotiate(
    peer: Peer, proposed: Sequence[ProposedContext], roles: dict[str, Roles]
) -> Negotiated:
    """Answer the proposed contexts as far as the rights of `peer` go.

    Parameters
    ----------
    peer : Peer
        Who asks.
    proposed : sequence of ProposedContext
        What it proposes.
    roles : dict of str to Roles
        The roles it proposes, by SOP class UID.
    """
    negotiated = Negotiated([], [], {})
    for context in proposed:
        wished = roles.get(context.abstract_syntax)
        agreed = _agreed_roles(peer, context.abstract_syntax, wished or _SCU_ALONE)
        if isinstance(agreed, ContextResult):
            negotiated.answers.append(_refusal(context, agreed))
            continue
        syntax = _transfer_syntax(context, agreed)
        if syntax is None:
            refused = ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED
            negotiated.answers.append(_refusal(context, refused))
            continue
        negotiated.answers.append(
            AnsweredContext(context.context_id, ContextResult.ACCEPTANCE, syntax)
        )
        negotiated.contexts.append(
            Context(context.context_id, context.abstract_syntax, syntax, agreed.scu, agreed.scp)
        )
        if wished is not None:
            negotiated.roles[context.abstract_syntax] = agreed
    return negotiated


def _refusal(context: ProposedContext, result: ContextResult) -> AnsweredContext:
    # The transfer syntax of a refusal has no meaning, but must be there (PS3.8 table 9-18).
    return AnsweredContext(context.context_id, result, IMPLICIT_LITTLE)


def _agreed_roles(peer: Peer, abstract_syntax: str, wished: Roles) -> Roles | ContextResult:
    """Return the roles the peer gets, or why it gets the context in none."""
    if is_storage(abstract_syntax):
        agreed = Roles(wished.scu and peer.may_store, wished.scp and peer.may_retrieve)
    else:
        permitted = _may_request(peer, abstract_syntax)
        if permitted is None:
            return ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED
        agreed = Roles(wished.scu and permitted, False)
    return agreed if agreed.scu or agreed.scp else ContextResult.USER_REJECTION


def _may_request(peer: Peer, abstract_syntax: str) -> bool | None:
    """Say whether the peer has the right to a service; None when it is not served."""
    if abstract_syntax == VERIFICATION:
        return peer.may_echo
    if abstract_syntax in FIND:
        return peer.may_query
    if abstract_syntax in MOVE or abstract_syntax in GET:
        return peer.may_retrieve
    return None


def _transfer_syntax(context: ProposedContext, roles: Roles) -> str | None:
    offered = context.transfer_syntaxes
    if not is_storage(context.abstract_syntax):
        return next((syntax for syntax in offered if syntax in _SERVICE_SYNTAXES), None)
    if not roles.scu:
        # Only we send on it (C-GET): into these two everything that can be decoded can be put.
        for syntax in (EXPLICIT_LITTLE, IMPLICIT_LITTLE):
            if syntax in offered:
                return syntax
    return next((syntax for syntax in offered if is_valid_uid(syntax)), None)
