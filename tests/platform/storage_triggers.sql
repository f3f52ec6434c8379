-- A bucket's name has at most 100 characters, an object's updated_at follows updates, and its path is split.

DO $$
BEGIN
  INSERT INTO storage.buckets (id, name) VALUES ('b', repeat('b', 100));
  BEGIN
    INSERT INTO storage.buckets (id, name) VALUES ('c', repeat('c', 101));
    ASSERT false, 'a long name';
  EXCEPTION WHEN raise_exception THEN NULL;
  END;
  BEGIN
    UPDATE storage.buckets SET name = name || 'b';
    ASSERT false, 'a longer name';
  EXCEPTION WHEN raise_exception THEN NULL;
  END;

  INSERT INTO storage.objects (bucket_id, name, updated_at) VALUES ('b', 'x/y.txt', '2020-01-01');
  ASSERT (SELECT path_tokens FROM storage.objects) = ARRAY['x', 'y.txt'], 'path_tokens';
  UPDATE storage.objects SET metadata = '{}';
  ASSERT (SELECT updated_at FROM storage.objects) = now(), 'updated_at';
  BEGIN
    INSERT INTO storage.objects (bucket_id, name) VALUES ('b', 'x/y.txt');
    ASSERT false, 'a name twice';
  EXCEPTION WHEN unique_violation THEN NULL;
  END;
  BEGIN
    INSERT INTO storage.objects (bucket_id, name) VALUES ('nowhere', 'x');
    ASSERT false, 'an object without a bucket';
  EXCEPTION WHEN foreign_key_violation THEN NULL;
  END;
END
$$;
