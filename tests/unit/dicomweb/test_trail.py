"""Repeated reading is recorded once in a while, not once per frame."""

from dicomweb.trail import Memory


def test_the_same_is_new_again_after_the_span() -> None:
    memory = Memory(span_s=300)
    assert memory.is_new("a", 0.0)
    assert not memory.is_new("a", 299.9)
    assert memory.is_new("a", 300.0)
    assert not memory.is_new("a", 301.0)


def test_what_could_not_be_recorded_is_tried_again() -> None:
    memory = Memory()
    assert memory.is_new("a", 0.0)
    memory.forget("a")
    assert memory.is_new("a", 1.0)


def test_memory_is_bounded_and_drops_the_oldest() -> None:
    memory = Memory(size=100)
    for number in range(1000):
        memory.is_new(number, float(number))
    assert len(memory._seen) <= 100
    assert not memory.is_new(999, 1000.0)
    assert memory.is_new(0, 1000.0)
