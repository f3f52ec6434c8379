-- Row security and policies.

-- drift: row security app.documents: enabled
ALTER TABLE app.documents DISABLE ROW LEVEL SECURITY;

-- drift: row security app.documents: forced
ALTER TABLE app.documents NO FORCE ROW LEVEL SECURITY;

-- drift: row security app.customers: enabled
ALTER TABLE app.customers ENABLE ROW LEVEL SECURITY;

-- drift: row security app.events_2024: enabled
ALTER TABLE app.events_2024 ENABLE ROW LEVEL SECURITY;

-- drift: policy app.documents.own: missing
DROP POLICY own ON app.documents;

-- drift: policy app.documents.more: unexpected
CREATE POLICY more ON app.documents USING (true);

-- drift: policy app.documents.own: missing
-- drift: policy app.documents.renamed: unexpected
ALTER POLICY own ON app.documents RENAME TO renamed;

-- drift: policy app.documents.readers: using
ALTER POLICY readers ON app.documents USING (published < '2030-01-01 00:00:00+02');

-- drift: policy app.documents.added: check
ALTER POLICY added ON app.documents WITH CHECK (true);

-- drift: policy app.documents.own: check
DROP POLICY own ON app.documents;
CREATE POLICY own ON app.documents FOR ALL TO drift_writer USING (owner = current_user);
COMMENT ON POLICY own ON app.documents IS 'Each their own';

-- drift: policy app.documents.own: roles
ALTER POLICY own ON app.documents TO PUBLIC;

-- drift: policy app.documents.readers: roles
ALTER POLICY readers ON app.documents TO drift_reader;

-- drift: policy app.documents.no_secrets: permissive
DROP POLICY no_secrets ON app.documents;
CREATE POLICY no_secrets ON app.documents FOR SELECT USING (NOT secret);

-- drift: policy app.documents.no_secrets: command
DROP POLICY no_secrets ON app.documents;
CREATE POLICY no_secrets ON app.documents AS RESTRICTIVE FOR ALL USING (NOT secret);

-- drift: policy app.documents.own: comment
COMMENT ON POLICY own ON app.documents IS NULL;

-- drift: policy app.documents.added: missing
-- drift: policy app.documents.no_secrets: missing
-- drift: policy app.documents.own: missing
-- drift: policy app.documents.readers: missing
-- drift: row security app.documents: enabled
DROP POLICY added ON app.documents;
DROP POLICY no_secrets ON app.documents;
DROP POLICY own ON app.documents;
DROP POLICY readers ON app.documents;
ALTER TABLE app.documents DISABLE ROW LEVEL SECURITY;
