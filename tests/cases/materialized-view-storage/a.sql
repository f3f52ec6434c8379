CREATE EXTENSION tsm_system_rows;
CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler;
CREATE MATERIALIZED VIEW access_method AS SELECT 1 AS one;
CREATE MATERIALIZED VIEW depends_on_extensions AS SELECT 1 AS one;
CREATE MATERIALIZED VIEW options WITH (toast.autovacuum_enabled = false) AS SELECT 'x' AS text;
