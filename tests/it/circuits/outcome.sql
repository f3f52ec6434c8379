-- What became of the legacy rows, a line each. Ids that are made anew are not in it.
SELECT line FROM (
  SELECT 1 AS part, concat_ws(' | ', 'profile', right(p.id::text, 2), coalesce(p.username, '-'), p.preferences) AS line
    FROM public.user_profiles p
  UNION ALL
  SELECT 2, concat_ws(' | ', 'circuit', right(c.user_id::text, 2), c.name, c.parameters, CASE WHEN c.is_active THEN 'active' END)
    FROM public.circuit_configurations c
  UNION ALL
  SELECT 3, concat_ws(' | ', 'model', right(m.user_id::text, 2), m.tag_name, m.model_data, 'in ' || c.name)
    FROM public.tagged_models m JOIN public.circuit_configurations c ON c.id = m.circuit_config_id
  UNION ALL
  SELECT 4, concat_ws(' | ', 'report', r.step, right(r.legacy_id::text, 4), r.rule, array_to_string(r.notes, ', '), 'to ' || c.name,
                      'kept ' || CASE jsonb_typeof(r.kept) WHEN 'array' THEN jsonb_array_length(r.kept) ELSE 1 END)
    FROM public.circuit_migration_report r LEFT JOIN public.circuit_configurations c ON c.id = r.circuit_config_id
) l ORDER BY part, line COLLATE "C"
