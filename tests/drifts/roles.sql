-- The roles of all drifts belong to the whole server: they are made once.

CREATE ROLE drift_owner;
CREATE ROLE drift_reader LOGIN;
CREATE ROLE drift_writer;
CREATE ROLE drift_group;
CREATE ROLE drift_visitor LOGIN SUPERUSER;
GRANT drift_group TO drift_writer;
ALTER ROLE drift_writer SET lock_timeout = '5s';
COMMENT ON ROLE drift_reader IS 'Only reads';
