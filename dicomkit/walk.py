"""Finding where sequences end, without recursion and without keeping anything."""

from typing import Final, NamedTuple

from dicomkit import tags
from dicomkit.encoding import (
    IMPLICIT_LITTLE,
    ITEM_GROUP,
    UNDEFINED_LENGTH,
    Encoding,
    has_explicit_vr,
    parse_head,
)
from dicomkit.errors import Part10Error
from dicomkit.source import Limits, Window, truncated
from dicomkit.vr import public_vr

_HEAD: Final = 12


class Budget:
    """What one reading may still spend, whatever the shape of the data set."""

    __slots__ = ("_kept", "_nested", "limits")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._kept = 0
        self._nested = 0

    def keep(self, count: int) -> None:
        """Count bytes that stay in memory.

        Raises
        ------
        Part10Error
            ``header-size``.
        """
        self._kept += count
        if self._kept > self.limits.max_header:
            raise Part10Error("header-size", "The header is too large.")

    def count_nested(self) -> None:
        """Count an item, or an element inside one.

        Raises
        ------
        Part10Error
            ``elements``.
        """
        self._nested += 1
        if self._nested >= self.limits.max_nested:
            raise Part10Error("elements", "There are too many elements in sequences.")


class _Level(NamedTuple):
    """A sequence or an item that has begun; ``end`` is ``None`` when undefined."""

    is_item: bool
    end: int | None
    encoding: Encoding
    fragments: bool


def end_of(offset: int, length: int) -> int | None:
    """Return where a value ends, ``None`` when its length is undefined."""
    return None if length == UNDEFINED_LENGTH else offset + length


def item_encoding(window: Window, offset: int, encoding: Encoding) -> Encoding:
    """Return the layout of the item whose first element begins at `offset`.

    What is inside an UN of a sequence is implicit little endian by PS3.5 6.2.2, yet some write it
    explicit; so the bytes decide.
    """
    if encoding.implicit:
        return encoding
    head = window.peek(offset, 8)
    if len(head) < 8 or head[:2] in (b"\xfe\xff", b"\xff\xfe") or has_explicit_vr(head):
        return encoding
    return encoding if head[4:6].isalpha() else IMPLICIT_LITTLE


class Walker:
    """Walks over sequences to where they end."""

    def __init__(self, window: Window, budget: Budget) -> None:
        self._window = window
        self._budget = budget
        self._levels: list[_Level] = []

    def walk(self, offset: int, encoding: Encoding, *, end: int | None, fragments: bool) -> int:
        """Walk over the items of one sequence and all they hold.

        Parameters
        ----------
        offset : int
            Where the first item begins.
        encoding : Encoding
            Layout of the data set that has the sequence.
        end : int or None
            Where the sequence ends; ``None`` when its length is undefined.
        fragments : bool
            The items are fragments, not data sets.

        Returns
        -------
        int
            The first offset after the sequence and its delimiter.

        Raises
        ------
        Part10Error
            ``nesting``, ``elements`` (too many), ``sequence`` (not items), ``truncated``.
        """
        self._levels = [_Level(False, end, encoding, fragments)]
        while self._levels:
            level = self._levels[-1]
            if level.end is not None and offset >= level.end:
                offset = level.end
                self._levels.pop()
            elif level.is_item:
                offset = self._in_item(offset, level)
            else:
                offset = self._in_sequence(offset, level)
        return offset

    def _head(self, offset: int, encoding: Encoding) -> tuple[int, str | None, int, int]:
        self._budget.count_nested()
        data = self._window.peek(offset, _HEAD)
        if len(data) < 8:
            raise truncated("a sequence")
        return parse_head(data, 0, encoding)

    def _in_sequence(self, offset: int, level: _Level) -> int:
        tag, _, length, _ = self._head(offset, level.encoding)
        offset += 8
        if tag == tags.SEQUENCE_DELIMITATION:
            self._levels.pop()
        elif tag != tags.ITEM:
            raise Part10Error("sequence", f"A sequence holds ({tag:08X}) instead of an item.")
        elif level.fragments:
            return self._skip(offset, length)
        else:
            inner = item_encoding(self._window, offset, level.encoding)
            self._levels.append(_Level(True, end_of(offset, length), inner, False))
        return offset

    def _in_item(self, offset: int, level: _Level) -> int:
        tag, vr, length, size = self._head(offset, level.encoding)
        if tag == tags.ITEM_DELIMITATION:
            self._levels.pop()
            return offset + 8
        if tag >> 16 == ITEM_GROUP:  # the item's own delimiter was forgotten
            self._levels.pop()
            return offset
        start = offset + size
        if vr is None:
            vr = "SQ" if length == UNDEFINED_LENGTH else public_vr(tag)
        if vr != "SQ" and length != UNDEFINED_LENGTH:
            return self._skip(start, length)
        if len(self._levels) >= 2 * self._budget.limits.max_depth:
            raise nesting(self._budget.limits)
        fragments = vr not in ("SQ", "UN")
        self._levels.append(_Level(False, end_of(start, length), level.encoding, fragments))
        return start

    def _skip(self, offset: int, length: int) -> int:
        if length == UNDEFINED_LENGTH or not self._window.reaches(offset + length):
            raise truncated("a sequence")
        return offset + length


def nesting(limits: Limits) -> Part10Error:
    """Return the error for sequences nested too deeply."""
    return Part10Error("nesting", f"Sequences are nested deeper than {limits.max_depth} levels.")
