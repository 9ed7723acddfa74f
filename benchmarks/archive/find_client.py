"""A C-FIND client that does next to nothing, so that the server's time is what is measured."""

import socket
import struct

from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import ImplicitVRLittleEndian
from pynetdicom.pdu import A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import (
    A_ASSOCIATE,
    ImplementationClassUIDNotification,
    MaximumLengthNotification,
)
from pynetdicom.presentation import build_context

STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"


def _implicit(ds: Dataset) -> bytes:
    stream = DicomBytesIO()
    stream.is_little_endian, stream.is_implicit_VR = True, True
    write_dataset(stream, ds)
    return stream.getvalue()


class FindClient:
    """One association on which C-FIND requests are sent and their matches counted."""

    def __init__(self, port: int, called: str, calling: str = "BENCH") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.socket.makefile("rb", buffering=1 << 18)
        request = A_ASSOCIATE()
        request.application_context_name = "1.2.840.10008.3.1.1.1"
        request.calling_ae_title, request.called_ae_title = calling, called
        context = build_context(STUDY_ROOT_FIND, ImplicitVRLittleEndian)
        context.context_id = 1
        request.presentation_context_definition_list = [context]
        length = MaximumLengthNotification()
        length.maximum_length_received = 1 << 17
        implementation = ImplementationClassUIDNotification()
        implementation.implementation_class_uid = "1.2.826.0.1.3680043.10.1511.9"
        request.user_information = [length, implementation]
        pdu = A_ASSOCIATE_RQ()
        pdu.from_primitive(request)
        self.socket.sendall(pdu.encode())
        kind, _ = self._pdu()
        if kind != 2:
            raise RuntimeError(f"association refused (PDU type {kind})")
        self.message_id = 0

    def _pdu(self) -> tuple[int, bytes]:
        kind, length = struct.unpack(">BxL", self.stream.read(6))
        return kind, self.stream.read(length)

    def find(self, **keys: str) -> int:
        """Send one C-FIND at study level; return the number of matches."""
        self.message_id += 1
        command = Dataset()
        command.AffectedSOPClassUID = STUDY_ROOT_FIND
        command.CommandField, command.MessageID = 0x0020, self.message_id
        command.Priority, command.CommandDataSetType = 0, 1
        body = _implicit(command)
        group = struct.pack("<HHLL", 0, 0, 4, len(body))
        identifier = Dataset()
        identifier.QueryRetrieveLevel = "STUDY"
        for keyword in (
            "StudyInstanceUID PatientName PatientID StudyDate AccessionNumber "
            "StudyDescription ModalitiesInStudy"
        ).split():
            setattr(identifier, keyword, keys.get(keyword, ""))
        self._send(group + body, 3)
        self._send(_implicit(identifier), 2)
        return self._count()

    def _send(self, data: bytes, control: int) -> None:
        item = struct.pack(">LBB", len(data) + 2, 1, control) + data
        self.socket.sendall(struct.pack(">BxL", 4, len(item)) + item)

    def _count(self) -> int:
        matches = 0
        while True:
            kind, body = self._pdu()
            if kind != 4:
                raise RuntimeError(f"association ended (PDU type {kind})")
            position = 0
            while position < len(body):
                size, _, control = struct.unpack_from(">LBB", body, position)
                if control & 1:
                    fragment = body[position + 6 : position + 4 + size]
                    at = fragment.index(b"\x00\x00\x00\x09\x02\x00\x00\x00") + 8
                    status = struct.unpack_from("<H", fragment, at)[0]
                    if status not in (0xFF00, 0xFF01):
                        if status != 0:
                            raise RuntimeError(f"C-FIND failed: 0x{status:04X}")
                        return matches
                    matches += 1
                position += 4 + size

    def close(self) -> None:
        """End the connection."""
        self.socket.close()
