CREATE TEXT SEARCH PARSER functions (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
CREATE TEXT SEARCH PARSER gone (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
COMMENT ON TEXT SEARCH PARSER functions IS 'One thing';
