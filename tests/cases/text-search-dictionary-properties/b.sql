CREATE TEXT SEARCH DICTIONARY template (template = snowball, language = english);
CREATE TEXT SEARCH DICTIONARY options (template = snowball, language = german, stopwords = english);
CREATE TEXT SEARCH DICTIONARY owner (template = simple);
ALTER TEXT SEARCH DICTIONARY owner OWNER TO postgres;
CREATE TEXT SEARCH DICTIONARY added (template = simple);
COMMENT ON TEXT SEARCH DICTIONARY owner IS 'Another thing';
