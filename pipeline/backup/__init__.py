"""Backups: both stores and what waits in the spools, in one archive, as of one instant.

The instant is made by two locks, held for a moment: the turn of the shipper, so that every event is
either in a spool or in the store, and the lease of the rollups, so that no figure is half swapped.
Meanwhile collectors go on. Under the locks the directory is read in one transaction, the spools are
copied, and each table of the event store is cloned, which only links its files. The rest takes its
time, from the clones.

What was acknowledged before a backup began is in it. Shipments that were begun are in their spool
with their token and their plan, so after a restore they go on as after a crash: nothing is stored
twice. `take` makes an archive, `restore` puts one into an empty installation.
"""
