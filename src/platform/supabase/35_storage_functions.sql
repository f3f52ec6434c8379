-- Schema storage, the functions: helpers for policies, triggers, and the listings that the storage service asks for.

CREATE OR REPLACE FUNCTION storage.foldername(name text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT parts[1:array_length(parts, 1) - 1] FROM string_to_array(name, '/') AS parts
$$;

CREATE OR REPLACE FUNCTION storage.filename(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT parts[array_length(parts, 1)] FROM string_to_array(name, '/') AS parts
$$;

-- A file name without a dot is its own extension, as on hosted projects.
CREATE OR REPLACE FUNCTION storage.extension(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT dotted[array_length(dotted, 1)]
  FROM string_to_array(name, '/') AS parts, string_to_array(parts[array_length(parts, 1)], '.') AS dotted
$$;

-- The storage service says in a setting which of its operations a query serves, so that policies can tell them apart.
CREATE OR REPLACE FUNCTION storage.operation() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT current_setting('storage.operation', true)
$$;

-- Both sides may carry the prefix "storage." or not.
CREATE OR REPLACE FUNCTION storage.allow_any_operation(expected_operations text[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM unnest(expected_operations) AS expected
    WHERE expected <> ''
      AND regexp_replace(expected, '^storage\.', '') = regexp_replace(storage.operation(), '^storage\.', '')
  )
$$;

CREATE OR REPLACE FUNCTION storage.allow_only_operation(expected_operation text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT storage.allow_any_operation(ARRAY[expected_operation])
$$;

CREATE OR REPLACE FUNCTION storage.get_size_by_bucket() RETURNS TABLE (size bigint, bucket_id text)
LANGUAGE sql STABLE AS $$
  SELECT sum((stored.metadata ->> 'size')::bigint)::bigint, stored.bucket_id
  FROM storage.objects AS stored
  GROUP BY stored.bucket_id
$$;

-- Tries the insert with the caller's rights. If policies allow it, SQLSTATE PT200 takes it back; the service reads that
-- as a yes. Any other error is the refusal itself.
CREATE OR REPLACE FUNCTION storage.can_insert_object(bucketid text, name text, owner uuid, metadata jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO storage.objects (bucket_id, name, owner, metadata) VALUES ($1, $2, $3, $4);
  RAISE EXCEPTION SQLSTATE 'PT200' USING MESSAGE = 'ROLLBACK', DETAIL = 'rollback successful insert';
END
$$;

CREATE OR REPLACE FUNCTION storage.update_updated_at_column() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  new.updated_at := now();
  RETURN new;
END
$$;

CREATE OR REPLACE FUNCTION storage.enforce_bucket_name_length() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF length(new.name) > 100 THEN
    RAISE EXCEPTION 'bucket name "%" is too long (% characters). Max is 100.', new.name, length(new.name);
  END IF;
  RETURN new;
END
$$;

-- Deleting a row would leave the bytes behind without a name, so only the service does it.
CREATE OR REPLACE FUNCTION storage.protect_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('storage.allow_delete_query', true) IS DISTINCT FROM 'true' THEN
    RAISE EXCEPTION 'Direct deletion from storage tables is not allowed. Use the Storage API instead.'
      USING ERRCODE = 'insufficient_privilege', HINT = 'This prevents accidental data loss from orphaned objects.';
  END IF;
  RETURN NULL;
END
$$;

SET LOCAL client_min_messages = warning;
DROP TRIGGER IF EXISTS update_objects_updated_at ON storage.objects;
CREATE TRIGGER update_objects_updated_at BEFORE UPDATE ON storage.objects
  FOR EACH ROW EXECUTE FUNCTION storage.update_updated_at_column();
DROP TRIGGER IF EXISTS enforce_bucket_name_length_trigger ON storage.buckets;
CREATE TRIGGER enforce_bucket_name_length_trigger BEFORE INSERT OR UPDATE OF name ON storage.buckets
  FOR EACH ROW EXECUTE FUNCTION storage.enforce_bucket_name_length();
DROP TRIGGER IF EXISTS protect_objects_delete ON storage.objects;
CREATE TRIGGER protect_objects_delete BEFORE DELETE ON storage.objects
  FOR EACH STATEMENT EXECUTE FUNCTION storage.protect_delete();
DROP TRIGGER IF EXISTS protect_buckets_delete ON storage.buckets;
CREATE TRIGGER protect_buckets_delete BEFORE DELETE ON storage.buckets
  FOR EACH STATEMENT EXECUTE FUNCTION storage.protect_delete();

-- The folder of a key directly below a prefix, with its delimiter at the end; NULL for a file directly below it.
CREATE OR REPLACE FUNCTION storage.get_common_prefix(p_key text, p_prefix text, p_delimiter text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT left(p_key, length(p_prefix) + nullif(position(p_delimiter IN substr(p_key, length(p_prefix) + 1)), 0))
$$;

-- Files and folders directly below a prefix, in the byte order of their keys. A cursor names the last entry seen.
CREATE OR REPLACE FUNCTION storage.list_objects_with_delimiter(
  _bucket_id text, prefix_param text, delimiter_param text, max_keys integer DEFAULT 100, start_after text DEFAULT '',
  next_token text DEFAULT '', sort_order text DEFAULT 'asc'
) RETURNS TABLE (
  name text, id uuid, metadata jsonb, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz
) LANGUAGE sql STABLE AS $$
  WITH cursor AS (
    SELECT coalesce(nullif(next_token, ''), start_after, '') AS last_seen,
      lower(coalesce(sort_order, 'asc')) = 'asc' AS ascending
  ), seek AS (
    SELECT ascending, last_seen = '' AS from_start,
      -- After a folder, its whole content is behind us; after a file, only the file is.
      last_seen || CASE
        WHEN NOT is_folder THEN CASE WHEN ascending THEN delimiter_param ELSE '' END
        WHEN ascending THEN chr(ascii(delimiter_param) + 1)
        ELSE delimiter_param
      END AS edge
    FROM cursor, LATERAL (
      SELECT EXISTS (
        SELECT FROM storage.objects AS o
        WHERE o.bucket_id = _bucket_id AND starts_with(o.name, last_seen || delimiter_param)
      ) AS is_folder
    ) AS probe
  ), entry AS (
    SELECT DISTINCT coalesce(folder, o.name) COLLATE "C" AS place, folder,
      CASE WHEN folder IS NULL THEN o.id END AS id,
      CASE WHEN folder IS NULL THEN o.metadata END AS metadata,
      CASE WHEN folder IS NULL THEN o.updated_at END AS updated_at,
      CASE WHEN folder IS NULL THEN o.created_at END AS created_at,
      CASE WHEN folder IS NULL THEN o.last_accessed_at END AS last_accessed_at
    FROM seek, storage.objects AS o,
      LATERAL storage.get_common_prefix(o.name, coalesce(prefix_param, ''), delimiter_param) AS folder
    WHERE o.bucket_id = _bucket_id AND starts_with(o.name, coalesce(prefix_param, ''))
      AND (from_start OR CASE WHEN ascending THEN o.name COLLATE "C" >= edge ELSE o.name COLLATE "C" < edge END)
  )
  SELECT coalesce(rtrim(e.folder, delimiter_param), e.place), e.id, e.metadata, e.updated_at, e.created_at,
    e.last_accessed_at
  FROM entry AS e, seek
  ORDER BY CASE WHEN ascending THEN e.place END, CASE WHEN NOT ascending THEN e.place END DESC
  LIMIT max_keys
$$;

-- Unfinished uploads, keys below a folder drawn together to that folder.
CREATE OR REPLACE FUNCTION storage.list_multipart_uploads_with_delimiter(
  bucket_id text, prefix_param text, delimiter_param text, max_keys integer DEFAULT 100,
  next_key_token text DEFAULT '', next_upload_token text DEFAULT ''
) RETURNS TABLE (key text, id text, created_at timestamptz) LANGUAGE sql AS $$
  SELECT DISTINCT ON (place) place, u.id, u.created_at
  FROM storage.s3_multipart_uploads AS u,
    LATERAL storage.get_common_prefix(u.key, prefix_param, delimiter_param) AS folder,
    LATERAL (SELECT coalesce(folder, u.key) COLLATE "C") AS entry (place)
  WHERE u.bucket_id = $1 AND u.key ILIKE prefix_param || '%'
    AND (next_key_token = '' OR next_upload_token <> '' OR place > next_key_token)
    AND (next_upload_token = '' OR u.id COLLATE "C" > next_upload_token)
  ORDER BY place, u.created_at
  LIMIT max_keys
$$;

-- The listing that clients see: folders and files below a prefix, upper and lower case alike, names cut to one level.
-- Sorted by a time, folders, which have none, come first.
CREATE OR REPLACE FUNCTION storage.search(
  prefix text, bucketname text, limits integer DEFAULT 100, levels integer DEFAULT 1, offsets integer DEFAULT 0,
  search text DEFAULT '', sortcolumn text DEFAULT 'name', sortorder text DEFAULT 'asc'
) RETURNS TABLE (
  name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz, metadata jsonb
) LANGUAGE sql STABLE AS $$
  WITH found AS (
    SELECT o.*, lower(o.name) COLLATE "C" AS folded,
      storage.get_common_prefix(lower(o.name), wanted, '/') COLLATE "C" AS folder
    FROM storage.objects AS o, lower(coalesce(prefix, '') || coalesce(search, '')) AS wanted
    WHERE o.bucket_id = bucketname AND starts_with(lower(o.name), wanted)
  ), entry AS (
    SELECT min(f.name COLLATE "C") AS full_name, f.folder AS place, true AS is_folder, NULL::uuid AS id,
      NULL::timestamptz AS updated_at, NULL::timestamptz AS created_at, NULL::timestamptz AS last_accessed_at,
      NULL::jsonb AS metadata
    FROM found AS f WHERE f.folder IS NOT NULL GROUP BY f.folder
    UNION ALL
    SELECT f.name, f.folded, false, f.id, f.updated_at, f.created_at, f.last_accessed_at, f.metadata
    FROM found AS f WHERE f.folder IS NULL
  ), sorted AS (
    SELECT entry.*, lower(coalesce(sortorder, 'asc')) = 'asc' AS ascending, moment,
      by_time AND NOT is_folder AS after_folders
    FROM entry,
      LATERAL (SELECT lower(sortcolumn) IN ('updated_at', 'created_at', 'last_accessed_at')) AS choice (by_time),
      LATERAL (SELECT CASE lower(sortcolumn) WHEN 'updated_at' THEN entry.updated_at
        WHEN 'created_at' THEN entry.created_at WHEN 'last_accessed_at' THEN entry.last_accessed_at END) AS t (moment)
  )
  SELECT split_part(s.full_name, '/', levels), s.id, s.updated_at, s.created_at, s.last_accessed_at, s.metadata
  FROM sorted AS s
  ORDER BY s.after_folders,
    CASE WHEN s.ascending THEN s.moment END, CASE WHEN NOT s.ascending THEN s.moment END DESC,
    CASE WHEN s.ascending THEN s.place END, CASE WHEN NOT s.ascending THEN s.place END DESC
  LIMIT least(coalesce(limits, 100), 1500) OFFSET offsets
$$;

-- The same by a time, with a cursor: the last name seen and its time. The time of a folder is that of its oldest file.
CREATE OR REPLACE FUNCTION storage.search_by_timestamp(
  p_prefix text, p_bucket_id text, p_limit integer, p_level integer, p_start_after text, p_sort_order text,
  p_sort_column text, p_sort_column_after text
) RETURNS TABLE (
  key text, name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz,
  metadata jsonb
) LANGUAGE sql STABLE AS $$
  WITH found AS (
    SELECT o.*, storage.get_common_prefix(o.name, coalesce(p_prefix, ''), '/') AS folder
    FROM storage.objects AS o
    WHERE o.bucket_id = p_bucket_id AND starts_with(o.name, coalesce(p_prefix, ''))
  ), entry AS (
    SELECT rtrim(f.folder, '/') AS name, NULL::uuid AS id, min(f.created_at) AS updated_at,
      min(f.created_at) AS created_at, NULL::timestamptz AS last_accessed_at, NULL::jsonb AS metadata
    FROM found AS f WHERE f.folder IS NOT NULL GROUP BY f.folder
    UNION ALL
    SELECT f.name, f.id, f.updated_at, f.created_at, f.last_accessed_at, f.metadata
    FROM found AS f WHERE f.folder IS NULL
  ), sorted AS (
    SELECT entry.*, entry.name COLLATE "C" AS place, p_sort_order = 'asc' AS ascending,
      date_trunc('milliseconds', CASE p_sort_column WHEN 'created_at' THEN entry.created_at
        ELSE entry.updated_at END) AS moment,
      coalesce(nullif(p_sort_column_after, '')::timestamptz, 'epoch') AS last_moment
    FROM entry
  )
  SELECT split_part(s.name, '/', p_level), s.name, s.id, s.updated_at, s.created_at, s.last_accessed_at, s.metadata
  FROM sorted AS s
  WHERE coalesce(p_start_after, '') = ''
    OR CASE WHEN s.ascending THEN (s.moment, s.place) > (s.last_moment, p_start_after)
      ELSE (s.moment, s.place) < (s.last_moment, p_start_after) END
  ORDER BY CASE WHEN s.ascending THEN s.moment END, CASE WHEN NOT s.ascending THEN s.moment END DESC,
    CASE WHEN s.ascending THEN s.place END, CASE WHEN NOT s.ascending THEN s.place END DESC
  LIMIT p_limit
$$;

-- The newer listing: exact in upper and lower case, with a cursor instead of an offset.
CREATE OR REPLACE FUNCTION storage.search_v2(
  prefix text, bucket_name text, limits integer DEFAULT 100, levels integer DEFAULT 1, start_after text DEFAULT '',
  sort_order text DEFAULT 'asc', sort_column text DEFAULT 'name', sort_column_after text DEFAULT ''
) RETURNS TABLE (
  key text, name text, id uuid, updated_at timestamptz, created_at timestamptz, last_accessed_at timestamptz,
  metadata jsonb
) LANGUAGE plpgsql STABLE AS $$
DECLARE
  direction text := CASE WHEN lower(sort_order) = 'desc' THEN 'desc' ELSE 'asc' END;
  most integer := least(coalesce(limits, 100), 1500);
BEGIN
  IF lower(sort_column) IN ('created_at', 'updated_at') THEN
    RETURN QUERY SELECT * FROM storage.search_by_timestamp(
      prefix, bucket_name, most, levels, start_after, direction, lower(sort_column), sort_column_after);
  ELSE
    RETURN QUERY
    SELECT split_part(l.name, '/', levels), l.name, l.id, l.updated_at, l.created_at, l.last_accessed_at, l.metadata
    FROM storage.list_objects_with_delimiter(bucket_name, prefix, '/', most, start_after, '', direction) AS l;
  END IF;
END
$$;
