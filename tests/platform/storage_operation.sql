-- storage.operation() tells which operation a query serves; the two checks accept it with and without its prefix.

DO $$
BEGIN
  ASSERT storage.operation() IS NULL, 'no operation';
  ASSERT NOT storage.allow_any_operation(ARRAY['object.list']) AND NOT storage.allow_only_operation('object.list'),
    'no operation is none of the expected';

  PERFORM set_config('storage.operation', 'storage.object.list', true);
  ASSERT storage.operation() = 'storage.object.list', 'the setting as it is';
  ASSERT storage.allow_only_operation('object.list') AND storage.allow_only_operation('storage.object.list'), 'prefix';
  ASSERT storage.allow_any_operation(ARRAY['object.get', 'object.list']), 'one of several';
  ASSERT NOT storage.allow_any_operation(ARRAY['object.get', NULL, '']), 'none of several';
  ASSERT NOT storage.allow_any_operation('{}'), 'nothing is expected';
  PERFORM set_config('storage.operation', 'object.list', true);
  ASSERT storage.allow_only_operation('storage.object.list'), 'the setting without the prefix';
END
$$;
