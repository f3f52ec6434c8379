-- The legacy state with every odd case. Users are 1 to 12, by the last digits of their id; 99 was deleted.
INSERT INTO auth.users (id, email)
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'user' || n || '@example.org' FROM generate_series(1, 12) n;

CREATE FUNCTION pg_temp.u(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
CREATE FUNCTION pg_temp.c(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT ('cccccccc-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
CREATE FUNCTION pg_temp.m(n int) RETURNS uuid LANGUAGE sql AS $$ SELECT ('dddddddd-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;

INSERT INTO public.user_profiles (id, user_id, username, preferences, profile_name, circuit_parameters, is_default, created_at) VALUES
-- 1: one plain circuit, the active one.
(pg_temp.c(1), pg_temp.u(1), 'ada', '{"theme": "dark"}', 'Amplifier', '{"r": [1, 2], "nested": {"deep": {"er": [null, true]}}}', true, '2024-01-01'),
-- 2: no circuit at all.
(pg_temp.c(2), pg_temp.u(2), 'bob', '{"theme": "light"}', NULL, NULL, NULL, '2024-01-02'),
-- 3: two defaults; the oldest row by time is not the first by id. Metadata in several rows, one of them different.
(pg_temp.c(31), pg_temp.u(3), NULL, NULL, 'Second default', '{"n": 1}', true, '2024-03-02'),
(pg_temp.c(32), pg_temp.u(3), 'cleo', '{"theme": "dark"}', 'First default', '{"n": 2}', true, '2024-03-01'),
(pg_temp.c(33), pg_temp.u(3), 'cleopatra', '{"theme": "blue"}', 'Neither', '{"n": 3}', false, '2024-03-03'),
-- 4: JSON of odd shapes, and no default.
(pg_temp.c(41), pg_temp.u(4), 'dan', '[1, 2]', 'Null', NULL, false, '2024-04-01'),
(pg_temp.c(42), pg_temp.u(4), 'dan', NULL, 'JSON null', 'null', false, '2024-04-02'),
(pg_temp.c(43), pg_temp.u(4), 'dan', NULL, 'Array', '[{"r": 1}, 2]', false, '2024-04-03'),
(pg_temp.c(44), pg_temp.u(4), 'dan', NULL, 'String', '"text"', false, '2024-04-04'),
(pg_temp.c(45), pg_temp.u(4), 'dan', NULL, 'Number', '1.50', false, '2024-04-05'),
(pg_temp.c(46), pg_temp.u(4), 'dan', NULL, 'Nested', '{"a": {"b": {"c": [[[]]]}}}', NULL, '2024-04-06'),
-- 5: the same name three times, beside a circuit that is called what the second would be; names that are none.
(pg_temp.c(51), pg_temp.u(5), 'eve', '{}', 'Filter', '{"n": 1}', false, '2024-05-01'),
(pg_temp.c(52), pg_temp.u(5), NULL, NULL, 'Filter', '{"n": 2}', true, '2024-05-02'),
(pg_temp.c(53), pg_temp.u(5), NULL, NULL, 'Filter', '{"n": 3}', false, '2024-05-03'),
(pg_temp.c(54), pg_temp.u(5), NULL, NULL, 'Filter (2)', '{"n": 4}', false, '2024-05-04'),
(pg_temp.c(55), pg_temp.u(5), NULL, NULL, NULL, '{"n": 5}', false, '2024-05-05'),
(pg_temp.c(56), pg_temp.u(5), NULL, NULL, '', '{"n": 6}', false, NULL),
-- 6: a username that user 1 has, with an older row than user 7.
(pg_temp.c(6), pg_temp.u(6), 'ada', 'null', 'Only one', '{}', false, '2024-06-01'),
-- 7: the same, and nothing known of the time.
(pg_temp.c(7), pg_temp.u(7), 'ada', '"odd"', 'Amplifier', '{}', true, NULL),
-- 8: has a profile and an active circuit of the same name in the new tables before anything is moved.
(pg_temp.c(8), pg_temp.u(8), 'hal', '{"theme": "old"}', 'Oscillator', '{"f": 440}', true, '2024-08-01'),
-- 99: the user is gone, and had the oldest claim to a username.
(pg_temp.c(99), pg_temp.u(99), 'bob', '{"theme": "gone"}', 'Orphan', '{"left": "behind"}', true, '2023-01-01');

INSERT INTO public.tagged_models (id, user_id, tag_name, model_data, created_at) VALUES
(pg_temp.m(1), pg_temp.u(1), 'fit', '{"score": 0.5}', '2024-02-01'),
-- No circuit: "Default" is made, for both.
(pg_temp.m(21), pg_temp.u(2), 'first', '{"score": 1}', '2024-02-02'),
(pg_temp.m(22), pg_temp.u(2), 'second', '{"score": 2}', '2024-02-03'),
-- The circuit that it names; and one that was deleted; one of somebody else; no id at all.
(pg_temp.m(31), pg_temp.u(3), 'named', '{"circuit_id": "cccccccc-0000-4000-8000-000000000033"}', '2024-03-04'),
(pg_temp.m(32), pg_temp.u(3), 'dangling', '{"circuit_id": "cccccccc-0000-4000-8000-00000000dead"}', '2024-03-05'),
(pg_temp.m(33), pg_temp.u(3), 'foreign', '{"circuit_id": "cccccccc-0000-4000-8000-000000000001"}', '2024-03-06'),
(pg_temp.m(34), pg_temp.u(3), 'garbled', '{"circuit_id": "--------------------------------cccc"}', '2024-03-07'),
-- Several circuits, none of them active: the oldest. Odd shapes.
(pg_temp.m(41), pg_temp.u(4), 'null', NULL, '2024-04-07'),
(pg_temp.m(42), pg_temp.u(4), 'json null', 'null', '2024-04-08'),
(pg_temp.m(43), pg_temp.u(4), 'array', '[1, [2]]', '2024-04-09'),
(pg_temp.m(44), pg_temp.u(4), 'string', '"text"', NULL),
(pg_temp.m(45), pg_temp.u(4), 'number', '7', '2024-04-10'),
-- One circuit that is not active.
(pg_temp.m(6), pg_temp.u(6), 'only', '{}', '2024-06-02'),
-- No row in user_profiles at all.
(pg_temp.m(9), pg_temp.u(9), 'alone', '{}', '2024-09-01'),
(pg_temp.m(99), pg_temp.u(99), 'orphan', '{"left": "behind"}', '2024-01-01');
