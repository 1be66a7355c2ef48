-- Visits: the events of one visitor on one card with no gap of more than 30 minutes, on closed days.
-- It holds visitor ids, so it is kept as long as raw events and dropped with them.
CREATE TABLE IF NOT EXISTS visits
(
    card            LowCardinality(String),
    day             Date,                           -- in the card's own time zone
    start           DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),  -- of its first event
    hour            UInt8,                          -- local hour of the first event
    visitor         UInt64,
    views           UInt32,
    clicks          UInt32,
    contact_clicks  UInt32,
    targets         Map(LowCardinality(String), UInt32),  -- clicks by target
    bounce          UInt8,
    engaged_s       UInt32,
    source          LowCardinality(String),         -- from here on: of the first event, '' unknown
    medium          LowCardinality(String),
    item            LowCardinality(String),
    referrer        LowCardinality(String),
    language        LowCardinality(String),
    country         LowCardinality(String),
    region          LowCardinality(String),
    city            LowCardinality(String),
    device          LowCardinality(String),
    browser         LowCardinality(String),
    os              LowCardinality(String),
    recipe          UInt16
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (card, day, start, visitor)
SETTINGS
    default_compression_codec = 'ZSTD(1)',
    fsync_after_insert = 1,
    fsync_part_directory = 1;

-- The hours of closed days. Views and clicks at their own time, visits and visitors at the start of
-- the visit. An hour without anything has no row.
CREATE TABLE IF NOT EXISTS card_hours
(
    card            LowCardinality(String),
    day             Date,
    start           DateTime('UTC'),  -- the instant at which the local hour begins
    hour            UInt8,            -- its number on the clock, twice the same when it goes back
    views           UInt32,
    visitors        UInt32,
    visits          UInt32,
    clicks          UInt32,
    contact_clicks  UInt32,
    recipe          UInt16
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (card, day, start)
SETTINGS
    default_compression_codec = 'ZSTD(1)',
    fsync_after_insert = 1,
    fsync_part_directory = 1;

ALTER TABLE card_days ADD COLUMN IF NOT EXISTS visitors UInt32 AFTER views;
ALTER TABLE card_days ADD COLUMN IF NOT EXISTS visits UInt32 AFTER visitors;
ALTER TABLE card_days ADD COLUMN IF NOT EXISTS bounces UInt32 AFTER visits;
ALTER TABLE card_days ADD COLUMN IF NOT EXISTS contact_visits UInt32 AFTER contact_clicks;
-- Engaged seconds → visits: it adds up over days and cards, and has the median in it.
ALTER TABLE card_days ADD COLUMN IF NOT EXISTS engaged Map(UInt32, UInt32) AFTER contact_visits;

-- `by` is from now on: source medium item referrer country region city device browser os language
-- target. The key of a region is 'FR|Bretagne', of a city 'FR|Bretagne|Brest'.
ALTER TABLE card_dims ADD COLUMN IF NOT EXISTS visitors UInt32 AFTER views;
ALTER TABLE card_dims ADD COLUMN IF NOT EXISTS visits UInt32 AFTER visitors;
ALTER TABLE card_dims ADD COLUMN IF NOT EXISTS bounces UInt32 AFTER visits;
ALTER TABLE card_dims ADD COLUMN IF NOT EXISTS contact_clicks UInt32 AFTER clicks;
ALTER TABLE card_dims ADD COLUMN IF NOT EXISTS contact_visits UInt32 AFTER contact_clicks;
