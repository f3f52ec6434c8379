CREATE COLLATION provider (provider = libc, locale = 'C');
CREATE COLLATION locale (provider = icu, locale = 'de');
CREATE COLLATION "collate" (provider = libc, lc_collate = 'C', lc_ctype = 'C');
CREATE COLLATION ctype (provider = libc, lc_collate = 'C', lc_ctype = 'C');
CREATE COLLATION deterministic (provider = icu, locale = 'de');
CREATE COLLATION owner (provider = libc, locale = 'C');
CREATE COLLATION gone (provider = libc, locale = 'C');
COMMENT ON COLLATION owner IS 'One thing';
