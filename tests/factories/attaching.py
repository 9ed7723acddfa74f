"""Files beside studies, as their door brings them in."""

import io
from typing import Any

from archive.attachments.services import Description, attach, spool_attachment
from archive.models import Attachment, Study
from audit.actors import Actor

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f"
    b"\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND"
    b"\xaeB`\x82"
)


def attach_bytes(study: Study, user: Any, data: bytes = b"A note.", **said: Any) -> Attachment:
    """Put `data` beside a study; `said` as `Description` names it."""
    said = {"name": "note.txt", "kind": Attachment.Kind.OTHER} | said
    spooled = spool_attachment(io.BytesIO(data), len(data))
    actor = Actor.of_user(user, "192.0.2.9")
    return attach(study, spooled, Description(**said), user=user, actor=actor)
