"""What platforms count requests in: when its stretches begin and end, and how that is said."""

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


def amount(quota: Quota, units: int) -> float:
    """Return how much that is of what the quota is in, such as USD."""
    return units / 1_000 if quota.in_thousandths else units


def shown(quota: Quota, units: int) -> str:
    """Return an amount as people write it; of money, at least the cents."""
    return f"{amount(quota, units):,.3f}".removesuffix("0") if quota.in_thousandths else f"{units:,}"


def spent_of(quota: Quota, spent: int) -> str:
    """Return how much of a quota is spent: "0.35 of 5.00 USD of this month"."""
    return f"{shown(quota, spent)} of {shown(quota, quota.limit)} {quota.unit} of this {quota.every}"


def too_much(quota: Quota, spent: int, units: int) -> str:
    """Return why a request that may cost so much is not sent."""
    if not quota.limit:
        return f"nothing is asked, since 0 {quota.unit} a {quota.every} may be spent"
    return f"{spent_of(quota, spent)} are spent or reserved, and this may take {shown(quota, units)} more"
