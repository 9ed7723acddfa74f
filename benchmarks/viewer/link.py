"""A slow line in front of a server: a TCP proxy that nothing in a browser gets around.

    python -m benchmarks.viewer.link PORT SERVER_PORT MBIT_S ROUND_TRIP_MS

All connections share the line, each way for itself. The browser's own throttling (Chromium's
Network.emulateNetworkConditions) would not hold for what workers fetch.
"""

import asyncio
import contextlib
import sys
from dataclasses import dataclass

# A full Ethernet line is shared packet by packet; so much at once is near enough and cheaper.
CHUNK_BYTES = 8 * 1024


@dataclass
class Link:
    """One way of the line. Times in seconds, by any clock that does not go back."""

    bytes_per_s: float
    delay_s: float
    free_at: float = 0.0

    def send(self, size: int, now: float) -> tuple[float, float]:
        """Put `size` bytes on the line; return when it is free again, and when they arrive."""
        self.free_at = max(self.free_at, now) + size / self.bytes_per_s
        return self.free_at, self.free_at + self.delay_s


async def _read(reader: asyncio.StreamReader, link: Link, on_way: asyncio.Queue) -> None:
    loop = asyncio.get_running_loop()
    while chunk := await reader.read(CHUNK_BYTES):
        free_at, arrives_at = link.send(len(chunk), loop.time())
        on_way.put_nowait((arrives_at, chunk))
        await asyncio.sleep(free_at - loop.time())
    on_way.put_nowait((loop.time() + link.delay_s, b""))


async def _write(writer: asyncio.StreamWriter, on_way: asyncio.Queue) -> None:
    loop = asyncio.get_running_loop()
    while True:
        arrives_at, chunk = await on_way.get()
        await asyncio.sleep(arrives_at - loop.time())
        if not chunk:
            writer.close()
            return
        writer.write(chunk)
        await writer.drain()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: Link) -> None:
    on_way: asyncio.Queue = asyncio.Queue()
    reading = asyncio.ensure_future(_read(reader, link, on_way))
    try:
        with contextlib.suppress(ConnectionError):
            await _write(writer, on_way)
    finally:
        reading.cancel()


async def serve(port: int, server_port: int, mbit_s: float, round_trip_ms: float) -> None:
    """Serve until cancelled."""
    up, down = (Link(mbit_s * 1e6 / 8, round_trip_ms / 2000) for _ in range(2))

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The handshake took no time on this machine.
        await asyncio.sleep(round_trip_ms / 1000)
        there, back = await asyncio.open_connection("127.0.0.1", server_port)
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(_pump(reader, back, up), _pump(there, writer, down))

    async with await asyncio.start_server(connected, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), *map(float, sys.argv[3:5])))
