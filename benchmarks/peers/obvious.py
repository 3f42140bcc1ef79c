"""The same packages used the obvious way: each feed fetched, parsed, scored and inserted in turn.

Usage: obvious.py DATABASE LIST, where LIST has an address a line.
"""

from __future__ import annotations

import sys
from pathlib import Path

import feedparser
import httpx
from sqlite_utils import Database
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

database, addresses = sys.argv[1:]
db = Database(database)
if not db.table("entry").exists():
    db.table("feed").create({"url": str, "etag": str}, pk="url")
    db.table("entry").create(
        {"id": str, "feed": str, "title": str, "text": str, "url": str, "published": str, "sentiment": float},
        pk="id",
    )
    db.table("entry").enable_fts(["title", "text"], create_triggers=True)
etags = {row["url"]: row["etag"] for row in db.table("feed").rows}
analyzer = SentimentIntensityAnalyzer()
with httpx.Client() as client:
    for url in Path(addresses).read_text("ascii").split():
        answer = client.get(url, headers={"If-None-Match": etags[url]} if url in etags else {})
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            continue
        parsed = feedparser.parse(answer.content)
        rows = [
            {
                "id": entry.id,
                "feed": url,
                "title": entry.title,
                "text": entry.summary,
                "url": entry.link,
                "published": entry.published,
                "sentiment": analyzer.polarity_scores(entry.summary)["compound"],
            }
            for entry in parsed.entries
        ]
        db.table("entry").insert_all(rows, replace=True)
        db.table("feed").insert({"url": url, "etag": answer.headers["etag"]}, replace=True)
print(db.table("entry").count)
