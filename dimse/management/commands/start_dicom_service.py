"""Run the DICOM service in the foreground, as the deployment guide names it."""

import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from archive.reconcile import reconcile
from dimse.scp import serve
from dimse.upper_layer.connection import Timeouts
from dimse.upper_layer.listener import Limits, Listener, listen

DRAIN_S = 30.0


class Command(BaseCommand):
    """Listens until SIGTERM or SIGINT, then lets running associations finish."""

    help = "Serve C-ECHO, C-STORE, C-FIND, C-MOVE and C-GET to registered peers."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add where to listen."""
        parser.add_argument("--host", default=settings.DICOM_HOST)
        parser.add_argument("--port", type=int, default=settings.DICOM_PORT)
        parser.add_argument(
            "--share-port",
            action="store_true",
            help="let several processes listen on the port (SO_REUSEPORT)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the service."""
        reconcile()
        connection.close()
        try:
            sock = listen(options["host"], options["port"], share_port=options["share_port"])
        except OSError as error:
            raise CommandError(
                f"cannot listen on {options['host']}:{options['port']}: {error.strerror}. "
                "Choose another port with --port, or stop what uses this one."
            ) from error
        listener = Listener(
            sock,
            serve,
            Limits(settings.DICOM_MAX_ASSOCIATIONS, settings.DICOM_MAX_ASSOCIATIONS_PER_PEER),
            Timeouts(
                pdu_s=float(settings.DICOM_PDU_TIMEOUT_S),
                idle_s=float(settings.DICOM_IDLE_TIMEOUT_S),
            ),
            connection.close_if_unusable_or_obsolete,
        )
        self._run(listener)

    def _run(self, listener: Listener) -> None:
        def stop(_signal: int, _frame: FrameType | None) -> None:
            listener.stop()

        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, stop)
            signal.signal(signal.SIGINT, stop)
        host, port = listener.address
        self.stdout.write(f"{settings.DICOM_AE_TITLE} listens on {host}:{port}")
        listener.serve_forever()
        self.stdout.write("stopping: running associations may finish")
        listener.drain(DRAIN_S)
