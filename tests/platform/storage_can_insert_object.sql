-- storage.can_insert_object() tries an insert as the caller: PT200 and no row if it is allowed, else the refusal.

INSERT INTO storage.buckets (id, name) VALUES ('b', 'b');
CREATE POLICY "b is open" ON storage.objects FOR INSERT TO authenticated WITH CHECK (name LIKE 'open/%');

DO $$
BEGIN
  SET LOCAL ROLE authenticated;
  BEGIN
    PERFORM storage.can_insert_object('b', 'open/a.txt', NULL, '{"size": 1}');
    ASSERT false, 'it did not say yes';
  EXCEPTION WHEN SQLSTATE 'PT200' THEN NULL;
  END;
  BEGIN
    PERFORM storage.can_insert_object('b', 'closed/a.txt', NULL, '{}');
    ASSERT false, 'it did not say no';
  EXCEPTION WHEN insufficient_privilege THEN NULL;
  END;
  RESET ROLE;
  ASSERT NOT EXISTS (SELECT FROM storage.objects), 'the row stayed';
END
$$;
