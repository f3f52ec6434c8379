CREATE COLLATION provider (provider = icu, locale = 'de');
CREATE COLLATION locale (provider = icu, locale = 'fr');
CREATE COLLATION "collate" (provider = libc, lc_collate = 'POSIX', lc_ctype = 'C');
CREATE COLLATION ctype (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');
CREATE COLLATION deterministic (provider = icu, locale = 'de', deterministic = false);
CREATE COLLATION owner (provider = libc, locale = 'C');
ALTER COLLATION owner OWNER TO postgres;
CREATE COLLATION added (provider = libc, locale = 'C');
COMMENT ON COLLATION owner IS 'Another thing';
