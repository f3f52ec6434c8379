-- What users did in the new tables before anything was moved: user 8 came back and began anew.
INSERT INTO public.user_profiles (id, username, preferences) VALUES ('00000000-0000-4000-8000-000000000008', 'hal2', '{"theme": "new"}');
INSERT INTO public.circuit_configurations (user_id, name, is_active) VALUES ('00000000-0000-4000-8000-000000000008', 'Oscillator', true);
