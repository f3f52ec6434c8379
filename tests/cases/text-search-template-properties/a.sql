CREATE TEXT SEARCH TEMPLATE functions (init = dsimple_init, lexize = dsimple_lexize);
CREATE TEXT SEARCH TEMPLATE gone (init = dsimple_init, lexize = dsimple_lexize);
COMMENT ON TEXT SEARCH TEMPLATE functions IS 'One thing';
