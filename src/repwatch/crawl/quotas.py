"""When the stretches begin and end that platforms count requests in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from repwatch.model import Quota


def stretch(quota: Quota, now: datetime) -> tuple[datetime, datetime]:
    """Return the UTC moments when the stretch that a quota counts in began, and when the next one begins."""
    local = now.astimezone(ZoneInfo(quota.zone))
    if quota.every == "hour":
        began = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return began, began + timedelta(hours=1)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if quota.every == "day":
        following = midnight + timedelta(days=1)
    else:
        midnight = midnight.replace(day=1)
        following = (midnight + timedelta(days=32)).replace(day=1)
    return midnight.astimezone(UTC), following.astimezone(UTC)
