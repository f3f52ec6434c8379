-- postgres may put its tables into the publication supabase_realtime.

SET LOCAL ROLE postgres;
CREATE TABLE public.messages (id bigint PRIMARY KEY);
ALTER PUBLICATION supabase_realtime ADD TABLE public.messages;

DO $$
BEGIN
  ASSERT EXISTS (
    SELECT FROM pg_publication_tables
    WHERE pubname = 'supabase_realtime' AND schemaname = 'public' AND tablename = 'messages'
  );
END
$$;
