-- storage.foldername(), filename() and extension() take a name apart.

DO $$
BEGIN
  ASSERT storage.foldername('a/b/c.png') = ARRAY['a', 'b'], 'folders';
  ASSERT storage.foldername('c.png') = '{}', 'no folder';
  ASSERT (storage.foldername('a/c.png'))[1] = 'a', 'the first folder';
  ASSERT storage.filename('a/b/c.png') = 'c.png' AND storage.filename('c.png') = 'c.png', 'file name';
  ASSERT storage.extension('a/b/c.png') = 'png' AND storage.extension('a.b/c.tar.gz') = 'gz', 'extension';
  ASSERT storage.extension('a/README') = 'README', 'without a dot the whole name, as on hosted projects';
  ASSERT storage.get_common_prefix('a/b/c', 'a/', '/') = 'a/b/', 'a folder below the prefix';
  ASSERT storage.get_common_prefix('a/b', 'a/', '/') IS NULL, 'a file below the prefix';
END
$$;
