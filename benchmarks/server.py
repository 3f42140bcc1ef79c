"""A loopback server that is quicker than anything that reads from it: 500 feeds, one address each.

It listens on all of 127.0.0.0/8, and knows a feed by the address that was asked. `POST /third`
gives every tenth feed three new entries.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from datetime import datetime

from benchmarks.corpus import rss, start

FEEDS, ENTRIES = 500, 50


def address(feed: int) -> str:
    """Return a feed's own loopback address."""
    return f"127.0.{1 + feed // 250}.{1 + feed % 250}"


class Site:
    """The answers, made once."""

    def __init__(self, moment: datetime) -> None:
        self._start = moment
        self._bodies = {address(n): rss(n, ENTRIES, moment) for n in range(FEEDS)}

    def third(self) -> None:
        """Give every tenth feed three new entries."""
        for n in range(0, FEEDS, 10):
            self._bodies[address(n)] = rss(n, ENTRIES, self._start, extra=3)

    def answer(self, host: str, head: bytes) -> bytes:
        """Return the feed at an address, or that it has not changed."""
        if head.startswith(b"POST /third"):
            self.third()
        body = self._bodies.get(host, b"")
        tag = b'"' + hashlib.blake2b(body, digest_size=8).hexdigest().encode() + b'"'
        if tag in head:
            return b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\n\r\n"
        return (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: %b\r\n"
            b"Last-Modified: Sat, 21 Nov 2026 00:00:00 GMT\r\nContent-Length: %d\r\n\r\n" % (tag, len(body))
        ) + body


async def serve(port: int) -> None:
    """Answer until the process is ended."""
    site = Site(start())

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(site.answer(host, head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "0.0.0.0", port, backlog=1024)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
