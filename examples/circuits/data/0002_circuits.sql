-- Each row of user_profiles_legacy that has a circuit goes to circuit_configurations, under the same id.
--
-- The oldest default of a user is the active circuit. Of several circuits of a user with the same name the oldest keeps
-- it, the others get a number. Parameters stay as they are, whatever their shape. Rows of users who are not in
-- auth.users stay where they are. All that is not plain is told in the report, with the row as it was.
-- (`OFFSET 0` keeps the planner from reading a whole table for a few rows: each row is looked up by its index.)
--
-- pgplumb: over public.user_profiles_legacy
-- pgplumb: key id
-- pgplumb: where NOT EXISTS (
-- pgplumb: where   SELECT FROM public.circuit_migration_report r
-- pgplumb: where    WHERE r.step = 'circuit' AND r.legacy_id = user_profiles_legacy.id OFFSET 0)
-- pgplumb: after 0007

-- pgplumb: section precondition
-- pgplumb: rule 0001_user_metadata has moved every user
SELECT l.user_id FROM public.user_profiles_legacy l
 WHERE NOT EXISTS (
   SELECT FROM public.circuit_migration_report r WHERE r.step = 'profile' AND r.legacy_id = l.user_id
 );

-- pgplumb: section batch
-- pgplumb: each-row
WITH circuits AS (
  SELECT b.*, coalesce(b.created_at, now()) AS since,
         coalesce(nullif(b.profile_name, ''), 'Unnamed circuit') AS name,
         (SELECT count(*) FROM public.user_profiles_legacy o
           WHERE o.user_id = b.user_id
             AND coalesce(nullif(o.profile_name, ''), 'Unnamed circuit') = coalesce(nullif(b.profile_name, ''), 'Unnamed circuit')
             AND (o.profile_name IS NOT NULL OR o.circuit_parameters IS NOT NULL)
             AND (coalesce(o.created_at, 'infinity'), o.id) < (coalesce(b.created_at, 'infinity'), b.id)) + 1 AS number,
         b.is_default IS TRUE AND NOT EXISTS (
           SELECT FROM public.user_profiles_legacy o
            WHERE o.user_id = b.user_id AND o.is_default
              AND (o.profile_name IS NOT NULL OR o.circuit_parameters IS NOT NULL)
              AND (coalesce(o.created_at, 'infinity'), o.id) < (coalesce(b.created_at, 'infinity'), b.id)
         ) AS is_first_default
    FROM batch b
   WHERE (b.profile_name IS NOT NULL OR b.circuit_parameters IS NOT NULL)
     AND EXISTS (SELECT FROM public.user_profiles p WHERE p.id = b.user_id OFFSET 0)
),
numbered AS (
  SELECT c.*, CASE c.number WHEN 1 THEN c.name ELSE format('%s (%s)', c.name, c.number) END AS new_name,
         c.is_first_default AND NOT EXISTS (
           SELECT FROM public.circuit_configurations n WHERE n.user_id = c.user_id AND n.is_active AND n.id <> c.id
         ) AS is_active
    FROM circuits c
),
-- A name that another circuit of the user has already, or is to have, is told apart by the id.
named AS (
  SELECT n.*, CASE
           WHEN EXISTS (
             SELECT FROM public.circuit_configurations o
              WHERE o.user_id = n.user_id AND o.name = n.new_name AND o.id <> n.id
           ) OR (n.number > 1 AND EXISTS (
             SELECT FROM public.user_profiles_legacy o
              WHERE o.user_id = n.user_id AND coalesce(nullif(o.profile_name, ''), 'Unnamed circuit') = n.new_name
             OFFSET 0
           )) THEN format('%s (%s)', n.name, n.id) ELSE n.new_name END AS free_name
    FROM numbered n
),
made AS (
  INSERT INTO public.circuit_configurations (id, user_id, name, parameters, is_active, created_at, updated_at)
  SELECT id, user_id, free_name, coalesce(circuit_parameters, '{}'), is_active, since, since FROM named
  ON CONFLICT DO NOTHING
  RETURNING id, name, is_active
),
-- Those that met a circuit which somebody has made or activated in the meantime.
made_late AS (
  INSERT INTO public.circuit_configurations (id, user_id, name, parameters, created_at, updated_at)
  SELECT id, user_id, format('%s (%s)', name, id), coalesce(circuit_parameters, '{}'), since, since FROM named
   WHERE id NOT IN (SELECT id FROM made)
  ON CONFLICT (id) DO NOTHING
  RETURNING id, name, is_active
),
moved AS (SELECT * FROM made UNION ALL SELECT * FROM made_late),
told AS (
  SELECT b.*, n.id IS NOT NULL AS is_circuit, m.id IS NOT NULL AS is_moved,
         EXISTS (SELECT FROM public.user_profiles p WHERE p.id = b.user_id OFFSET 0) AS has_user,
         CASE WHEN m.id IS NULL THEN '{}' ELSE array_remove(ARRAY[
           CASE WHEN nullif(b.profile_name, '') IS NULL THEN 'has no name'
                WHEN m.name <> b.profile_name THEN 'name is taken' END,
           CASE WHEN b.is_default AND NOT m.is_active THEN 'another circuit is active' END,
           CASE WHEN b.circuit_parameters IS NULL THEN 'has no parameters'
                WHEN jsonb_typeof(b.circuit_parameters) <> 'object'
                THEN 'parameters are ' || jsonb_typeof(b.circuit_parameters) END,
           CASE WHEN b.created_at IS NULL THEN 'created_at is not known' END
         ], NULL) END AS notes
    FROM batch b LEFT JOIN named n ON n.id = b.id LEFT JOIN moved m ON m.id = b.id
)
INSERT INTO public.circuit_migration_report (step, legacy_id, user_id, rule, notes, circuit_config_id, kept)
SELECT 'circuit', t.id, t.user_id,
       CASE WHEN t.is_moved THEN 'moved' WHEN t.is_circuit THEN 'already there'
            WHEN NOT t.has_user THEN 'no user' ELSE 'no circuit' END,
       t.notes,
       CASE WHEN t.is_circuit THEN t.id END,
       CASE WHEN NOT t.has_user OR t.notes <> '{}' OR (t.is_circuit AND NOT t.is_moved) THEN
         jsonb_build_object('id', t.id, 'user_id', t.user_id, 'username', t.username, 'preferences', t.preferences,
           'profile_name', t.profile_name, 'circuit_parameters', t.circuit_parameters, 'is_default', t.is_default,
           'created_at', t.created_at) END
  FROM told t;

-- pgplumb: section verify
-- pgplumb: rule each legacy row is reported
SELECT l.id, l.user_id FROM public.user_profiles_legacy l
 WHERE NOT EXISTS (
   SELECT FROM public.circuit_migration_report r WHERE r.step = 'circuit' AND r.legacy_id = l.id
 );

-- pgplumb: rule each legacy row with a circuit was moved, or its user is gone
SELECT l.id, l.user_id, r.rule FROM public.user_profiles_legacy l
  JOIN public.circuit_migration_report r ON r.step = 'circuit' AND r.legacy_id = l.id
 WHERE (l.profile_name IS NOT NULL OR l.circuit_parameters IS NOT NULL)
   AND r.rule NOT IN ('moved', 'already there')
   AND (r.rule <> 'no user' OR r.kept -> 'id' IS DISTINCT FROM to_jsonb(l.id)
     OR EXISTS (SELECT FROM public.user_profiles p WHERE p.id = l.user_id));

-- pgplumb: rule no user has two active circuits
SELECT user_id FROM public.circuit_configurations WHERE is_active GROUP BY user_id HAVING count(*) > 1;

-- pgplumb: rule a user who had a default circuit has an active one
SELECT l.user_id FROM public.user_profiles_legacy l
  JOIN public.circuit_migration_report r ON r.step = 'circuit' AND r.legacy_id = l.id AND r.rule = 'moved'
 WHERE l.is_default
 GROUP BY l.user_id
HAVING NOT EXISTS (SELECT FROM public.circuit_configurations c WHERE c.user_id = l.user_id AND c.is_active)
   -- Who deletes the active circuit, or makes none active, has none.
   AND NOT EXISTS (
     SELECT FROM public.circuit_migration_report d
       LEFT JOIN public.circuit_configurations c ON c.id = d.circuit_config_id
      WHERE d.step = 'circuit' AND d.user_id = l.user_id AND d.rule = 'moved'
        AND (c.id IS NULL OR c.updated_at > d.moved_at)
   );

-- pgplumb: rule circuits outlive sessions: they refer to their user and to nothing else
SELECT conname, confrelid::regclass, confdeltype FROM pg_constraint
 WHERE conrelid = 'public.circuit_configurations'::regclass AND contype = 'f'
   AND NOT (confrelid = 'public.user_profiles'::regclass AND confdeltype = 'c');

-- pgplumb: rule circuits are the same in every session: neither columns nor policies tell sessions apart
SELECT attname::text AS found FROM pg_attribute
 WHERE attrelid = 'public.circuit_configurations'::regclass AND attnum > 0 AND attname LIKE '%session%'
UNION ALL
SELECT policyname::text FROM pg_policies
 WHERE schemaname = 'public' AND tablename = 'circuit_configurations'
   AND concat(qual, with_check) ~* 'session|device|agent';

-- pgplumb: rule two sessions of a user see the same circuits
SELECT s.user_id FROM public.user_sessions s
  LEFT JOIN LATERAL (
    SELECT array_agg(c.id ORDER BY c.id) AS circuits FROM public.circuit_configurations c WHERE c.user_id = s.user_id
  ) seen ON true
 GROUP BY s.user_id HAVING count(DISTINCT coalesce(seen.circuits, '{}')) > 1;

-- Circuits that their users have not changed since.
-- pgplumb: section compare
-- pgplumb: rule circuits are what their legacy rows say (key id)
SELECT l.id, l.user_id, coalesce(l.circuit_parameters, '{}') AS parameters, l.created_at,
       CASE WHEN l.profile_name <> '' AND 'name is taken' <> ALL (r.notes) THEN l.profile_name END AS name,
       l.is_default IS TRUE AND 'another circuit is active' <> ALL (r.notes) AS is_active
  FROM public.user_profiles_legacy l
  JOIN public.circuit_migration_report r ON r.step = 'circuit' AND r.legacy_id = l.id AND r.rule = 'moved'
  LEFT JOIN public.circuit_configurations c ON c.id = l.id
 WHERE r.circuit_config_id IS NOT NULL AND (c.id IS NULL OR c.updated_at <= r.moved_at);
SELECT c.id, c.user_id, c.parameters,
       CASE WHEN 'created_at is not known' <> ALL (r.notes) THEN c.created_at END AS created_at,
       CASE WHEN NOT r.notes && ARRAY['has no name', 'name is taken'] THEN c.name END AS name,
       c.is_active
  FROM public.circuit_configurations c
  JOIN public.circuit_migration_report r ON r.step = 'circuit' AND r.legacy_id = c.id AND r.rule = 'moved'
 WHERE c.updated_at <= r.moved_at;

-- Circuits that were changed since, or that have tagged models, stay.
-- pgplumb: section undo
-- pgplumb: where EXISTS (
-- pgplumb: where   SELECT FROM public.circuit_migration_report r
-- pgplumb: where    WHERE r.step = 'circuit' AND r.legacy_id = user_profiles_legacy.id OFFSET 0)
SELECT public.circuit_migration_refuse(
         EXISTS (SELECT FROM public.circuit_migration_report WHERE step IN ('choice', 'model')),
         'roll back 0003_tagged_models first')
  FROM batch LIMIT 1;
DELETE FROM public.circuit_configurations c
 USING batch b, public.circuit_migration_report r
 WHERE r.step = 'circuit' AND r.rule = 'moved' AND r.legacy_id = b.id
   AND c.id = b.id AND c.updated_at <= r.moved_at
   AND NOT EXISTS (SELECT FROM public.tagged_models m WHERE m.circuit_config_id = c.id);
-- pgplumb: each-row
DELETE FROM public.circuit_migration_report r USING batch b WHERE r.step = 'circuit' AND r.legacy_id = b.id;

-- pgplumb: section finalize
DROP INDEX IF EXISTS public.legacy_user_profiles_user_id;
