// Package sql turns SQL text into the statements that a server, or the
// database's own client, would run: what each does, to which objects, and
// whether a row filter holds it back. It must never run, connect or judge, and
// never guess: what it cannot understand says so in Unparsed.
//
// PostgreSQL is read by its real grammar, MySQL and MariaDB by TiDB's, SQLite
// by its token structure. Text beyond MaxText or MaxNesting is not read.
//
// One statement can give several effects with the same Text, one for each
// act: WITH d AS (DELETE ...) SELECT gives DELETE and SELECT, a DELETE whose
// condition calls pg_read_file gives DELETE and FUNCTION FILE, an ALTER TABLE
// with two actions gives both.
//
// # Verbs
//
// Verbs are the statement's leading keywords in upper case, without IF EXISTS
// and the like. Writes is false for those marked r.
//
//	SELECT r, SHOW r, EXPLAIN r, DESCRIBE r, HELP r, USE r, CHECK TABLE r
//	    EXPLAIN ANALYZE gives the statement that it runs, EXPLAIN otherwise r
//	BEGIN r, COMMIT r, ROLLBACK r, SAVEPOINT r, RELEASE r, SET TRANSACTION r,
//	LOCK r, UNLOCK r, LISTEN r, UNLISTEN r, NOTIFY r, DECLARE r, FETCH r,
//	CLOSE r, DISCARD r, DEALLOCATE r, PREPARE r, EXECUTE r, ANALYZE r,
//	VACUUM r, CHECKPOINT r, PRAGMA r, DETACH r
//	    PREPARE of literal text also gives the effects of that text;
//	    EXECUTE of what was not prepared in the same text is Unparsed
//	INSERT, REPLACE, UPDATE, DELETE, MERGE, MERGE DELETE (an action deletes),
//	SELECT INTO (a new table), TRUNCATE
//	    Filter is set for UPDATE and DELETE alone. A LIMIT is no filter.
//	CREATE x, CREATE OR REPLACE x, CREATE TEMPORARY TABLE, DROP x,
//	DROP TEMPORARY TABLE, ALTER x
//	    x as the dialect names it: TABLE, INDEX, VIEW, MATERIALIZED VIEW,
//	    SCHEMA, DATABASE, SEQUENCE, FUNCTION, PROCEDURE, TRIGGER, EVENT, TYPE,
//	    DOMAIN, EXTENSION, ROLE, USER, POLICY, PUBLICATION, SUBSCRIPTION,
//	    SERVER, FOREIGN TABLE, TABLESPACE, OWNED, VIRTUAL TABLE, ...
//	    MySQL's ALTER SCHEMA and DROP SCHEMA are ... DATABASE.
//	    A PostgreSQL user is always a ROLE.
//	CREATE FUNCTION UNTRUSTED
//	    code that leaves the database's sandbox: LANGUAGE C, plpython3u, SONAME
//	ALTER TABLE followed by one of
//	    ADD COLUMN, ADD CONSTRAINT, ADD INDEX, ADD PARTITION, PARTITION BY,
//	    ATTACH PARTITION, VALIDATE CONSTRAINT, SET DEFAULT, DROP DEFAULT,
//	    SET NOT NULL, DROP NOT NULL,
//	    DROP COLUMN, DROP CONSTRAINT, DROP INDEX, DROP PARTITION,
//	    TRUNCATE PARTITION, DETACH PARTITION, EXCHANGE PARTITION,
//	    COALESCE PARTITION, REORGANIZE PARTITION, REMOVE PARTITIONING,
//	    DISCARD TABLESPACE, IMPORT TABLESPACE, DROP IDENTITY,
//	    ALTER COLUMN TYPE (also MySQL's MODIFY and CHANGE),
//	    ALTER COLUMN (storage, statistics), RENAME, RENAME COLUMN,
//	    RENAME INDEX, RENAME CONSTRAINT, OWNER, SET SCHEMA,
//	    ENABLE or DISABLE or FORCE or NO FORCE ROW LEVEL SECURITY,
//	    ENABLE or DISABLE TRIGGER, ENABLE or DISABLE RULE, SET LOGGED,
//	    SET UNLOGGED, SET OPTIONS, SET TABLESPACE, SET ACCESS METHOD,
//	    ADD IDENTITY, ALTER CONSTRAINT, DROP EXPRESSION, or nothing for what
//	    is left
//	ALTER DOMAIN DROP CONSTRAINT, ALTER EXTENSION ADD, ALTER EXTENSION DROP
//	ALTER x RENAME, ALTER x SET SCHEMA, ALTER x OWNER, ALTER TYPE ADD VALUE,
//	ALTER ROLE, ALTER ROLE SET, ALTER SYSTEM, ALTER DATABASE,
//	ALTER DEFAULT PRIVILEGES, RENAME TABLE, RENAME USER
//	GRANT, REVOKE, REASSIGN OWNED, DROP OWNED, SET PASSWORD
//	SET r        a session variable; Objects names it
//	SET UNSAFE   one that takes a protection away: session_replication_role,
//	             row_security, foreign_key_checks and so on
//	SET GLOBAL, SET ROLE, SET SESSION AUTHORIZATION
//	COPY FROM    rows from the client; COPY TO r rows to the client
//	COPY FROM FILE, COPY TO FILE, COPY PROGRAM   on the server; Objects has the
//	             table and then the file or program
//	SELECT INTO FILE (OUTFILE, DUMPFILE), LOAD DATA, LOAD DATA LOCAL
//	DO           Unparsed where its code could not be read whole; what was
//	             found in it follows. Where it was, DO itself is r.
//	CALL         Unparsed: the procedure's code is not shown
//	EXECUTE IMMEDIATE   Unparsed unless its text is literal; then its
//	             statements follow it
//	FUNCTION ADMIN    a call that signals, configures or promotes the server
//	FUNCTION FILE     one that reads or writes files of the server
//	FUNCTION PROGRAM  one that runs a program or loads a library
//	FUNCTION DYNAMIC  one that runs SQL given as text, or talks to another server
//	FUNCTION WRITE    one that changes data or schema: setval, lo_unlink
//	READ CREDENTIALS  a catalogue that holds password hashes or tokens is read
//	    Objects of these name the functions and catalogues.
//	VACUUM FULL, VACUUM INTO, REINDEX, CLUSTER, REFRESH MATERIALIZED VIEW,
//	COMMENT, SECURITY LABEL, IMPORT FOREIGN SCHEMA, LOAD (a library),
//	PREPARE TRANSACTION, COMMIT PREPARED, ROLLBACK PREPARED
//	KILL, FLUSH, RESET MASTER, RESET REPLICA, PURGE BINARY LOGS, CHANGE MASTER,
//	START REPLICA, STOP REPLICA, SHUTDOWN, RESTART, INSTALL PLUGIN,
//	UNINSTALL PLUGIN, OPTIMIZE TABLE, REPAIR TABLE, BINLOG, HANDLER r
//	PRAGMA SET   a PRAGMA that stores or changes behaviour;
//	PRAGMA UNSAFE   one that can corrupt or expose: writable_schema and so on
//	ATTACH       Objects has the file
//
// # Verbs of the client's own commands (Script only)
//
//	CLIENT r            harmless: \dt, .tables, \x
//	CLIENT SHELL        \!, backticks, .system, \g |cmd, pager, editors;
//	                    Objects has the shell text
//	CLIENT COPY FROM    \copy t from FILE; Objects has the table and the file
//	CLIENT COPY TO      \copy t to FILE
//	CLIENT COPY PROGRAM \copy ... program; Objects has table and shell text
//	CLIENT INCLUDE      \i, source, .read: Unparsed, Objects has the file
//	CLIENT WRITE FILE   \o, \g FILE, tee, .output, .save, .backup, .clone
//	CLIENT READ FILE    \lo_import, .import; Objects has file and table
//	CLIENT RESTORE      .restore: replaces the database by a file
//	CLIENT LOAD         .load: runs a library's code
//	CLIENT EXECUTE      \gexec: runs what the query prints: Unparsed
//	CLIENT CONNECT      \c, .open, connect: another database from here on
//	CLIENT SETENV       \setenv NAME value
//	CLIENT PASSWORD     \password
package sql
