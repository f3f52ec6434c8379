-- Each tagged model goes to a circuit of its user, under the same id.
--
-- One that names a circuit of its user (`circuit_id` in its data) goes there. All others of a user go to the active
-- circuit; if there is none, to the only or the oldest one; if there is no circuit at all, "Default" is made. That is
-- decided once for each user, so that switching circuits meanwhile does not part them. Rows of users who are not in
-- auth.users stay where they are. The report has the rule of each row.
-- (`OFFSET 0` keeps the planner from reading a whole table for a few rows: each row is looked up by its index.)
--
-- pgplumb: over public.tagged_models_legacy
-- pgplumb: key id
-- pgplumb: where NOT EXISTS (
-- pgplumb: where   SELECT FROM public.circuit_migration_report r
-- pgplumb: where    WHERE r.step = 'model' AND r.legacy_id = tagged_models_legacy.id OFFSET 0)
-- pgplumb: after 0007

-- pgplumb: section precondition
-- pgplumb: rule 0002_circuits has moved every circuit
SELECT l.id FROM public.user_profiles_legacy l
 WHERE NOT EXISTS (
   SELECT FROM public.circuit_migration_report r WHERE r.step = 'circuit' AND r.legacy_id = l.id
 );

-- pgplumb: section batch
WITH owners AS (
  SELECT DISTINCT b.user_id FROM batch b
   WHERE EXISTS (SELECT FROM auth.users a WHERE a.id = b.user_id OFFSET 0)
     AND NOT EXISTS (
       SELECT FROM public.circuit_migration_report r
        WHERE r.step = 'choice' AND r.legacy_id = b.user_id AND r.circuit_config_id IS NOT NULL
       OFFSET 0
     )
),
-- Users who have tagged models and no row in user_profiles_legacy.
profiles AS (
  INSERT INTO public.user_profiles (id)
  SELECT user_id FROM owners o WHERE NOT EXISTS (SELECT FROM public.user_profiles p WHERE p.id = o.user_id)
  ON CONFLICT DO NOTHING
  RETURNING id
),
made AS (
  INSERT INTO public.circuit_configurations (user_id, name, description, is_active)
  SELECT user_id, 'Default', 'Made for tagged models that belonged to no circuit', true FROM owners o
   WHERE NOT EXISTS (SELECT FROM public.circuit_configurations c WHERE c.user_id = o.user_id)
  ON CONFLICT DO NOTHING
  RETURNING id, user_id
),
chosen AS (
  SELECT user_id, id, 'default was made' AS rule FROM made
  UNION ALL
  SELECT o.user_id, c.id, c.rule FROM owners o
   CROSS JOIN LATERAL (
     SELECT c.id, CASE WHEN c.is_active THEN 'active' WHEN count(*) OVER () = 1 THEN 'only' ELSE 'oldest' END AS rule
       FROM public.circuit_configurations c WHERE c.user_id = o.user_id
      ORDER BY c.is_active DESC, c.created_at, c.id LIMIT 1
   ) c
)
INSERT INTO public.circuit_migration_report (step, legacy_id, user_id, rule, notes, circuit_config_id)
SELECT 'choice', c.user_id, c.user_id, c.rule,
       CASE WHEN c.user_id IN (SELECT id FROM profiles) THEN ARRAY['profile was made'] ELSE '{}' END, c.id
  FROM chosen c
-- Chosen before, and the circuit was deleted since.
ON CONFLICT (step, legacy_id) DO UPDATE
   SET rule = excluded.rule, circuit_config_id = excluded.circuit_config_id, moved_at = excluded.moved_at
 WHERE circuit_migration_report.circuit_config_id IS NULL;

-- pgplumb: each-row
WITH models AS (
  SELECT b.id, b.user_id, b.tag_name, coalesce(b.model_data, '{}') AS model_data, coalesce(b.created_at, now()) AS since,
         n.id IS NOT NULL AS is_named, coalesce(n.id, r.circuit_config_id) AS circuit_id, r.rule,
         b.model_data ->> 'circuit_id' AS names
    FROM batch b
    LEFT JOIN public.circuit_migration_report r ON r.step = 'choice' AND r.legacy_id = b.user_id
    LEFT JOIN public.circuit_configurations n ON n.user_id = b.user_id AND n.id = CASE
      WHEN b.model_data ->> 'circuit_id' ~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'
      THEN (b.model_data ->> 'circuit_id')::uuid END
   WHERE EXISTS (SELECT FROM auth.users a WHERE a.id = b.user_id OFFSET 0)
),
made AS (
  INSERT INTO public.tagged_models (id, circuit_config_id, user_id, tag_name, model_data, created_at, updated_at)
  SELECT id, circuit_id, user_id, tag_name, model_data, since, since FROM models
  ON CONFLICT (id) DO NOTHING
  RETURNING id
)
INSERT INTO public.circuit_migration_report (step, legacy_id, user_id, rule, notes, circuit_config_id, tagged_model_id, kept)
SELECT 'model', b.id, b.user_id,
       CASE WHEN d.id IS NULL THEN 'no user' WHEN m.id IS NULL THEN 'already there'
            WHEN d.is_named THEN 'named' ELSE d.rule END,
       array_remove(ARRAY[
         CASE WHEN b.model_data IS NULL THEN 'has no data'
              WHEN jsonb_typeof(b.model_data) <> 'object' THEN 'data are ' || jsonb_typeof(b.model_data) END,
         CASE WHEN d.names IS NOT NULL AND NOT d.is_named THEN 'names a circuit that the user has not' END,
         CASE WHEN b.created_at IS NULL THEN 'created_at is not known' END
       ], NULL),
       coalesce(t.circuit_config_id, d.circuit_id), CASE WHEN d.id IS NOT NULL THEN b.id END,
       CASE WHEN m.id IS NULL THEN
         jsonb_build_object('id', b.id, 'user_id', b.user_id, 'tag_name', b.tag_name, 'model_data', b.model_data,
           'created_at', b.created_at) END
  FROM batch b
  LEFT JOIN models d ON d.id = b.id
  LEFT JOIN made m ON m.id = b.id
  LEFT JOIN public.tagged_models t ON t.id = b.id;

-- pgplumb: section verify
-- pgplumb: rule each legacy row is reported
SELECT l.id, l.user_id FROM public.tagged_models_legacy l
 WHERE NOT EXISTS (
   SELECT FROM public.circuit_migration_report r WHERE r.step = 'model' AND r.legacy_id = l.id
 );

-- pgplumb: rule each legacy row was moved, or its user is gone
SELECT l.id, l.user_id, r.rule FROM public.tagged_models_legacy l
  JOIN public.circuit_migration_report r ON r.step = 'model' AND r.legacy_id = l.id
 WHERE r.rule = 'no user'
   AND (r.kept -> 'id' IS DISTINCT FROM to_jsonb(l.id) OR EXISTS (SELECT FROM auth.users a WHERE a.id = l.user_id));

-- pgplumb: rule each tagged model is in one circuit, which its user owns
SELECT m.id FROM public.tagged_models m
  LEFT JOIN public.circuit_configurations c ON c.id = m.circuit_config_id AND c.user_id = m.user_id
 WHERE c.id IS NULL;

-- pgplumb: rule the models of a user are together where no model names a circuit
SELECT m.user_id FROM public.circuit_migration_report m
  JOIN public.circuit_migration_report c ON c.step = 'choice' AND c.legacy_id = m.user_id
 WHERE m.step = 'model' AND m.rule NOT IN ('named', 'already there', 'no user')
   AND m.circuit_config_id <> c.circuit_config_id;

-- pgplumb: rule tagged models outlive sessions
SELECT conname FROM pg_constraint
 WHERE conrelid IN ('public.tagged_models'::regclass, 'public.circuit_configurations'::regclass) AND contype = 'f'
   AND confrelid = 'public.user_sessions'::regclass AND confdeltype <> 'n';

-- Models that were not changed or deleted since.
-- pgplumb: section compare
-- pgplumb: rule tagged models are what their legacy rows say (key id)
SELECT l.id, l.user_id, l.tag_name, coalesce(l.model_data, '{}') AS model_data, l.created_at, r.circuit_config_id
  FROM public.tagged_models_legacy l
  JOIN public.circuit_migration_report r ON r.step = 'model' AND r.legacy_id = l.id AND r.rule NOT IN ('already there', 'no user')
  LEFT JOIN public.tagged_models m ON m.id = l.id
 WHERE r.tagged_model_id IS NOT NULL AND (m.id IS NULL OR m.updated_at <= r.moved_at);
SELECT m.id, m.user_id, m.tag_name, m.model_data,
       CASE WHEN 'created_at is not known' <> ALL (r.notes) THEN m.created_at END AS created_at, m.circuit_config_id
  FROM public.tagged_models m
  JOIN public.circuit_migration_report r ON r.step = 'model' AND r.legacy_id = m.id AND r.rule NOT IN ('already there', 'no user')
 WHERE m.updated_at <= r.moved_at;

-- Models that were changed since stay, and the circuit that they are in.
-- pgplumb: section undo
-- pgplumb: where EXISTS (
-- pgplumb: where   SELECT FROM public.circuit_migration_report r
-- pgplumb: where    WHERE r.step = 'model' AND r.legacy_id = tagged_models_legacy.id OFFSET 0)
DELETE FROM public.tagged_models m
 USING batch b, public.circuit_migration_report r
 WHERE r.step = 'model' AND r.rule NOT IN ('already there', 'no user') AND r.legacy_id = b.id
   AND m.id = b.id AND m.updated_at <= r.moved_at;
-- pgplumb: each-row
DELETE FROM public.circuit_migration_report r USING batch b WHERE r.step = 'model' AND r.legacy_id = b.id;
DELETE FROM public.circuit_configurations c
 USING public.circuit_migration_report r
 WHERE r.step = 'choice' AND r.rule = 'default was made' AND r.legacy_id IN (SELECT user_id FROM batch)
   AND c.id = r.circuit_config_id AND c.updated_at <= r.moved_at
   AND NOT EXISTS (SELECT FROM public.tagged_models m WHERE m.circuit_config_id = c.id);
DELETE FROM public.user_profiles p
 USING public.circuit_migration_report r
 WHERE r.step = 'choice' AND 'profile was made' = ANY (r.notes) AND r.legacy_id IN (SELECT user_id FROM batch)
   AND p.id = r.legacy_id AND p.updated_at <= r.moved_at
   AND NOT EXISTS (SELECT FROM public.circuit_configurations c WHERE c.user_id = p.id)
   AND NOT EXISTS (SELECT FROM public.user_sessions s WHERE s.user_id = p.id);
DELETE FROM public.circuit_migration_report r
 WHERE r.step = 'choice' AND r.legacy_id IN (SELECT user_id FROM batch)
   AND NOT EXISTS (
     SELECT FROM public.circuit_migration_report m WHERE m.step = 'model' AND m.user_id = r.user_id
   );

-- Rows that could not be moved are in the report, whole.
-- pgplumb: section finalize
SELECT public.circuit_migration_refuse(
  (SELECT count(*) FROM pgplumb.data_migration WHERE version IN (1, 2) AND state = 'finalized') < 2,
  'finalize 0001_user_metadata and 0002_circuits first');
DROP TABLE IF EXISTS public.user_profiles_legacy;
DROP TABLE IF EXISTS public.tagged_models_legacy;
