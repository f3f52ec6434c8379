-- A direct delete from objects or buckets is refused even to a superuser, unless storage.allow_delete_query is true.

INSERT INTO storage.buckets (id, name) VALUES ('b', 'b');
INSERT INTO storage.objects (bucket_id, name) VALUES ('b', 'a.txt');

DO $$
DECLARE
  relation regclass;
BEGIN
  FOREACH relation IN ARRAY ARRAY['storage.objects', 'storage.buckets']::regclass[] LOOP
    BEGIN
      EXECUTE format('DELETE FROM %s', relation);
      ASSERT false, 'deleted from ' || relation;
    EXCEPTION WHEN insufficient_privilege THEN
      ASSERT sqlerrm LIKE 'Direct deletion from storage tables is not allowed.%', sqlerrm;
    END;
  END LOOP;

  PERFORM set_config('storage.allow_delete_query', 'true', true);
  DELETE FROM storage.objects;
  DELETE FROM storage.buckets;
  ASSERT NOT EXISTS (SELECT FROM storage.objects) AND NOT EXISTS (SELECT FROM storage.buckets), 'not deleted';
END
$$;
