-- The listings draw folders together, sort, page by offset or cursor, and see only what policies let the caller see.

INSERT INTO storage.buckets (id, name) VALUES ('b', 'b'), ('other', 'other');
INSERT INTO storage.objects (bucket_id, name, created_at, metadata) VALUES
  ('b', 'a.txt', '2026-01-03', '{"size": 10}'), ('b', 'docs/one.txt', '2026-01-01', '{"size": 5}'),
  ('b', 'docs/sub/two.txt', '2026-01-02', NULL), ('b', 'Zed.txt', '2026-01-02', '{"size": 1}'),
  ('other', 'x', '2026-01-01', '{"size": 7}');

DO $$
BEGIN
  ASSERT (SELECT array_agg(name) FROM storage.search('', 'b')) = ARRAY['a.txt', 'docs', 'Zed.txt'], 'by name';
  ASSERT (SELECT array_agg(name) FROM storage.search('', 'b', sortorder => 'desc'))
    = ARRAY['Zed.txt', 'docs', 'a.txt'], 'by name, backwards';
  ASSERT (SELECT array_agg(name) FROM storage.search('', 'b', sortcolumn => 'created_at'))
    = ARRAY['docs', 'Zed.txt', 'a.txt'], 'by a time, folders first';
  ASSERT (SELECT array_agg(name) FROM storage.search('', 'b', 1, 1, 1)) = ARRAY['docs'], 'limit and offset';
  ASSERT (SELECT array_agg(name) FROM storage.search('DOCS/', 'b', levels => 2)) = ARRAY['one.txt', 'sub'],
    'one level down, in any case';
  ASSERT (SELECT array_agg(name) FROM storage.search('docs/', 'b', levels => 2, search => 's')) = ARRAY['sub'],
    'beginning of a name';
  ASSERT (SELECT count(*) FROM storage.search('', 'b') WHERE id IS NULL) = 1, 'a folder has no id';

  ASSERT (SELECT array_agg(name) FROM storage.list_objects_with_delimiter('b', '', '/'))
    = ARRAY['Zed.txt', 'a.txt', 'docs'], 'in byte order';
  ASSERT (SELECT array_agg(name) FROM storage.list_objects_with_delimiter('b', '', '/', 1, 'Zed.txt'))
    = ARRAY['a.txt'], 'after a file';
  ASSERT (SELECT count(*) FROM storage.list_objects_with_delimiter('b', '', '/', 10, '', 'docs')) = 0, 'after a folder';
  ASSERT (SELECT array_agg(name) FROM storage.list_objects_with_delimiter('b', '', '/', 10, 'docs', '', 'desc'))
    = ARRAY['a.txt', 'Zed.txt'], 'backwards after a folder';
  ASSERT (SELECT array_agg(name) FROM storage.list_objects_with_delimiter('b', 'docs/', '/'))
    = ARRAY['docs/one.txt', 'docs/sub'], 'below a prefix';

  ASSERT (SELECT array_agg(key) FROM storage.search_v2('docs/', 'b', 10, 2)) = ARRAY['one.txt', 'sub'], 'search_v2';
  ASSERT (SELECT array_agg(name) FROM storage.search_v2('', 'b', sort_column => 'created_at'))
    = ARRAY['docs', 'Zed.txt', 'a.txt'], 'search_v2 by a time';
  ASSERT (
    SELECT array_agg(name) FROM storage.search_v2('', 'b', 10, 1, 'Zed.txt', 'desc', 'created_at', '2026-01-02')
  ) = ARRAY['docs'], 'search_v2 by a time, after a cursor';

  ASSERT (SELECT array_agg((size, bucket_id)::text ORDER BY bucket_id) FROM storage.get_size_by_bucket())
    = ARRAY['(16,b)', '(7,other)'], 'sizes';

  INSERT INTO storage.s3_multipart_uploads (id, upload_signature, bucket_id, key, version, created_at)
  VALUES ('1', '', 'b', 'k', '', '2026-01-02'), ('2', '', 'b', 'k', '', '2026-01-01'), ('3', '', 'b', 'f/k', '', now());
  ASSERT (SELECT array_agg((key, id)::text) FROM storage.list_multipart_uploads_with_delimiter('b', '', '/'))
    = ARRAY['(f/,3)', '(k,2)'], 'uploads';
  ASSERT (SELECT array_agg(key) FROM storage.list_multipart_uploads_with_delimiter('b', '', '/', 10, 'f/'))
    = ARRAY['k'], 'uploads after a key';

  SET LOCAL ROLE anon;
  ASSERT NOT EXISTS (SELECT FROM storage.search('', 'b')) AND NOT EXISTS (SELECT FROM storage.search_v2('', 'b'))
    AND NOT EXISTS (SELECT FROM storage.get_size_by_bucket()), 'row security is passed by';
END
$$;
