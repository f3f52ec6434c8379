-- A million legacy rows: 400,000 users of 1 to 3 circuits, some of one name, and 200,000 tagged models.
INSERT INTO auth.users (id, email)
SELECT md5('user' || n)::uuid, 'user' || n || '@example.org' FROM generate_series(1, 400000) n;

INSERT INTO public.user_profiles (user_id, username, preferences, profile_name, circuit_parameters, is_default, created_at)
SELECT md5('user' || 1 + n % 400000)::uuid, CASE WHEN n <= 400000 THEN 'name' || n % 399000 END,
       CASE n % 3 WHEN 0 THEN '{"theme": "dark"}'::jsonb END,
       CASE WHEN n % 10 <> 0 THEN 'Circuit ' || n % 7 END,
       CASE n % 10 WHEN 0 THEN NULL WHEN 1 THEN '[1, 2]' ELSE jsonb_build_object('n', n, 'values', ARRAY[n, n + 1]) END,
       n % 4 = 0, '2024-01-01'::timestamptz + n * interval '1 second'
  FROM generate_series(1, 800000) n;

INSERT INTO public.tagged_models (user_id, tag_name, model_data, created_at)
SELECT md5('user' || 1 + n % 410000)::uuid, 'tag' || n % 100, jsonb_build_object('score', n), '2024-06-01'
  FROM generate_series(1, 200000) n;
ANALYZE;
