-- Raw events, one row each. (card, page, seq) is the identity of an event, for ever.
-- No address of a visitor is here: `visitor` is a keyed hash whose key is deleted after its day.
CREATE TABLE IF NOT EXISTS events
(
    card      LowCardinality(String),
    at        DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),  -- when it happened, server's clock
    received  DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    page      String,                                      -- page instance, drawn by the script
    seq       UInt16,                                      -- number of the event on its page
    name      LowCardinality(String),                      -- view, click, engage
    target    LowCardinality(String),                      -- what was clicked: phone, email…
    label     LowCardinality(String),                      -- where on the card it was clicked
    ms        UInt32,                                      -- engaged time of the page so far
    scroll    UInt8,                                       -- deepest part seen, in percent
    visitor   UInt64,
    medium    LowCardinality(String),                      -- qr, nfc, link…, from the address
    item      LowCardinality(String),                      -- which printed or shared thing
    source    LowCardinality(String),
    referrer  LowCardinality(String),                      -- host only
    lang      LowCardinality(String),
    tz        LowCardinality(String),                      -- IANA zone of the browser
    width     UInt16,                                      -- of the window, in CSS pixels
    agent     LowCardinality(String),
    device    LowCardinality(String),
    browser   LowCardinality(String),
    os        LowCardinality(String),
    country   LowCardinality(String),
    region    LowCardinality(String),
    city      LowCardinality(String),
    geo       LowCardinality(String),                      -- how it is known: file, zone or ''
    class     LowCardinality(String),                      -- human, bot, preview…; human counts
    rule      LowCardinality(String)                       -- which rule gave the class
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (card, at, page, seq)
SETTINGS
    default_compression_codec = 'ZSTD(1)',
    -- An acknowledged insert is on the disk, file and folder.
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    -- A batch that is sent again under its token is dropped, here and on replicas.
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800;
