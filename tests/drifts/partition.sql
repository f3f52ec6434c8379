-- Partitions.

-- drift: table app.events_2024: bound
ALTER TABLE app.events DETACH PARTITION app.events_2024;
ALTER TABLE app.events ATTACH PARTITION app.events_2024
  FOR VALUES FROM ('2024-01-01 00:00:00+02') TO ('2025-01-01 00:00:00+01');

-- drift: table app.regions_eu: bound
ALTER TABLE app.regions DETACH PARTITION app.regions_eu;
ALTER TABLE app.regions ATTACH PARTITION app.regions_eu FOR VALUES IN ('DE', 'FR', 'IT');

-- drift: table app.shards_0: bound
ALTER TABLE app.shards DETACH PARTITION app.shards_0;
ALTER TABLE app.shards ATTACH PARTITION app.shards_0 FOR VALUES WITH (modulus 4, remainder 0);

-- drift: table app.events_else: missing
DROP TABLE app.events_else;

-- drift: table app.events_2026: unexpected
CREATE TABLE app.events_2026 PARTITION OF app.events FOR VALUES FROM ('2026-01-01 00:00:00+01') TO ('2027-01-01 00:00:00+01');

-- drift: table app.regions_eu: bound
-- drift: table app.regions_eu: partition_of
ALTER TABLE app.regions DETACH PARTITION app.regions_eu;

-- drift: table app.shards: partition_by
DROP TABLE app.shards;
CREATE TABLE app.shards (id integer) PARTITION BY HASH (abs(id));
CREATE TABLE app.shards_0 PARTITION OF app.shards FOR VALUES WITH (modulus 2, remainder 0);
REVOKE ALL ON app.shards, app.shards_0 FROM drift_reader;

-- drift: column app.events_2024.what: default
ALTER TABLE app.events_2024 ALTER what SET DEFAULT 'x';

-- drift: index app.events_2024.more: unexpected
CREATE INDEX more ON app.events_2024 (what);

-- drift: index app.events.events_what: missing
-- drift: index app.events_2024.events_2024_lower_at_idx: missing
-- drift: index app.events_2025.events_2025_lower_at_idx: missing
-- drift: index app.events_else.events_else_lower_at_idx: missing
DROP INDEX app.events_what;

-- drift: index app.events.more: unexpected
CREATE INDEX more ON ONLY app.events (what);

-- drift: table app.events_2024: privileges
GRANT SELECT ON app.events_2024 TO drift_writer;

-- drift: constraint app.events_2024.events_2024_what_check: unexpected
ALTER TABLE app.events_2024 ADD CHECK (what <> '');
