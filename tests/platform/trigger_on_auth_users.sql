-- postgres may put a trigger on auth.users, and it fires when the auth service makes a user.

SET LOCAL ROLE postgres;
CREATE TABLE public.profiles (id uuid PRIMARY KEY REFERENCES auth.users ON DELETE CASCADE, full_name text);
ALTER TABLE public.profiles ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION public.handle_new_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  INSERT INTO public.profiles (id, full_name) VALUES (new.id, new.raw_user_meta_data ->> 'full_name');
  RETURN new;
END
$$;
DROP TRIGGER IF EXISTS on_auth_user_created ON auth.users;
CREATE TRIGGER on_auth_user_created AFTER INSERT ON auth.users
  FOR EACH ROW EXECUTE FUNCTION public.handle_new_user();

SET LOCAL ROLE supabase_auth_admin;
INSERT INTO auth.users (id, email, raw_user_meta_data)
VALUES ('11111111-1111-1111-1111-111111111111', 'a@b.c', '{"full_name": "Alice"}');

SET LOCAL ROLE postgres;

DO $$
BEGIN
  ASSERT (SELECT full_name FROM public.profiles) = 'Alice', 'the trigger did not fire';
END
$$;
