"""Mentions out of files: tables, mailboxes, saved pages and feeds, archives, and repwatch's own export.

`look` finds out how a file is to be read and `load` reads it, judges what it holds and keeps it. Between
them are readers, one a format, and the maps of columns.
"""
