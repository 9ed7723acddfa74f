"""Worker processes may die, hang or eat memory; the service goes on (hardening.md D7)."""

from pathlib import Path

import pytest

from dicomweb.workers import WorkerError, WorkerPool

MODULE = "tests.unit.dicomweb.strange_worker"
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def pool() -> WorkerPool:
    return WorkerPool(MODULE, size=1, memory_bytes=512 * MIB, timeout_s=20)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "object"
    path.write_bytes(b"object")
    return path


def run(pool: WorkerPool, path: Path, operation: str, content: bytes = b"", **more: int) -> bytes:
    with path.open("rb") as stream:
        return pool.run({"operation": operation, **more}, stream, content)


def reason(pool: WorkerPool, path: Path, operation: str, **more: int) -> str:
    with pytest.raises(WorkerError) as caught:
        run(pool, path, operation, **more)
    return caught.value.reason


def test_a_worker_reads_the_file_and_answers(pool: WorkerPool, file: Path) -> None:
    large = bytes(range(256)) * 20_000  # more than a socket's buffer
    assert run(pool, file, "read", large) == b"object" + large


def test_a_worker_serves_many_tasks(pool: WorkerPool, file: Path) -> None:
    assert run(pool, file, "pid") == run(pool, file, "pid")


def test_refusals_carry_their_reason_and_keep_the_worker(pool: WorkerPool, file: Path) -> None:
    before = run(pool, file, "pid")
    assert reason(pool, file, "refuse") == "bomb"
    assert reason(pool, file, "fail") == "failed"
    assert run(pool, file, "pid") == before


def test_unforeseen_errors_tell_nothing(pool: WorkerPool, file: Path) -> None:
    with pytest.raises(WorkerError) as caught:
        run(pool, file, "fail")
    assert str(caught.value) == "RuntimeError"


def test_a_crash_costs_one_task(pool: WorkerPool, file: Path) -> None:
    before = run(pool, file, "pid")
    assert reason(pool, file, "crash") == "died"
    assert run(pool, file, "pid") != before


def test_memory_is_limited(pool: WorkerPool, file: Path) -> None:
    assert reason(pool, file, "memory", size=4096 * MIB) == "memory"
    assert len(run(pool, file, "memory", size=MIB)) == MIB


def test_time_is_limited(file: Path) -> None:
    impatient = WorkerPool(MODULE, size=1, memory_bytes=512 * MIB, timeout_s=20)
    before = run(impatient, file, "pid")
    impatient._timeout_s = 0.3
    assert reason(impatient, file, "loop") == "killed"
    impatient._timeout_s = 20
    assert run(impatient, file, "pid") != before


def test_too_many_at_once_are_told_so(file: Path) -> None:
    pool = WorkerPool(MODULE, size=1, memory_bytes=512 * MIB, timeout_s=0.05)
    taken = pool._take()
    assert reason(pool, file, "pid") == "busy"
    pool._timeout_s = 20
    pool._give_back(taken, is_sound=True)
    assert run(pool, file, "pid").isdigit()


def test_a_file_that_moved_on_is_read_from_where_it_stands(pool: WorkerPool, file: Path) -> None:
    with file.open("rb") as stream:
        stream.seek(3)
        assert pool.run({"operation": "read"}, stream) == b"ect"
