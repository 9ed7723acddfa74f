"""The file cache: whole files or none, bounded, removable at any time."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomweb.file_cache import FileCache


def files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "deep" / "cache", 10**6)
    with cache.write("key/../../x", [b"one", b"two"]) as stream:
        assert stream.read() == b"onetwo"
    assert cache.read("key/../../x") == b"onetwo"
    assert cache.read("other") is None
    assert all(tmp_path / "deep" / "cache" in path.parents for path in files(tmp_path))


def test_a_failing_source_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ValueError

    cache = FileCache(tmp_path, 10**6)
    with pytest.raises(ValueError):
        cache.write("key", broken())
    assert cache.read("key") is None
    assert files(tmp_path) == []


def test_the_oldest_go_when_the_limit_is_passed(tmp_path: Path) -> None:
    cache = FileCache(tmp_path, 5000)
    for number in range(10):
        cache.write(str(number), [bytes(1000)]).close()
        for path in files(tmp_path):  # a second between any two
            os.utime(path, (path.stat().st_mtime - 1,) * 2)
    kept = [number for number in range(10) if cache.read(str(number)) is not None]
    assert kept == [5, 6, 7, 8, 9]
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 5000


def test_reading_keeps_a_file_young(tmp_path: Path) -> None:
    cache = FileCache(tmp_path, 2500)
    cache.write("old", [bytes(1000)]).close()
    cache.write("older", [bytes(1000)]).close()
    for path in files(tmp_path):
        os.utime(path, (time.time() - 10_000,) * 2)
    assert cache.read("old") is not None
    cache.write("new", [bytes(1000)]).close()
    cache.sweep()
    assert cache.read("old") is not None
    assert cache.read("older") is None


def test_an_open_file_survives_clearing(tmp_path: Path) -> None:
    cache = FileCache(tmp_path, 10**6)
    stream = cache.write("key", [b"content"])
    assert cache.clear() == (1, 7)
    assert cache.read("key") is None
    with stream:
        assert stream.read() == b"content"


def test_clearing_follows_no_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_bytes(b"x")
    directory = tmp_path / "cache"
    (directory / "aa").mkdir(parents=True)
    (directory / "aa" / "link").symlink_to(outside / "precious")
    (directory / "bb").symlink_to(outside)
    FileCache(directory, 10**6).clear()
    assert (outside / "precious").exists()


def test_abandoned_parts_are_swept_and_fresh_ones_left(tmp_path: Path) -> None:
    cache = FileCache(tmp_path, 10**6)
    cache.write("key", [b"x"]).close()
    folder = files(tmp_path)[0].parent
    for name, age_s in (("old.part", 7200), ("new.part", 5)):
        (folder / name).write_bytes(b"y")
        os.utime(folder / name, (time.time() - age_s,) * 2)
    cache.sweep()
    assert sorted(path.suffix for path in folder.iterdir()) == ["", ".part"]
    assert (folder / "new.part").exists()


def test_a_cache_without_a_directory_is_empty(tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "nowhere", 100)
    assert cache.read("key") is None
    assert cache.sweep() == 0
    assert cache.clear() == (0, 0)
