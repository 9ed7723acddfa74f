"""Several things taken in at the same time, in order, with nothing left open."""

import threading

import pytest

from operations import intake
from operations.intake import at_once


def test_results_come_in_order_though_they_finish_in_another():
    first_may_end = threading.Event()

    def take(number):
        if number == 0:
            assert first_may_end.wait(30)
        if number == 1:
            first_may_end.set()
        return number

    assert list(at_once(take, range(50))) == list(range(50))


def test_no_more_is_begun_than_a_bounded_number_ahead():
    asked = []

    def items():
        for number in range(1000):
            asked.append(number)
            yield number

    results = at_once(lambda number: number, items())
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    assert len(asked) <= 3 + intake._AHEAD + 1
    results.close()


def test_an_error_is_raised_in_its_place_and_the_rest_is_not_taken():
    taken = []

    def take(number):
        taken.append(number)
        if number == 5:
            raise OSError("no")
        return number

    seen = []
    with pytest.raises(OSError, match="no"):
        for result in at_once(take, range(1000)):
            seen.append(result)
    assert seen == [0, 1, 2, 3, 4]
    assert len(taken) < 100


def test_every_thread_closes_its_connections(monkeypatch):
    closed = []

    class Connections:
        @staticmethod
        def close_all():
            closed.append(threading.current_thread().name)

    monkeypatch.setattr(intake, "connections", Connections)
    assert list(at_once(str, [1])) == ["1"]
    assert len(set(closed)) == len(closed) == intake._AT_ONCE
