"""Annotations on stored images."""

import uuid
from typing import Any

from archive.models import Instance
from audit.actors import Actor
from viewer.annotations.content import checked
from viewer.annotations.services import put_annotation
from viewer.models import Annotation


def new_uid() -> str:
    """Return a UID as the browser makes one."""
    return f"2.25.{uuid.uuid4().int}"


def drawing(instance: Instance, tool: str = "length", **members: Any) -> dict[str, Any]:
    """Return an annotation on an image, as the browser sends it; `members` replace its own."""
    return {
        "uid": new_uid(),
        "tool": tool,
        "study_instance_uid": instance.study.study_instance_uid,
        "series_instance_uid": instance.series.series_instance_uid,
        "sop_instance_uid": instance.sop_instance_uid,
        "frame": 1,
        "points": [[0.5, 1], [3.5, 1]],
        "world": None,
        "frame_of_reference_uid": "",
        "label": "",
        "values": [{"name": "length", "value": 3, "unit": "mm"}],
        "note": "",
        "colour": "",
        **members,
    }


def draw(instance: Instance, user: Any, **members: Any) -> Annotation:
    """Return an annotation that stands on an image."""
    content = checked(drawing(instance, **members))
    actor = Actor.of_user(user)
    return put_annotation(content, 0, user=user, actor=actor, study=instance.study)
