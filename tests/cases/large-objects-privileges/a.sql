SELECT lo_create(4711), lo_create(4713), lo_create(4714);
ALTER LARGE OBJECT 4713 OWNER TO postgres;
