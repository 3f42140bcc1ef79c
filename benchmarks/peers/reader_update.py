"""Update all feeds with the package `reader`, two workers, as its documentation has it.

Usage: reader_update.py DATABASE LIST plain|search
"""

from __future__ import annotations

import sys
from pathlib import Path

from reader import make_reader

database, addresses, search = sys.argv[1:]
with make_reader(database, search_enabled=search == "search") as reader:
    for url in Path(addresses).read_text("ascii").split():
        reader.add_feed(url, exist_ok=True)
    reader.update_feeds(workers=2, scheduled=False)  # all of them now, due or not
    if search == "search":
        reader.update_search()
    print(reader.get_entry_counts().total)
