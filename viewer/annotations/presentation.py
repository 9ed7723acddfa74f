"""An annotation as the API shows it."""

from typing import Any

from viewer.models import Annotation, AnnotationVersion


def facts_of(row: Annotation, user: Any, study_instance_uid: str = "") -> dict[str, Any]:
    """Return an annotation with its revision and author, as `user` sees it.

    Parameters
    ----------
    study_instance_uid : str
        The study in which its image is now, when that may not be the one it was written in.
    """
    moved = {"study_instance_uid": study_instance_uid} if study_instance_uid else {}
    return {
        **row.content,
        **moved,
        "revision": row.revision,
        "author": row.author_name,
        "author_id": row.author_id,
        "is_mine": row.author_id == user.pk,
        "changed_at": row.changed_at.isoformat(),
        "is_deleted": row.deleted_at is not None,
    }


def version_facts(version: AnnotationVersion) -> dict[str, Any]:
    """Return one state of an annotation; `annotation` is null for a deletion."""
    return {
        "revision": version.revision,
        "annotation": version.content,
        "author": version.author_name,
        "author_id": version.author_id,
        "at": version.at.isoformat(),
    }
