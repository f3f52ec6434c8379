-- Settings that change how PostgreSQL reads and prints, one a line. A role is given all of them, a database those of the
-- first block.

search_path = app, public
search_path = nowhere
TimeZone = 'Pacific/Auckland'
DateStyle = 'SQL, DMY'
DateStyle = German
IntervalStyle = iso_8601
bytea_output = escape
extra_float_digits = -15
quote_all_identifiers = on
lc_monetary = 'C'
lc_messages = 'C'
standard_conforming_strings = off
client_encoding = LATIN1
row_security = off

default_transaction_isolation = 'read committed'
default_transaction_isolation = serializable
default_transaction_read_only = on
default_transaction_deferrable = on
escape_string_warning = off
backslash_quote = off
xmloption = document
xmlbinary = hex
array_nulls = off
transform_null_equals = on
client_min_messages = error
statement_timeout = 1
lock_timeout = 1
idle_in_transaction_session_timeout = 1
enable_seqscan = off
enable_hashjoin = off
force_parallel_mode = on
jit_above_cost = 0
work_mem = 64
plan_cache_mode = force_generic_plan
default_tablespace = pg_default
default_with_oids = off
role = supabase_admin
session_replication_role = replica
