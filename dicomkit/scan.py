"""The scanner: one pass over a data set, values kept or located, nothing trusted."""

from collections.abc import Iterator
from typing import Final

from dicomkit import tags
from dicomkit.elements import Element, PixelData
from dicomkit.encoding import ITEM_GROUP, UNDEFINED_LENGTH, Encoding, parse_head
from dicomkit.errors import Part10Error
from dicomkit.source import BytesSource, Window, truncated
from dicomkit.vr import SHORT_FORM, private_vr, public_vr, settle_choice
from dicomkit.walk import Budget, Walker, end_of, item_encoding

_HEAD: Final = 12
_PIXEL_GROUP: Final = 0x7FE0
_ITEM_BYTES: Final = {False: b"\xfe\xff\x00\xe0", True: b"\xff\xfe\xe0\x00"}


def vr_of(tag: int, elements: dict[int, Element], *, signed: bool, length: int) -> str:
    """Return the VR of an implicitly encoded element, from the dictionaries.

    Parameters
    ----------
    tag : int
        The element's tag.
    elements : dict
        What was read before it: its private creator and Pixel Representation.
    signed : bool
        Pixel Representation of the surrounding data set.
    length : int
        Bytes of the value.
    """
    if tag >> 16 & 1:
        return _private_vr_of(tag, elements)
    vr = public_vr(tag)
    if " " not in vr:
        return vr
    representation = elements.get(tags.PIXEL_REPRESENTATION)
    if representation is not None and representation.value:
        signed = any(representation.value)
    return settle_choice(vr, signed=signed, long_data=length > 2)


def _private_vr_of(tag: int, elements: dict[int, Element]) -> str:
    block = tag >> 8 & 0xFF
    if not block:
        return "LO" if tag & 0xFF >= 0x10 else "UN" if tag & 0xFF else "UL"
    creator = elements.get(tag & 0xFFFF0000 | block)
    if creator is None or not creator.value:
        return "UN"
    vr = private_vr(tag, creator.value.decode("latin_1").strip(" \0"))
    return "UN" if " " in vr else vr


class Scanner:
    """Reads one data set, up to Pixel Data or its end.

    After `scan`, ``elements`` and ``pixel_data`` say what was found.

    Parameters
    ----------
    window : Window
        The bytes.
    encoding : Encoding
        Layout of the data set.
    budget : Budget
        What may be spent.
    signed : bool
        Pixel Representation around it, for an item.
    in_item : bool
        The data set is an item: its delimiter ends it, pixel data doesn't.
    """

    def __init__(
        self,
        window: Window,
        encoding: Encoding,
        budget: Budget,
        *,
        signed: bool = False,
        in_item: bool = False,
    ) -> None:
        self.elements: dict[int, Element] = {}
        self.pixel_data: PixelData | None = None
        self._window = window
        self._encoding = encoding
        self._budget = budget
        self._inline = budget.limits.inline_value
        self._signed = signed
        self._in_item = in_item
        self._end: int | None = None
        self._stopped = False

    def scan(self, offset: int, end: int | None = None) -> int:
        """Scan from `offset` to `end` (open when ``None``); return where it stopped.

        Raises
        ------
        Part10Error
            ``truncated``, ``elements``, ``header-size``, ``nesting``, ``sequence``.
        """
        self._end = end
        run = self._run_implicit if self._encoding.implicit else self._run_explicit
        while not self._stopped:
            begin, offset = offset, run(offset)
            self._budget.keep(offset - begin)
            if len(self.elements) > self._budget.limits.max_elements:
                raise Part10Error("elements", "The data set has too many elements.")
            offset = self._step(offset)
        return offset

    def _held(self) -> int:
        """Return how many bytes of the window's data belong to this data set."""
        size = len(self._window.data)
        return size if self._end is None else min(size, self._end - self._window.base)

    def _run_explicit(self, offset: int) -> int:
        """Read the plain elements (16 bit length) that the window holds; the hot loop."""
        data, base, elements, size = (
            self._window.data,
            self._window.base,
            self.elements,
            self._held(),
        )
        unpack, new = self._encoding.short_head.unpack_from, tuple.__new__
        begin = index = offset - base
        if index < 0:  # lengths that lie led the window too far
            return offset
        while (start := index + 8) <= size:
            group, element, code, length = unpack(data, index)
            vr = SHORT_FORM.get(code)
            index = start + length
            if vr is None or index > size:
                break
            # NamedTuple's own constructor takes twice as long.
            elements[group << 16 | element] = new(
                Element, (vr, data[start:index], base + start, length, False)
            )
            begin = index
        return base + begin

    def _run_implicit(self, offset: int) -> int:
        """Read the plain elements that the window holds; the hot loop."""
        data, base, elements, size = (
            self._window.data,
            self._window.base,
            self.elements,
            self._held(),
        )
        unpack, inline = self._encoding.long_head.unpack_from, self._inline
        index = offset - base
        if index < 0:
            return offset
        while (start := index + 8) <= size:
            group, element, length = unpack(data, index)
            end = start + length
            if end > size or length > inline or group >= _PIXEL_GROUP or not group:
                break
            tag = group << 16 | element
            vr = vr_of(tag, elements, signed=self._signed, length=length)
            if vr == "SQ":
                break
            elements[tag] = Element(vr, data[start:end], base + start, length)
            index = end
        return base + index

    def _stop(self, offset: int) -> int:
        self._stopped = True
        return offset

    def _step(self, offset: int) -> int:
        """Read one element that is not plain; return the next offset."""
        if self._end is not None and offset >= self._end:
            return self._stop(self._end)
        data = self._window.peek(offset, _HEAD)
        if len(data) < 8:
            return self._at_end(offset, data)
        tag, vr, length, size = parse_head(data, 0, self._encoding)
        if tag >> 16 == ITEM_GROUP:
            return self._delimiter(offset, tag)
        if not tag >> 16 and self.elements:  # zeros after the data set
            return self._stop(offset)
        start = offset + size
        vr = self._better_vr(tag, vr, length)
        if tag in tags.PIXEL_DATA_TAGS and not self._in_item:
            self.pixel_data = PixelData(
                tag, vr, start, None if end_of(0, length) is None else length
            )
            return self._stop(offset)
        if length == UNDEFINED_LENGTH:
            return self._undefined(tag, vr, start)
        return self._defined(tag, vr, start, length)

    def _at_end(self, offset: int, rest: bytes) -> int:
        """Stop at the end of the file; a few zeros there are padding."""
        if any(rest) or self._end is not None:
            raise truncated("an element's head")
        return self._stop(offset)

    def _delimiter(self, offset: int, tag: int) -> int:
        """End an item at its delimiter (or the sequence's, if its own was forgotten)."""
        if not self._in_item:  # a stray one
            return offset + 8
        return self._stop(offset + 8 if tag == tags.ITEM_DELIMITATION else offset)

    def _better_vr(self, tag: int, vr: str | None, length: int) -> str:
        """Give a VR to an element that has none, or only UN, in the file."""
        if length == UNDEFINED_LENGTH:
            if vr in (None, "UN"):
                return "OB" if tag in tags.PIXEL_DATA_TAGS else "SQ"
            return str(vr)
        if vr is None or (vr == "UN" and length < 0xFFFF):
            return vr_of(tag, self.elements, signed=self._signed, length=length)
        return vr

    def _undefined(self, tag: int, vr: str, start: int) -> int:
        walker = Walker(self._window, self._budget)
        end = walker.walk(start, self._encoding, end=None, fragments=vr != "SQ")
        length = end - 8 - start
        self.elements[tag] = Element(vr, self._value(start, length), start, length, True)
        return end

    def _defined(self, tag: int, vr: str, start: int, length: int) -> int:
        end = start + length
        if not self._window.reaches(end):
            raise truncated(f"({tag:08X})")
        value = self._value(start, length)
        self.elements[tag] = Element(vr, value, start, length)
        if vr == "SQ" and not self._in_item:
            self._check_nesting(start, end, value)
        return end

    def _value(self, start: int, length: int) -> bytes | None:
        if length > self._inline:
            return None
        self._budget.keep(length)
        index = self._window.load(start, length)
        return self._window.data[index : index + length]

    def _check_nesting(self, start: int, end: int, value: bytes | None) -> None:
        """Refuse a sequence of defined length that is nested too deeply.

        It could be skipped unseen; but who reads it later must not be the one to fall over. One
        level takes one item tag at least, so that few of them settle the question.
        """
        item = _ITEM_BYTES[self._encoding.big_endian]
        window = self._window
        if value is not None:
            if value.count(item) <= self._budget.limits.max_depth:
                return
            window = Window(BytesSource(value, start), start)
        try:
            Walker(window, self._budget).walk(start, self._encoding, end=end, fragments=False)
        except Part10Error as error:
            if error.reason in ("nesting", "elements"):
                raise


def scan_items(
    window: Window, sequence: Element, encoding: Encoding, budget: Budget, *, signed: bool
) -> Iterator[tuple[dict[int, Element], Encoding]]:
    """Yield elements and layout of each item of a sequence, one level deep.

    Parameters
    ----------
    window : Window
        The bytes that the element's offset counts in.
    sequence : Element
        The sequence.
    encoding : Encoding
        Layout of the data set that holds it.
    budget : Budget
        What may be spent, shared by all that one reading opens.
    signed : bool
        Pixel Representation around the sequence.

    Raises
    ------
    Part10Error
        As `Scanner.scan`.
    """
    offset, end = sequence.offset, sequence.offset + sequence.length
    while offset + 8 <= end:
        budget.count_nested()
        tag, _, length, _ = parse_head(window.data, window.load(offset, 8), encoding)
        if tag == tags.SEQUENCE_DELIMITATION:
            return
        if tag != tags.ITEM:
            raise Part10Error("sequence", f"A sequence holds ({tag:08X}) instead of an item.")
        offset += 8
        item_end = end_of(offset, length)
        inner = item_encoding(window, offset, encoding)
        scanner = Scanner(window, inner, budget, signed=signed, in_item=True)
        offset = scanner.scan(offset, end if item_end is None else min(item_end, end))
        yield scanner.elements, inner
