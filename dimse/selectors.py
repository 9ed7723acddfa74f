"""Who is calling: from AE titles and address to a registered peer, or a reason to refuse."""

import ipaddress
import socket
import threading
from dataclasses import dataclass
from enum import Enum
from time import monotonic
from typing import Any, Final, cast

from django.conf import settings
from django.db.models import Q, QuerySet

from archive.selectors import Principal
from dimse.models import Peer

_NAME_LIFETIME_S: Final = 60.0
_MAX_NAMES: Final = 1000

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refusal(Enum):
    """Why a caller is refused; the value is what the log and the audit trail say."""

    CALLED_AE_TITLE = "called AE title is not ours"
    UNKNOWN_AE_TITLE = "calling AE title is not registered"
    ADDRESS = "calling AE title is registered for another address"


@dataclass(frozen=True, slots=True)
class _Resolved:
    addresses: frozenset[Address]
    expires: float


def identify(calling: str, called: str, address: str) -> Peer | Refusal:
    """Return the peer that calls, or why it is refused.

    Parameters
    ----------
    calling, called : str
        AE titles without their padding; compared exactly (PS3.8 7.1.1.3).
    address : str
        IP address it calls from.

    Returns
    -------
    Peer or Refusal
        An unregistered caller on the loopback interface gets a peer that is not in the
        database, when the settings allow it.
    """
    if called not in _own_titles():
        return Refusal.CALLED_AE_TITLE
    caller = _address(address)
    registered = [*Peer.objects.filter(ae_title=calling).select_related("facility")]
    active = [peer for peer in registered if peer.is_active and _facility_is_active(peer)]
    matching = [peer for peer in active if not peer.host or _host_matches(peer.host, caller)]
    if matching:
        return max(matching, key=_precision)
    if registered:  # also an inactive one: blocking a title must hold on loopback as well
        return Refusal.ADDRESS if active else Refusal.UNKNOWN_AE_TITLE
    if settings.DICOM_ALLOW_LOOPBACK and caller.is_loopback:
        return _loopback_peer(calling) or Refusal.UNKNOWN_AE_TITLE
    return Refusal.UNKNOWN_AE_TITLE


def move_destination(principal: Principal, ae_title: str) -> Peer | None:
    """Return the peer that a C-MOVE of `principal` may name as its destination.

    A destination of another facility is none, unless the principal sees all facilities:
    patients of one facility are not sent to another by its own request.
    """
    if not ae_title:
        return None
    candidates = Peer.objects.filter(
        ae_title=ae_title, is_active=True, is_move_destination=True, port__isnull=False
    ).exclude(host="")
    if not principal.has_perm("archive.view_all_facilities"):
        candidates = candidates.filter(
            Q(facility_id=principal.facility_id) | Q(facility__isnull=True)
        )
    usable = [peer for peer in candidates.order_by("pk") if peer.has_single_host]
    return usable[0] if usable else None


def _own_titles() -> set[str]:
    titles = _facilities().values_list("dicom_ae_title", flat=True)
    return {settings.DICOM_AE_TITLE, *titles} - {""}


def _facilities() -> QuerySet[Any]:
    # The model is reached through the key: this room does not know the module it lives in.
    model: Any = Peer._meta.get_field("facility").related_model
    return cast("QuerySet[Any]", model.objects.filter(is_active=True))


def _facility_is_active(peer: Peer) -> bool:
    return peer.facility is None or bool(peer.facility.is_active)


def _precision(peer: Peer) -> tuple[int, int]:
    """Rank how exactly the host of a peer is given: an address before a network before none."""
    if not peer.host:
        return (0, 0)
    if "/" in peer.host:
        return (1, ipaddress.ip_network(peer.host, strict=False).prefixlen)
    return (2, 0)


def _loopback_peer(calling: str) -> Peer | None:
    facility = _facilities().order_by("pk").first()
    if facility is None:
        return None
    return Peer(
        name="loopback",
        ae_title=calling[:16],
        facility=facility,
        may_query=True,
        may_retrieve=True,
    )


def _address(text: str) -> Address:
    """Return the address; an IPv4 one mapped into IPv6 as what it is."""
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _host_matches(host: str, caller: Address) -> bool:
    try:
        return caller in ipaddress.ip_network(host, strict=False)
    except ValueError:
        return caller in _names.resolve(host)


class _Names:
    """Addresses of host names, each remembered for a minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, _Resolved] = {}

    def resolve(self, host: str) -> frozenset[Address]:
        """Return the addresses of a host; none when the name service has no answer."""
        with self._lock:
            known = self._known.get(host)
        if known is not None and known.expires > monotonic():
            return known.addresses
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError:
            found = []
        addresses = frozenset(_address(str(entry[4][0])) for entry in found)
        with self._lock:
            if len(self._known) >= _MAX_NAMES:
                self._known.clear()
            self._known[host] = _Resolved(addresses, monotonic() + _NAME_LIFETIME_S)
        return addresses


_names = _Names()
