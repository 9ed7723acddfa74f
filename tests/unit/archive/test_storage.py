import os

import pytest

from archive import storage


def test_keys_are_random_and_their_directory_exists(folders):
    keys = {storage.new_key() for _ in range(50)}
    assert len(keys) == 50
    for key in keys:
        assert storage.path_of(key).parent.is_dir()
        assert storage.path_of(key).is_relative_to(folders)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "../../etc/passwd",
        "/etc/passwd",
        "ab/cd/" + "0" * 31,
        "ab/cd/" + "0" * 32 + "\n",
        "AB/CD",
    ],
)
def test_nothing_else_becomes_a_path(key):
    with pytest.raises(ValueError, match="storage key"):
        storage.path_of(key)


def test_a_link_never_replaces_a_file(tmp_path):
    key = storage.new_key()
    (tmp_path / "one").write_bytes(b"one")
    (tmp_path / "two").write_bytes(b"two")
    storage.link(tmp_path / "one", key)
    with pytest.raises(FileExistsError):
        storage.link(tmp_path / "two", key)
    assert storage.path_of(key).read_bytes() == b"one"


def test_a_new_directory_is_brought_to_the_disk_with_all_above_it(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(storage, "fsync_directory", lambda path: synced.append(path))
    storage.make_durable_directory(tmp_path / "a" / "b" / "c")
    assert {tmp_path, tmp_path / "a", tmp_path / "a" / "b"} <= set(synced)


def test_the_levels_above_are_synced_even_when_another_process_made_them(tmp_path, monkeypatch):
    (tmp_path / "a" / "b").mkdir(parents=True)
    synced = []
    monkeypatch.setattr(storage, "fsync_directory", lambda path: synced.append(path))
    storage.make_durable_directory(tmp_path / "a" / "b")
    assert set(synced) == {tmp_path, tmp_path / "a"}


def test_one_sync_serves_all_files_of_a_directory(monkeypatch):
    synced = []
    keys = [storage.new_key() for _ in range(5)]
    monkeypatch.setattr(storage, "fsync_directory", lambda path: synced.append(path))
    storage.fsync_directories(keys)
    assert len(synced) == len({key[:5] for key in keys})


def test_a_forked_process_fills_a_directory_of_its_own(monkeypatch):
    mine = storage.new_key()[:5]
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert storage.new_key()[:5] != mine


def test_keys_are_found_again_and_strange_names_passed_over(tmp_path):
    (tmp_path / "one").write_bytes(b"1")
    keys = [storage.new_key() for _ in range(3)]
    for key in keys:
        storage.link(tmp_path / "one", key)
    (storage.path_of(keys[0]).parent / "notes.txt").write_text("mine")
    found = [key for folder in storage.directories() for key in storage.keys_in(folder)]
    assert sorted(found) == sorted(keys)


def test_unlinking_what_is_gone_is_no_error(tmp_path):
    key = storage.new_key()
    (tmp_path / "one").write_bytes(b"1")
    storage.link(tmp_path / "one", key)
    assert storage.unlink(key) is True
    assert storage.unlink(key) is False
