CREATE TEXT SEARCH PARSER own (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
CREATE TEXT SEARCH CONFIGURATION parser (parser = "default");
CREATE TEXT SEARCH CONFIGURATION mappings (parser = "default");
ALTER TEXT SEARCH CONFIGURATION mappings ADD MAPPING FOR word, asciiword WITH english_stem, simple;
CREATE TEXT SEARCH CONFIGURATION owner (copy = simple);
CREATE TEXT SEARCH CONFIGURATION gone (copy = simple);
COMMENT ON TEXT SEARCH CONFIGURATION owner IS 'One thing';
