"""How much time and memory one exchange may take."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one exchange may cost; `total_s` holds for name look-up, connection, TLS, head and body together.

    `quiet_s` is how long a server may say nothing at all. `wire_bytes` are counted as they arrive,
    `body_bytes` after decoding. `connections` are kept open between exchanges, one for each origin.
    """

    total_s: float = 30.0
    connect_s: float = 5.0
    quiet_s: float = 10.0
    wire_bytes: int = 10 * MIB
    body_bytes: int = 10 * MIB
    connections: int = 64
    idle_s: float = 15.0
