-- The functions of storage have their signatures and volatility, run with the caller's rights, open to the API's roles.

SET LOCAL search_path = '';

DO $$
DECLARE
  wrong text;
BEGIN
  SELECT string_agg(concat_ws(' <> ', name, wanted, present), E'\n') INTO wrong
  FROM (VALUES
    ('allow_any_operation(text[])', 's boolean'),
    ('allow_only_operation(text)', 's boolean'),
    ('can_insert_object(text,text,uuid,jsonb)', 'v void'),
    ('enforce_bucket_name_length()', 'v trigger'),
    ('extension(text)', 'i text'),
    ('filename(text)', 'i text'),
    ('foldername(text)', 'i text[]'),
    ('get_common_prefix(text,text,text)', 'i text'),
    ('get_size_by_bucket()', 's TABLE(size bigint, bucket_id text)'),
    ('list_multipart_uploads_with_delimiter(text,text,text,integer,text,text)',
      'v TABLE(key text, id text, created_at timestamp with time zone)'),
    ('list_objects_with_delimiter(text,text,text,integer,text,text,text)',
      's TABLE(name text, id uuid, metadata jsonb, updated_at timestamp with time zone, '
      'created_at timestamp with time zone, last_accessed_at timestamp with time zone)'),
    ('operation()', 's text'),
    ('protect_delete()', 'v trigger'),
    ('search(text,text,integer,integer,integer,text,text,text)',
      's TABLE(name text, id uuid, updated_at timestamp with time zone, created_at timestamp with time zone, '
      'last_accessed_at timestamp with time zone, metadata jsonb)'),
    ('search_by_timestamp(text,text,integer,integer,text,text,text,text)',
      's TABLE(key text, name text, id uuid, updated_at timestamp with time zone, '
      'created_at timestamp with time zone, last_accessed_at timestamp with time zone, metadata jsonb)'),
    ('search_v2(text,text,integer,integer,text,text,text,text)',
      's TABLE(key text, name text, id uuid, updated_at timestamp with time zone, '
      'created_at timestamp with time zone, last_accessed_at timestamp with time zone, metadata jsonb)'),
    ('update_updated_at_column()', 'v trigger')
  ) AS expected (name, wanted)
  FULL JOIN (
    SELECT replace(oid::regprocedure::text, 'storage.', '') AS name,
      format('%s %s', provolatile, pg_get_function_result(oid)) AS present
    FROM pg_proc
    WHERE pronamespace = 'storage'::regnamespace AND NOT prosecdef
      AND pg_get_userbyid(proowner) = 'supabase_storage_admin' AND has_function_privilege('anon', oid, 'EXECUTE')
  ) AS actual USING (name)
  WHERE wanted IS DISTINCT FROM present;
  ASSERT wrong IS NULL, wrong;

  ASSERT (
    SELECT proargnames[1:4] FROM pg_proc WHERE oid = 'storage.can_insert_object(text,text,uuid,jsonb)'::regprocedure
  ) = ARRAY['bucketid', 'name', 'owner', 'metadata'], 'parameters are named';
END
$$;
