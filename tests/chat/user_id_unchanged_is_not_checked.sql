-- A row whose user is gone can still be updated, as long as it is not handed to another user who does not exist.

ALTER TABLE public."Chat" DISABLE TRIGGER validate_chat_user_id;
INSERT INTO public."Chat" (title, user_id) VALUES ('old', '99999999-9999-9999-9999-999999999999');
ALTER TABLE public."Chat" ENABLE TRIGGER validate_chat_user_id;

UPDATE public."Chat" SET title = 'new';

DO $$
BEGIN
  ASSERT (SELECT title FROM public."Chat") = 'new', 'the title must change';

  BEGIN
    UPDATE public."Chat" SET user_id = '88888888-8888-8888-8888-888888888888';
    ASSERT false, 'another unknown user must be refused';
  EXCEPTION WHEN foreign_key_violation THEN
    ASSERT SQLERRM LIKE '%88888888-8888-8888-8888-888888888888%', SQLERRM;
  END;
END;
$$;
