"""A loopback server that is quicker than anything that reads from it: many feeds, one address each.

It listens on all of 127.0.0.0/8 and knows a feed by the address that was asked. `POST /first`
gives every feed 50 entries; `POST /third` gives one feed in ten three new ones.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import sys
from datetime import timedelta
from email.utils import format_datetime

from benchmarks.corpus import midnight, rss

ENTRIES, NEW, ONE_IN = 50, 3, 10

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


def address(feed: int) -> str:
    """Return a feed's own loopback address."""
    return f"127.0.{1 + feed // 250}.{1 + feed % 250}"


class Site:
    """The answers, made once: for each address its ETag and the answer with it."""

    def __init__(self, feeds: int) -> None:
        self._moment = midnight()
        self._first = {address(n): self._answer(n, ENTRIES) for n in range(feeds)}
        third = {address(n): self._answer(n, ENTRIES + NEW) for n in range(0, feeds, ONE_IN)}
        self._stages = {b"POST /first": self._first, b"POST /third": {**self._first, **third}}
        self._now = self._first

    def answer(self, host: str, head: bytes) -> bytes:
        """Return the feed at an address, or that it has not changed."""
        stage = self._stages.get(head[:11])
        if stage is not None:
            self._now = stage
            return b"HTTP/1.1 204 No Content\r\n\r\n"
        tag, whole = self._now.get(host, (b"-", b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
        return b"HTTP/1.1 304 Not Modified\r\nETag: %b\r\n\r\n" % tag if tag in head else whole

    def _answer(self, feed: int, count: int) -> tuple[bytes, bytes]:
        body = rss(feed, count, self._moment)
        tag = b'"%b"' % hashlib.blake2b(body, digest_size=8).hexdigest().encode()
        changed = format_datetime(self._moment - timedelta(hours=60 - count), usegmt=True).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: %b\r\n" % tag
        head += b"Last-Modified: %b\r\nContent-Length: %d\r\n\r\n" % (changed, len(body))
        return tag, head + body


async def serve(port: int, feeds: int) -> None:
    """Answer until the process is ended."""
    site = Site(feeds)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if length := _LENGTH.search(head):
                    await reader.readexactly(int(length[1]))
                writer.write(site.answer(host, head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "0.0.0.0", port, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(0, int(sys.argv[1])))
