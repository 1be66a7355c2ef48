"""Visitors of a file as visitors of ours: numbers that tell who is the same, for one card and day.

What a file calls a visitor may be an e-mail address, so it is hashed before anything is written,
like the address of a live visitor: keyed BLAKE2b of the card, its local day and the visitor, under
a salt (`schema/directory/import_salt.py`, which says why that one). A row that names no visitor has
one of its own, or that of its page when it names its page.
"""

from hashlib import blake2b

import polars as pl


def name_the_nameless(events: pl.DataFrame, derived: pl.Series) -> pl.DataFrame:
    """`derived`: which rows have a page of their own making, each row then being one visitor."""
    nameless = pl.col("visitor") == ""
    if not events.select(nameless.any()).item():
        return events
    row = pl.when(derived).then(pl.col("seq").cast(pl.String)).otherwise(pl.lit(""))
    own = pl.concat_str(pl.lit("\npage "), "page", pl.lit("/"), row)
    return events.with_columns(pl.when(nameless).then(own).otherwise("visitor").alias("visitor"))


def add_visitors(events: pl.DataFrame, salt: bytes) -> pl.DataFrame:
    """Each distinct visitor of a card's `day` is hashed once."""
    import numpy as np

    whose = pl.concat_str(["card", pl.col("day").cast(pl.Int32), "visitor"], separator="\n")
    every = events.select(whose.alias("whose"))
    distinct = every.select(pl.col("whose").unique())["whose"]
    key = blake2b(key=salt, digest_size=8)
    digests = b"".join([_digest(key, text) for text in distinct.to_list()])
    known = pl.DataFrame({"whose": distinct, "id": np.frombuffer(digests, ">u8").astype("u8")})
    ids = every.join(known, on="whose", how="left", maintain_order="left")["id"]
    return events.with_columns(ids.alias("visitor"))


def _digest(key: "blake2b", text: str) -> bytes:
    """The key is worked in once, and copied."""
    hashed = key.copy()
    hashed.update(text.encode())
    return hashed.digest()
