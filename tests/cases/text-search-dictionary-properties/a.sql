CREATE TEXT SEARCH DICTIONARY template (template = simple);
CREATE TEXT SEARCH DICTIONARY options (template = snowball, language = english, stopwords = english);
CREATE TEXT SEARCH DICTIONARY owner (template = simple);
CREATE TEXT SEARCH DICTIONARY gone (template = simple);
COMMENT ON TEXT SEARCH DICTIONARY owner IS 'One thing';
