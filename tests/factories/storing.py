"""Bringing objects into the archive as a door does."""

from archive.ingest import Door, Origin, Outcome, ingest
from archive.spool import Spool, SpooledFile
from worklist.models import Facility


def spool(data: bytes) -> SpooledFile:
    """Return `data` in the spool."""
    with Spool.create() as writer:
        writer.write(data)
        return writer.finish()


def store(facility: Facility, data: bytes, door: Door = Door.DIMSE) -> Outcome:
    """Bring `data` in for a facility and return the archive's answer."""
    origin = Origin(door, facility.pk, calling_ae="MODALITY", address="192.0.2.7")
    return ingest(spool(data), origin)
