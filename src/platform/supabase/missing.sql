-- What a project relies on and this database lacks, one row each; no row means that the platform is present.
-- It reads system catalogs only, so any role may run it on any server, and it asks only for what every hosted,
-- self-hosted or older setup has.

WITH needed (place, kind, schema, name) AS (
  VALUES
    (1, 'role', NULL, 'anon'), (2, 'role', NULL, 'authenticated'), (3, 'role', NULL, 'service_role'),
    (4, 'schema', NULL, 'auth'), (5, 'schema', NULL, 'storage'), (6, 'schema', NULL, 'extensions'),
    (7, 'table', 'auth', 'users'), (8, 'column', 'auth', 'users.id'),
    (9, 'function', 'auth', 'uid'), (10, 'function', 'auth', 'role'), (11, 'function', 'auth', 'jwt'),
    (12, 'table', 'storage', 'buckets'), (13, 'table', 'storage', 'objects')
), relation AS (
  SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('auth', 'storage')
)
SELECT CASE kind
    WHEN 'column' THEN 'column auth.users.id of type uuid'
    ELSE kind || ' ' || coalesce(schema || '.', '') || name || CASE kind WHEN 'function' THEN '()' ELSE '' END
  END AS missing
FROM needed
WHERE NOT CASE kind
  WHEN 'role' THEN EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = needed.name)
  WHEN 'schema' THEN EXISTS (SELECT FROM pg_catalog.pg_namespace AS n WHERE n.nspname = needed.name)
  WHEN 'table' THEN EXISTS (
    SELECT FROM relation AS r WHERE r.schema = needed.schema AND r.name = needed.name
  )
  -- A table that is not there is named once, not again for its column.
  WHEN 'column' THEN NOT EXISTS (SELECT FROM relation AS r WHERE r.schema = 'auth' AND r.name = 'users') OR EXISTS (
    SELECT FROM relation AS r
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid
    WHERE r.schema = 'auth' AND r.name = 'users' AND a.attname = 'id' AND NOT a.attisdropped
      AND a.atttypid = 'pg_catalog.uuid'::pg_catalog.regtype
  )
  WHEN 'function' THEN EXISTS (
    SELECT FROM pg_catalog.pg_proc AS p
    JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname = needed.schema AND p.proname = needed.name AND p.pronargs = 0
  )
END
ORDER BY place;
