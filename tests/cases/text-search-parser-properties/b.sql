CREATE TEXT SEARCH PARSER functions (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype, headline = prsd_headline);
CREATE TEXT SEARCH PARSER added (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
COMMENT ON TEXT SEARCH PARSER functions IS 'Another thing';
