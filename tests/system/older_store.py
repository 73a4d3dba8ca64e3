"""A store as the program before the last step of the schema left it."""
import contextlib
import sqlite3


def undo_last_step(path):
    with contextlib.closing(sqlite3.connect(path)) as store, store:
        store.execute("DROP TABLE moved_device")
        store.execute("ALTER TABLE restriction DROP COLUMN key_id")
        store.execute("UPDATE schema_version SET version = version - 1")
