"""`noctis doctor`: each check finds what it is for, and none stops the others."""

import json
import os
import socket
from datetime import timedelta
from io import StringIO

import pytest
import redis
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from operations import doctor, health, installation, storage, surroundings
from operations.findings import Finding, Level, fail, ok, warn
from tests.factories.people import make_user


def levels(findings):
    return {finding.check: finding.level for finding in findings}


def test_a_check_that_breaks_is_a_finding_and_stops_no_other():
    def check_of_broken_things():
        raise ZeroDivisionError("oh")

    findings = doctor.examine([check_of_broken_things, lambda: ok("other", "fine")])
    assert levels(findings) == {"of broken things": Level.FAIL, "other": Level.OK}
    assert "ZeroDivisionError" in findings[0].message


def test_a_warning_does_not_make_an_installation_unhealthy():
    assert doctor.is_healthy([ok("a", ""), warn("b", "", "")])
    assert not doctor.is_healthy([ok("a", ""), fail("b", "", "")])


def test_every_finding_that_is_not_well_says_what_to_do(facility):
    findings = doctor.examine()
    assert len(findings) == len(doctor.CHECKS) >= 15
    assert len({finding.check for finding in findings}) == len(findings)
    for finding in findings:
        assert finding.message
        assert bool(finding.mend) == (finding.level is not Level.OK), finding


def doctor_says(*words):
    out = StringIO()
    code = 0
    try:
        call_command("doctor", *words, stdout=out, no_color=True)
    except SystemExit as ended:
        code = ended.code
    return code, out.getvalue()


def test_the_command_prints_a_line_a_check_and_ends_with_1_on_failure(monkeypatch):
    findings = [ok("disk", "fine"), fail("secret", "is short", "Remove it")]
    monkeypatch.setattr("operations.management.commands.doctor.examine", lambda: findings)
    code, text = doctor_says()
    assert code == 1
    assert text.splitlines() == [
        "ok    disk           fine",
        "fail  secret         is short  -> Remove it",
    ]


def test_the_command_speaks_json(monkeypatch):
    monkeypatch.setattr(
        "operations.management.commands.doctor.examine", lambda: [warn("disk", "small", "Free it")]
    )
    code, text = doctor_says("--json")
    assert code == 0
    assert json.loads(text) == [
        {"check": "disk", "level": "warn", "message": "small", "mend": "Free it"}
    ]


def test_an_old_interpreter_is_refused(monkeypatch):
    assert installation.check_python().level is Level.OK
    monkeypatch.setattr(installation.sys, "version_info", (3, 10, 4))
    assert installation.check_python().level is Level.FAIL


def test_packages_of_another_version_are_named():
    lock = "django==0.1 \\\n    --hash=sha256:0\nnumpy==0.2 ; python_version < '3.12'\n"
    lock += "no-such-package==1.0\n"
    differences = list(installation.version_differences(lock))
    assert len(differences) == 2
    assert differences[0].startswith("django 5.")
    assert "(locked: 0.1)" in differences[0]


def test_a_package_locked_in_several_versions_may_have_any_of_them():
    installed = installation.metadata.version("numpy")
    assert not list(installation.version_differences(f"numpy==0.1\nnumpy=={installed}\n"))


def test_a_missing_lock_is_a_warning(monkeypatch):
    monkeypatch.setattr(installation, "lock_file", lambda: None)
    assert installation.check_packages().level is Level.WARN


def test_a_missing_front_end_is_a_failure(settings, tmp_path, monkeypatch):
    settings.STATIC_ROOT = tmp_path
    monkeypatch.setattr(installation.finders, "find", lambda path: None)
    assert installation.check_frontend().level is Level.FAIL
    (tmp_path / "viewer").mkdir()
    (tmp_path / installation.MANIFEST).write_text("{}")
    assert installation.check_frontend().level is Level.OK


@pytest.mark.parametrize(("mode", "level"), [(0o600, Level.OK), (0o640, Level.FAIL)])
def test_a_secret_that_others_may_read_is_a_failure(mode, level, settings, tmp_path):
    settings.DATA_DIR, settings.SECRET_KEY = tmp_path, "k" * 50
    (tmp_path / "secret_key").write_text("k" * 50)
    (tmp_path / "secret_key").chmod(mode)
    finding = installation.check_secret()
    assert finding.level is level
    assert "k" * 10 not in finding.message


def test_a_short_secret_is_a_failure(settings, tmp_path):
    settings.DATA_DIR, settings.SECRET_KEY = tmp_path, "short"
    assert installation.check_secret().level is Level.FAIL


def test_a_codec_that_loses_or_breaks_is_named(monkeypatch):
    assert installation.check_codecs().level is Level.OK

    def broken(image):
        raise RuntimeError

    monkeypatch.setitem(installation._CODECS, "JPEG-LS", broken)
    monkeypatch.setitem(installation._CODECS, "HTJ2K", lambda image: image + 1)
    finding = installation.check_codecs()
    assert finding.level is Level.FAIL
    assert finding.message == "do not work: HTJ2K, JPEG-LS"


def test_a_database_that_does_not_answer_is_a_failure(monkeypatch):
    def refuse():
        raise DatabaseError("connection refused\nIs the server running?")

    monkeypatch.setattr(health.connection, "cursor", refuse)
    finding = health.check_database()
    assert (finding.level, finding.message) == (Level.FAIL, "connection refused")
    assert surroundings.check_administrator().level is Level.WARN


def test_migrations_that_are_missing_are_counted_and_named(facility, monkeypatch):
    assert health.check_migrations().level is Level.OK

    class Migration:
        app_label, name = "archive", "0099_more"

    monkeypatch.setattr(
        health.MigrationExecutor, "migration_plan", lambda self, leaves: [(Migration, False)] * 4
    )
    finding = health.check_migrations()
    assert finding.level is Level.FAIL
    assert finding.message.startswith("4 are missing (archive.0099_more")
    assert "migrate" in finding.mend


def test_an_archive_that_cannot_be_written_is_a_failure(archive_folders, settings, tmp_path):
    assert health.check_archive().level is Level.OK
    (tmp_path / "file").write_text("")
    settings.SPOOL_DIR = tmp_path / "file" / "spool"
    finding = health.check_archive()
    assert finding.level is Level.FAIL
    assert finding.check == "archive"


def test_an_archive_without_room_is_a_failure(archive_folders, settings):
    settings.ARCHIVE_MIN_FREE_BYTES = 1 << 62
    assert health.check_archive().level is Level.FAIL
    assert storage.check_space().level is Level.FAIL


def test_little_room_is_a_warning(archive_folders, settings, monkeypatch):
    monkeypatch.setattr(storage, "_LITTLE_BYTES", 1 << 62)
    assert storage.check_space().level is Level.WARN


def test_a_filesystem_without_hard_links_is_a_failure(archive_folders, monkeypatch):
    assert storage.check_filesystem().level is Level.OK

    def no_links(source, target):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(storage.os, "link", no_links)
    finding = storage.check_filesystem()
    assert finding.level is Level.FAIL
    assert "Operation not permitted" in finding.message


def test_slow_fsync_is_a_warning_and_a_broken_one_a_failure(archive_folders, settings, monkeypatch):
    settings.SPOOL_DIR.mkdir(parents=True)
    assert storage.check_fsync().level in (Level.OK, Level.WARN)
    monkeypatch.setattr(storage, "_SLOW_FSYNC_S", -1.0)
    assert storage.check_fsync().level is Level.WARN

    def broken(descriptor):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(storage.os, "fsync", broken)
    assert storage.check_fsync().level is Level.FAIL


def test_checks_of_the_disk_leave_nothing_behind(archive_folders):
    storage.check_filesystem()
    storage.check_fsync()
    health.check_archive()
    assert [path for path in archive_folders.rglob("*") if path.is_file()] == []


def test_the_dicom_port_answers_or_not(settings):
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.DICOM_HOST, settings.DICOM_PORT = "0.0.0.0", server.getsockname()[1]
        assert surroundings.check_dicom_port().level is Level.OK
    assert surroundings.check_dicom_port().level is Level.WARN


def test_a_clock_before_this_product_existed_is_wrong(monkeypatch):
    past = timezone.now() - timedelta(days=20_000)
    monkeypatch.setattr(surroundings.timezone, "now", lambda: past)
    assert surroundings.check_clock().level is Level.FAIL


def test_a_clock_behind_the_newest_audit_record_is_wrong(facility, monkeypatch):
    assert surroundings.check_clock().level is Level.OK
    ahead = timezone.now() + timedelta(hours=1)

    class Records:
        objects = property(lambda self: self)

        def order_by(self, *names):
            return self

        def values_list(self, *names, **options):
            return self

        def first(self):
            return ahead

    monkeypatch.setattr(surroundings, "AuditEvent", Records())
    finding = surroundings.check_clock()
    assert finding.level is Level.WARN
    assert "behind" in finding.message


def test_a_database_with_another_time_is_a_warning(facility, monkeypatch):
    monkeypatch.setattr(surroundings, "_database_skew_s", lambda now: -90.0)
    finding = surroundings.check_clock()
    assert (finding.level, finding.message) == (Level.WARN, "is -90 s off the database's")


def test_redis_is_asked_only_when_configured(settings, monkeypatch):
    settings.REDIS_URL = ""
    assert surroundings.check_redis().level is Level.OK
    with socket.create_server(("127.0.0.1", 0)) as server:
        free_port = server.getsockname()[1]
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port}/0"
    assert surroundings.check_redis().level is Level.FAIL
    monkeypatch.setattr(redis.Redis, "ping", lambda self: True)
    assert surroundings.check_redis().level is Level.OK


def test_somebody_must_be_able_to_administer(facility):
    assert surroundings.check_administrator().level is Level.FAIL
    boss = make_user("ADMIN")
    boss.must_change_password = True
    boss.save()
    assert surroundings.check_administrator().level is Level.WARN
    boss.must_change_password = False
    boss.save()
    assert surroundings.check_administrator() == Finding("administrator", Level.OK, "1 active")
    boss.is_active = False
    boss.save()
    assert surroundings.check_administrator().level is Level.FAIL


def test_a_read_only_folder_cannot_take_the_probe(archive_folders, monkeypatch):
    def read_only(self, data):
        raise OSError(30, os.strerror(30))

    monkeypatch.setattr(storage.Path, "write_bytes", read_only)
    assert storage.check_filesystem().level is Level.FAIL


@pytest.mark.parametrize("error", [InterfaceError("connection already closed"), DatabaseError()])
def test_a_connection_that_broke_is_a_failure_like_any_other(error, monkeypatch):
    def refuse(*arguments):
        raise error

    monkeypatch.setattr(health.connection, "cursor", refuse)
    monkeypatch.setattr(health, "MigrationExecutor", refuse)
    assert health.check_database().level is Level.FAIL
    assert health.check_database().message
    assert health.check_migrations().level is Level.FAIL
    assert surroundings.check_clock().level is Level.WARN
    assert surroundings.check_administrator().level is Level.WARN
