-- What is only a part of another object: the object itself is what is dropped. $1 has the schemas of the platform, on
-- whose tables triggers, policies and indexes stand for themselves: they may go where the table stays.
WITH platform AS MATERIALIZED (
  SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY ($1)
),
multirange (oid, range) AS (
  SELECT d.objid, d.refobjid FROM pg_depend d JOIN pg_type t ON t.oid = d.objid AND t.typtype = 'm'
   WHERE d.classid = 'pg_type'::regclass AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i'
),
piece (class, oid, of_class, of) AS MATERIALIZED (
  SELECT 'pg_class'::regclass::oid, i.indexrelid, 'pg_class'::regclass::oid, coalesce(t.oid, i.indrelid)
    FROM pg_index i LEFT JOIN pg_class t ON t.reltoastrelid = i.indrelid
   WHERE i.indexrelid >= 16384 AND i.indrelid NOT IN (SELECT oid FROM platform)
  UNION ALL
  SELECT 'pg_class'::regclass, reltoastrelid, 'pg_class'::regclass, oid FROM pg_class WHERE reltoastrelid >= 16384
  UNION ALL
  SELECT 'pg_class'::regclass, d.objid, 'pg_class'::regclass, d.refobjid
    FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
   WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
),
part (class, oid, of_class, of) AS MATERIALIZED (
  TABLE piece
  UNION ALL  -- row types
  SELECT 'pg_type'::regclass, t.oid, 'pg_class'::regclass, coalesce(p.of, t.typrelid)
    FROM pg_type t LEFT JOIN piece p ON p.oid = t.typrelid WHERE t.typrelid >= 16384
  UNION ALL  -- arrays of row types, and of other types
  SELECT 'pg_type'::regclass, t.typarray, 'pg_class'::regclass, t.typrelid
    FROM pg_type t WHERE t.typarray >= 16384 AND t.typrelid <> 0
  UNION ALL
  SELECT 'pg_type'::regclass, t.typarray, 'pg_type'::regclass, coalesce(m.range, t.oid)
    FROM pg_type t LEFT JOIN multirange m ON m.oid = t.oid WHERE t.typarray >= 16384 AND t.typrelid = 0
  UNION ALL  -- multiranges, and the functions that make ranges
  SELECT 'pg_type'::regclass, oid, 'pg_type'::regclass, range FROM multirange
  UNION ALL
  SELECT 'pg_proc'::regclass, d.objid, 'pg_type'::regclass, coalesce(m.range, d.refobjid)
    FROM pg_depend d LEFT JOIN multirange m ON m.oid = d.refobjid
   WHERE d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i'
  UNION ALL
  SELECT 'pg_rewrite'::regclass, oid, 'pg_class'::regclass, ev_class FROM pg_rewrite WHERE oid >= 16384
  UNION ALL
  SELECT 'pg_attrdef'::regclass, oid, 'pg_class'::regclass, adrelid FROM pg_attrdef
  UNION ALL
  SELECT 'pg_constraint'::regclass, oid, 'pg_class'::regclass, conrelid FROM pg_constraint WHERE conrelid <> 0
  UNION ALL
  SELECT 'pg_constraint'::regclass, oid, 'pg_type'::regclass, contypid FROM pg_constraint WHERE contypid <> 0
  UNION ALL  -- a foreign key's triggers stand on both tables, and all are parts of the one that has the key
  SELECT 'pg_trigger'::regclass, t.oid, 'pg_class'::regclass, coalesce(c.conrelid, t.tgrelid)
    FROM pg_trigger t LEFT JOIN pg_constraint c ON c.oid = t.tgconstraint AND t.tgisinternal
   WHERE t.tgisinternal OR t.tgrelid NOT IN (SELECT oid FROM platform)
  UNION ALL
  SELECT 'pg_policy'::regclass, oid, 'pg_class'::regclass, polrelid
    FROM pg_policy WHERE polrelid NOT IN (SELECT oid FROM platform)
  UNION ALL
  SELECT 'pg_statistic_ext'::regclass, oid, 'pg_class'::regclass, stxrelid FROM pg_statistic_ext
  UNION ALL
  SELECT 'pg_amop'::regclass, oid, 'pg_opfamily'::regclass, amopfamily FROM pg_amop WHERE oid >= 16384
  UNION ALL
  SELECT 'pg_amproc'::regclass, oid, 'pg_opfamily'::regclass, amprocfamily FROM pg_amproc WHERE oid >= 16384
)
