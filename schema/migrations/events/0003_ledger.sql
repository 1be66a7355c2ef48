-- How many events were received on each local day of each card, and what became of them.
-- Rows add up: each flush of a spool's counters adds its own, merges keep the sums.
CREATE TABLE IF NOT EXISTS ledger
(
    day      Date,                    -- the card's local day of receipt
    card     LowCardinality(String),  -- '' for what was refused before its card was known
    outcome  LowCardinality(String),  -- accepted, why it was refused, or what became of it
    flush    String,                  -- one row per flush carries its token: it came once
    n        Int64
)
ENGINE = SummingMergeTree(n)
ORDER BY (day, card, outcome, flush)
TTL day + INTERVAL 30 DAY DELETE WHERE flush != ''
SETTINGS
    default_compression_codec = 'ZSTD(1)',
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;

-- Acknowledged rows that the store or the decoder would not take, with the reason. Nothing is lost.
CREATE TABLE IF NOT EXISTS quarantine
(
    card      LowCardinality(String),  -- '' when even that cannot be read
    received  DateTime64(3, 'UTC'),    -- 1970 when even that cannot be read
    shipment  String,                  -- its token; with `position` it names the row
    position  UInt32,
    reason    String,
    body      String                   -- the row as it was spooled
)
ENGINE = MergeTree
ORDER BY (card, received, shipment, position)
SETTINGS
    default_compression_codec = 'ZSTD(1)',
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
