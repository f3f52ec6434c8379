-- The API's roles hold all privileges on objects and buckets, but see and write nothing until there is a policy.

INSERT INTO storage.buckets (id, name) VALUES ('b', 'b');
INSERT INTO storage.objects (bucket_id, name) VALUES ('b', 'a.txt');

DO $$
DECLARE
  api name;
BEGIN
  FOREACH api IN ARRAY ARRAY['anon', 'authenticated'] LOOP
    EXECUTE format('SET LOCAL ROLE %I', api);
    ASSERT (SELECT count(*) FROM storage.objects) = 0 AND (SELECT count(*) FROM storage.buckets) = 0, api || ' sees';
    BEGIN
      INSERT INTO storage.objects (bucket_id, name) VALUES ('b', 'b.txt');
      ASSERT false, api || ' writes';
    EXCEPTION WHEN insufficient_privilege THEN
      ASSERT sqlerrm LIKE '%row-level security%', sqlerrm;
    END;
    BEGIN
      PERFORM FROM storage.migrations;
      ASSERT false, api || ' reads the history of the service';
    EXCEPTION WHEN insufficient_privilege THEN NULL;
    END;
    RESET ROLE;
  END LOOP;
  SET LOCAL ROLE service_role;
  ASSERT (SELECT count(*) FROM storage.objects) = 1, 'service_role does not see';
END
$$;
