"""The directory: who holds which card, who may look, and what the jobs must remember.

Each module is one table with the few things that are done to it, as functions that take a
connection. `database` gives connections, `upgrade` brings the tables to this version.
"""
