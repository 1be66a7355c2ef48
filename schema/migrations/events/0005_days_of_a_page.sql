-- What a card's page shows of closed days, in the rows that it reads anyway.
-- Visits with a click. Days whose events are gone know only those with a contact: as many at least.
ALTER TABLE card_days ADD COLUMN IF NOT EXISTS click_visits UInt32 DEFAULT contact_visits AFTER clicks;
-- Local hour → visits that began in it. Days whose events are gone have none.
ALTER TABLE card_days ADD COLUMN IF NOT EXISTS starts Map(UInt8, UInt32) AFTER engaged;
