-- What user_profiles_legacy has of users goes to user_profiles, one row for each user.
--
-- A user's oldest row that has a username gives it, the oldest that has preferences gives them. Of several users with
-- the same username the one with the oldest row keeps it; the others get none. What was not taken over is kept in the
-- report, as are the rows of users who are not in auth.users. A profile that is there already is left as it is.
-- (`OFFSET 0` keeps the planner from reading a whole table for a few rows: each row is looked up by its index.)
--
-- pgplumb: over public.user_profiles_legacy
-- pgplumb: key id
-- pgplumb: where NOT EXISTS (
-- pgplumb: where   SELECT FROM public.circuit_migration_report r
-- pgplumb: where    WHERE r.step = 'profile' AND r.legacy_id = user_profiles_legacy.user_id OFFSET 0)
-- pgplumb: after 0007

-- pgplumb: section precondition
-- pgplumb: rule the new table has nothing of circuits
SELECT NOT EXISTS (
  SELECT FROM pg_attribute WHERE attrelid = 'public.user_profiles'::regclass AND attname = 'circuit_parameters'
);

-- pgplumb: section batch
WITH owners AS (
  SELECT b.user_id, EXISTS (SELECT FROM auth.users a WHERE a.id = b.user_id OFFSET 0) AS is_there, n.id AS named_by, n.username, n.since AS named_since,
         p.preferences, l.created_at, l.rows
    FROM (SELECT DISTINCT user_id FROM batch) b
    LEFT JOIN LATERAL (
      SELECT o.id, o.username, coalesce(o.created_at, 'infinity') AS since
        FROM public.user_profiles_legacy o
       WHERE o.user_id = b.user_id AND o.username <> ''
       ORDER BY since, o.id LIMIT 1
    ) n ON true
    LEFT JOIN LATERAL (
      SELECT o.preferences FROM public.user_profiles_legacy o
       WHERE o.user_id = b.user_id AND o.preferences IS NOT NULL
       ORDER BY o.preferences IN ('{}', 'null'), coalesce(o.created_at, 'infinity'), o.id LIMIT 1
    ) p ON true
    CROSS JOIN LATERAL (
      SELECT min(o.created_at) AS created_at, count(*) AS rows
        FROM public.user_profiles_legacy o WHERE o.user_id = b.user_id
    ) l
),
-- Somebody else's username: an older row has it, and is the one that gives that user a name.
wanted AS (
  SELECT o.*, coalesce(o.created_at, now()) AS since,
         CASE WHEN NOT EXISTS (
           SELECT FROM public.user_profiles_legacy e
            WHERE e.username = o.username AND e.username <> '' AND e.user_id <> o.user_id
              AND (coalesce(e.created_at, 'infinity'), e.id) < (o.named_since, o.named_by)
              AND EXISTS (SELECT FROM auth.users a WHERE a.id = e.user_id OFFSET 0)
              AND NOT EXISTS (
                SELECT FROM public.user_profiles_legacy f
                 WHERE f.user_id = e.user_id AND f.username <> ''
                   AND (coalesce(f.created_at, 'infinity'), f.id) < (coalesce(e.created_at, 'infinity'), e.id)
                OFFSET 0
              )
         ) THEN o.username END AS free_name
    FROM owners o WHERE o.is_there
),
made AS (
  INSERT INTO public.user_profiles (id, username, preferences, created_at, updated_at)
  SELECT user_id, free_name, coalesce(preferences, '{}'), since, since FROM wanted
  ON CONFLICT DO NOTHING
  RETURNING id, username
),
-- Those whose username somebody has taken in the meantime.
made_without AS (
  INSERT INTO public.user_profiles (id, preferences, created_at, updated_at)
  SELECT user_id, coalesce(preferences, '{}'), since, since FROM wanted
   WHERE user_id NOT IN (SELECT id FROM made)
  ON CONFLICT DO NOTHING
  RETURNING id, username
),
profiles AS (SELECT * FROM made UNION ALL SELECT * FROM made_without),
told AS (
  SELECT o.*, p.id IS NOT NULL AS is_made, p.username IS DISTINCT FROM o.username AS lost_name,
         array_remove(ARRAY[
           CASE WHEN o.rows > 1 THEN 'has ' || o.rows || ' legacy rows' END,
           CASE WHEN p.id IS NOT NULL AND p.username IS DISTINCT FROM o.username THEN 'username is taken' END,
           CASE WHEN jsonb_typeof(o.preferences) <> 'object' THEN 'preferences are ' || jsonb_typeof(o.preferences) END,
           CASE WHEN o.created_at IS NULL THEN 'created_at is not known' END
         ], NULL) AS notes
    FROM owners o LEFT JOIN profiles p ON p.id = o.user_id
)
INSERT INTO public.circuit_migration_report (step, legacy_id, user_id, rule, notes, kept)
SELECT 'profile', t.user_id, t.user_id,
       CASE WHEN t.is_made THEN 'moved' WHEN t.is_there THEN 'already there' ELSE 'no user' END,
       t.notes,
       (SELECT jsonb_agg(CASE WHEN t.is_there
                 THEN jsonb_build_object('id', l.id, 'username', l.username, 'preferences', l.preferences)
                 ELSE to_jsonb(l) END ORDER BY coalesce(l.created_at, 'infinity'), l.id)
          FROM public.user_profiles_legacy l
         WHERE l.user_id = t.user_id
           AND (NOT t.is_made OR (l.username <> '' AND (t.lost_name OR l.username <> t.username))
             OR l.preferences <> coalesce(t.preferences, '{}')))
  FROM told t
ON CONFLICT DO NOTHING;

-- pgplumb: section verify
-- pgplumb: rule each legacy row's user is reported
SELECT l.id, l.user_id FROM public.user_profiles_legacy l
 WHERE NOT EXISTS (
   SELECT FROM public.circuit_migration_report r WHERE r.step = 'profile' AND r.legacy_id = l.user_id
 );

-- pgplumb: rule each user of a legacy row has a profile
SELECT DISTINCT l.user_id FROM public.user_profiles_legacy l
  JOIN auth.users a ON a.id = l.user_id
 WHERE NOT EXISTS (SELECT FROM public.user_profiles p WHERE p.id = l.user_id);

-- pgplumb: rule no username and no preference of a legacy row is lost
SELECT l.id, l.username, l.preferences
  FROM public.user_profiles_legacy l
  JOIN public.circuit_migration_report r ON r.step = 'profile' AND r.legacy_id = l.user_id
  JOIN public.user_profiles p ON p.id = l.user_id AND p.updated_at <= r.moved_at
 WHERE ((l.username <> '' AND l.username IS DISTINCT FROM p.username)
     OR (l.preferences IS DISTINCT FROM p.preferences AND l.preferences <> '{}'))
   AND NOT coalesce(r.kept, '[]') @> jsonb_build_array(jsonb_build_object('id', l.id));

-- pgplumb: rule no circuit data is left in user_profiles
SELECT attname FROM pg_attribute
 WHERE attrelid = 'public.user_profiles'::regclass AND attnum > 0 AND NOT attisdropped
   AND attname NOT IN ('id', 'username', 'preferences', 'created_at', 'updated_at');

-- Profiles that their users have not changed since. A username that is NULL stands for one that was taken.
-- pgplumb: section compare
-- pgplumb: rule profiles are what the oldest legacy rows say (key id)
SELECT DISTINCT ON (l.user_id) l.user_id AS id,
       coalesce(first_value(l.preferences) OVER preferred, '{}') AS preferences,
       min(l.created_at) OVER (PARTITION BY l.user_id) AS created_at
  FROM public.user_profiles_legacy l
  JOIN public.circuit_migration_report r ON r.step = 'profile' AND r.legacy_id = l.user_id AND r.rule = 'moved'
  JOIN auth.users a ON a.id = l.user_id
  LEFT JOIN public.user_profiles p ON p.id = l.user_id
 WHERE p.id IS NULL OR p.updated_at <= r.moved_at
WINDOW preferred AS (
  PARTITION BY l.user_id
  ORDER BY l.preferences IS NULL, l.preferences IN ('{}', 'null'), l.created_at NULLS LAST, l.id
)
 ORDER BY l.user_id;
SELECT p.id, p.preferences,
       CASE WHEN 'created_at is not known' <> ALL (r.notes) THEN p.created_at END AS created_at
  FROM public.user_profiles p
  JOIN public.circuit_migration_report r ON r.step = 'profile' AND r.legacy_id = p.id AND r.rule = 'moved'
 WHERE p.updated_at <= r.moved_at;

-- pgplumb: rule usernames are those of the oldest rows (key id)
WITH given AS (
  SELECT DISTINCT ON (l.user_id) l.user_id, l.id, l.username, l.created_at
    FROM public.user_profiles_legacy l JOIN auth.users a ON a.id = l.user_id
   WHERE l.username <> ''
   ORDER BY l.user_id, l.created_at NULLS LAST, l.id
), kept AS (
  SELECT DISTINCT ON (username) user_id, username FROM given ORDER BY username, created_at NULLS LAST, id
)
SELECT k.user_id AS id, k.username
  FROM kept k
 -- OFFSET 0: one look at the index for each user. What a join would be, nobody can estimate of tables that are just filled.
 CROSS JOIN LATERAL (
   SELECT FROM public.circuit_migration_report r
     LEFT JOIN public.user_profiles p ON p.id = r.legacy_id
    WHERE r.step = 'profile' AND r.legacy_id = k.user_id AND r.rule = 'moved'
      AND (p.id IS NULL
        OR (p.updated_at <= r.moved_at AND NOT (p.username IS NULL AND 'username is taken' = ANY (r.notes))))
   OFFSET 0
 ) unchanged;
SELECT p.id, p.username
  FROM public.user_profiles p
  JOIN public.circuit_migration_report r ON r.step = 'profile' AND r.legacy_id = p.id AND r.rule = 'moved'
 WHERE p.updated_at <= r.moved_at AND p.username IS NOT NULL;

-- Profiles that were changed since, or that have circuits or sessions, stay.
-- pgplumb: section undo
-- pgplumb: where EXISTS (
-- pgplumb: where   SELECT FROM public.circuit_migration_report r
-- pgplumb: where    WHERE r.step = 'profile' AND r.legacy_id = user_profiles_legacy.user_id OFFSET 0)
SELECT public.circuit_migration_refuse(
         EXISTS (SELECT FROM public.circuit_migration_report WHERE step <> 'profile'),
         'roll back 0003_tagged_models and 0002_circuits first')
  FROM batch LIMIT 1;
DELETE FROM public.user_profiles p
 USING public.circuit_migration_report r
 WHERE r.step = 'profile' AND r.rule = 'moved' AND r.legacy_id IN (SELECT user_id FROM batch)
   AND p.id = r.legacy_id AND p.updated_at <= r.moved_at
   AND NOT EXISTS (SELECT FROM public.circuit_configurations c WHERE c.user_id = p.id)
   AND NOT EXISTS (SELECT FROM public.user_sessions s WHERE s.user_id = p.id);
DELETE FROM public.circuit_migration_report r
 WHERE r.step = 'profile' AND r.legacy_id IN (SELECT user_id FROM batch);

-- pgplumb: section finalize
DROP INDEX IF EXISTS public.legacy_user_profiles_username;
