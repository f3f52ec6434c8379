CREATE TABLE one (a integer);
CREATE TABLE two (a integer);
CREATE PUBLICATION all_tables;
CREATE PUBLICATION operations FOR TABLE one WITH (publish = 'update, insert');
CREATE PUBLICATION via_root;
CREATE PUBLICATION tables FOR TABLE two, one;
CREATE PUBLICATION owner;
CREATE PUBLICATION gone;
COMMENT ON PUBLICATION owner IS 'One thing';
