CREATE TEXT SEARCH PARSER own (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
CREATE TEXT SEARCH CONFIGURATION parser (parser = own);
CREATE TEXT SEARCH CONFIGURATION mappings (parser = "default");
ALTER TEXT SEARCH CONFIGURATION mappings ADD MAPPING FOR word, asciiword WITH simple, english_stem;
CREATE TEXT SEARCH CONFIGURATION owner (copy = simple);
ALTER TEXT SEARCH CONFIGURATION owner OWNER TO postgres;
CREATE TEXT SEARCH CONFIGURATION added (copy = simple);
COMMENT ON TEXT SEARCH CONFIGURATION owner IS 'Another thing';
