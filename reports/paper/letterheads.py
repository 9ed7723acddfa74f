"""The letterhead of a facility, and changing it."""

import base64
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.actors import Actor
from audit.paper_events import record_letterhead_changed
from reports.models import Letterhead
from reports.paper.scripts import direction


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text and the direction in which it runs."""

    value: str
    direction: str


@dataclass(frozen=True, slots=True)
class Look:
    """A letterhead as it is drawn: texts, colours, and the logo as a data: address."""

    name: str
    heading: str
    subheading: str
    contact: str
    footer: str
    signature_note: str
    accent: str
    paper: str
    logo: str

    @property
    def contact_lines(self) -> list[Line]:
        """Address and contact, line by line."""
        return lines_of(self.contact)

    @property
    def footer_lines(self) -> list[Line]:
        """The foot of a page, line by line."""
        return lines_of(self.footer)


def lines_of(text: str) -> list[Line]:
    """Return a text's lines, each with its own direction."""
    return [Line(line, direction(line)) for line in text.splitlines()]


def letterhead_of(facility: Any) -> Letterhead:
    """Return the facility's letterhead; one that was never designed is made of what is known."""
    known = Letterhead.objects.filter(facility=facility).first()
    if known is not None:
        return known
    contact = "\n".join(part for part in (facility.address, facility.phone, facility.email) if part)
    return Letterhead(facility=facility, heading=facility.name, contact=contact)


def look_of(letterhead: Letterhead) -> Look:
    """Return how a letterhead is drawn."""
    return Look(
        name=letterhead.facility.name,
        heading=letterhead.heading or letterhead.facility.name,
        subheading=letterhead.subheading,
        contact=letterhead.contact,
        footer=letterhead.footer,
        signature_note=letterhead.signature_note,
        accent=letterhead.accent,
        paper=letterhead.paper,
        logo=data_address(bytes(letterhead.logo), letterhead.logo_type),
    )


def data_address(content: bytes, media_type: str) -> str:
    """Return a picture as a data: address; nothing for an empty one."""
    if not content:
        return ""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"


def save_letterhead(letterhead: Letterhead, *, fields: list[str], actor: Actor) -> None:
    """Keep a letterhead, and record which of its fields were changed."""
    letterhead.updated_at = timezone.now()
    with transaction.atomic():
        letterhead.save()
        record_letterhead_changed(
            actor=actor,
            facility_id=letterhead.facility_id,
            facility=letterhead.facility.name,
            fields=fields,
        )
