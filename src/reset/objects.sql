-- Follows parts.sql. $2 is the name of the platform, whose publications are called after it, or an empty text.
, object (class, oid, schema, owner, path, attached) AS (
  SELECT 'pg_class'::regclass::oid, c.oid, c.relnamespace, c.relowner, ARRAY[n.nspname, coalesce(root.relname, c.relname)]::text[], false
    FROM pg_class c
    LEFT JOIN pg_class root ON c.relispartition AND root.oid = pg_partition_root(c.oid)
    JOIN pg_namespace n ON n.oid = coalesce(root.relnamespace, c.relnamespace)
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
  UNION ALL
  SELECT 'pg_proc'::regclass, p.oid, n.oid, p.proowner,
         ARRAY[n.nspname, p.proname || '(' || oidvectortypes(p.proargtypes) || ')']::text[], false
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, n.oid, t.typowner, ARRAY[n.nspname, t.typname]::text[], false
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  UNION ALL
  SELECT 'pg_collation'::regclass, oid, collnamespace, collowner, NULL, false FROM pg_collation
  UNION ALL
  SELECT 'pg_conversion'::regclass, oid, connamespace, conowner, NULL, false FROM pg_conversion
  UNION ALL
  SELECT 'pg_operator'::regclass, oid, oprnamespace, oprowner, NULL, false FROM pg_operator
  UNION ALL
  SELECT 'pg_opclass'::regclass, oid, opcnamespace, opcowner, NULL, false FROM pg_opclass
  UNION ALL
  SELECT 'pg_opfamily'::regclass, oid, opfnamespace, opfowner, NULL, false FROM pg_opfamily
  UNION ALL
  SELECT 'pg_ts_config'::regclass, oid, cfgnamespace, cfgowner, NULL, false FROM pg_ts_config
  UNION ALL
  SELECT 'pg_ts_dict'::regclass, oid, dictnamespace, dictowner, NULL, false FROM pg_ts_dict
  UNION ALL
  SELECT 'pg_namespace'::regclass, oid, oid, nspowner, ARRAY[nspname]::text[], false
    FROM pg_namespace WHERE nspname <> 'public'
  UNION ALL
  SELECT 'pg_event_trigger'::regclass, oid, NULL, evtowner, NULL, false FROM pg_event_trigger
  UNION ALL
  SELECT 'pg_foreign_server'::regclass, oid, NULL, srvowner, NULL, false FROM pg_foreign_server
  UNION ALL
  SELECT 'pg_foreign_data_wrapper'::regclass, oid, NULL, fdwowner, NULL, false FROM pg_foreign_data_wrapper
  UNION ALL
  SELECT 'pg_publication'::regclass, oid, NULL, pubowner, NULL, false
    FROM pg_publication WHERE $2 = '' OR NOT starts_with(pubname::text, $2 || '_')
  UNION ALL
  SELECT a.class, a.oid, NULL, t.relowner, ARRAY[n.nspname, t.relname, a.name]::text[], true
    FROM (
      SELECT 'pg_trigger'::regclass, oid, tgrelid, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgparentid = 0
      UNION ALL
      SELECT 'pg_policy'::regclass, oid, polrelid, polname FROM pg_policy
      UNION ALL
      SELECT 'pg_class'::regclass, indexrelid, indrelid, x.relname
        FROM pg_index JOIN pg_class x ON x.oid = indexrelid
    ) a (class, oid, relation, name)
    JOIN pg_class t ON t.oid = a.relation JOIN pg_namespace n ON n.oid = t.relnamespace
   WHERE t.oid IN (SELECT oid FROM platform)
     AND NOT EXISTS (SELECT FROM pg_depend e
                      WHERE e.classid = 'pg_class'::regclass AND e.objid = t.oid AND e.deptype = 'e')
)
SELECT o.class, o.oid, CASE WHEN c.relkind = 'c' THEN 'pg_type' ELSE o.class::regclass::text END AS catalog, i.type AS kind, i.identity, o.path, o.attached,
  pg_get_userbyid(o.owner)::text AS owner, pg_get_userbyid(o.owner) = current_user AS mine,
  pg_has_role(current_user, o.owner, 'USAGE') AS usable,
  1 + coalesce(p.parts, 0) AS locks,
  coalesce(c.relispartition, false) AS partition,
  CASE WHEN c.relkind = 'r' THEN
    CASE WHEN c.reltuples < 0 OR c.relpages = 0 THEN pg_stat_get_live_tuples(c.oid) ELSE c.reltuples::int8 END END AS rows,
  coalesce(c.relkind = 'r' AND c.relpages < 131072 AND has_table_privilege(c.oid, 'SELECT')
    AND has_schema_privilege(c.relnamespace, 'USAGE') AND NOT row_security_active(c.oid), false) AS countable
FROM object o
LEFT JOIN (SELECT of_class, of, count(*) AS parts FROM part GROUP BY of_class, of) p ON p.of_class = o.class AND p.of = o.oid
LEFT JOIN pg_class c ON o.class = 'pg_class'::regclass AND c.oid = o.oid
LEFT JOIN pg_namespace n ON n.oid = o.schema
LEFT JOIN part ON part.class = o.class AND part.oid = o.oid
LEFT JOIN pg_depend e ON e.classid = o.class AND e.objid = o.oid AND e.deptype = 'e'
CROSS JOIN LATERAL pg_identify_object(o.class, o.oid, 0) i
WHERE o.oid >= 16384 AND part.oid IS NULL AND e.objid IS NULL
  AND (n.oid IS NULL OR n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND n.nspname <> ALL ($1))
  AND i.identity IS NOT NULL
ORDER BY i.identity COLLATE "C", o.oid
