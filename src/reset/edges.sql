-- Follows parts.sql. Which object needs which other one, each named by what it is a part of. What has no owner and goes
-- with its object without a loss, such as a cast, is an edge from the object to itself: it takes a CASCADE.
, absorbed AS MATERIALIZED (
  SELECT oid FROM pg_class
   WHERE relnamespace = 'pg_catalog'::regnamespace
     AND relname IN ('pg_cast', 'pg_default_acl', 'pg_publication_rel', 'pg_publication_namespace', 'pg_user_mapping')
),
edge AS (
  SELECT coalesce(p.of_class, d.classid) AS class, coalesce(p.of, d.objid) AS oid,
         coalesce(r.of_class, d.refclassid) AS needs_class, coalesce(r.of, d.refobjid) AS needs,
         d.classid IN (SELECT oid FROM absorbed) AS absorbed, d.deptype
    FROM pg_depend d
    LEFT JOIN part p ON p.class = d.classid AND p.oid = d.objid
    LEFT JOIN part r ON r.class = d.refclassid AND r.oid = d.refobjid
   WHERE d.refobjid >= 16384 AND d.deptype <> 'e'
)
SELECT DISTINCT CASE WHEN absorbed THEN needs_class ELSE class END, CASE WHEN absorbed THEN needs ELSE oid END,
  needs_class, needs
FROM edge WHERE CASE WHEN absorbed THEN deptype = 'n' ELSE (class, oid) <> (needs_class, needs) END
