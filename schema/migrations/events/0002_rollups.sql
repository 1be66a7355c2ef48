-- Closed local days of each card, rebuilt whole from events and swapped in by month.
CREATE TABLE IF NOT EXISTS card_days
(
    card            LowCardinality(String),
    day             Date,                  -- in the card's own time zone
    views           UInt32,
    clicks          UInt32,
    contact_clicks  UInt32,
    automatic       UInt32,                -- events of bots and the like, not counted above
    last_view_at    DateTime64(3, 'UTC'),  -- 1970 when the day has no view
    recipe          UInt16                 -- version of the calculation
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (card, day)
SETTINGS
    default_compression_codec = 'ZSTD(1)',
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- The same days broken down: one row per card, day and key of a breakdown.
CREATE TABLE IF NOT EXISTS card_dims
(
    card    LowCardinality(String),
    day     Date,
    by      LowCardinality(String),        -- which breakdown: target
    key     LowCardinality(String),
    views   UInt32,
    clicks  UInt32,
    recipe  UInt16
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (card, by, day, key)
SETTINGS
    default_compression_codec = 'ZSTD(1)',
    fsync_after_insert = 1,
    fsync_part_directory = 1;
