"""The smallest export: a view of the database with sqlite3 and csv. Usage: dump.py DATABASE."""

from __future__ import annotations

import csv
import sqlite3
import sys

rows = sqlite3.connect(sys.argv[1]).execute("select * from mentions order by at_ms")
out = csv.writer(sys.stdout)
out.writerow(column[0] for column in rows.description)
out.writerows(rows)
