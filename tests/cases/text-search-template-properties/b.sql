CREATE TEXT SEARCH TEMPLATE functions (lexize = dsimple_lexize);
CREATE TEXT SEARCH TEMPLATE added (init = dsimple_init, lexize = dsimple_lexize);
COMMENT ON TEXT SEARCH TEMPLATE functions IS 'Another thing';
