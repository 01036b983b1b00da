package sql

import (
	"slices"
	"strings"

	"twokey/parser/effect"
)

// class is the verb of a function whose call is an act of its own, else "".
func class(name string) string {
	for _, c := range [...]struct {
		verb  string
		names []string
	}{
		{"FUNCTION PROGRAM", programFunctions},
		{"FUNCTION FILE", fileFunctions},
		{"FUNCTION DYNAMIC", dynamicFunctions},
		{"FUNCTION ADMIN", adminFunctions},
		{"FUNCTION WRITE", writeFunctions},
	} {
		if _, found := slices.BinarySearch(c.names, name); found {
			return c.verb
		}
	}
	return ""
}

// Each list is sorted, for the search in it.
var (
	programFunctions = []string{
		"edit", "load_extension", "pg_execute_server_program", "plsh", "sys_bineval", "sys_eval", "sys_exec",
		"xp_cmdshell",
	}
	fileFunctions = []string{
		"fsdir", "lo_export", "lo_import", "load_file", "lsdir", "lsmode", "pg_current_logfile",
		"pg_file_rename", "pg_file_sync", "pg_file_unlink", "pg_file_write", "pg_ls_archive_statusdir",
		"pg_ls_dir", "pg_ls_logdir", "pg_ls_tmpdir", "pg_ls_waldir", "pg_read_binary_file", "pg_read_file",
		"pg_read_server_files", "pg_stat_file", "readfile", "writefile",
	}
	dynamicFunctions = []string{
		"cursor_to_xml", "database_to_xml", "dblink", "dblink_connect", "dblink_connect_u", "dblink_exec",
		"dblink_open", "dblink_send_query", "eval", "http", "http_delete", "http_get", "http_post",
		"http_put", "net_http_delete", "net_http_get", "net_http_post", "query_to_xml",
		"query_to_xml_and_xmlschema", "query_to_xmlschema", "run_command_on_all_nodes",
		"run_command_on_placements", "run_command_on_shards", "run_command_on_workers", "ts_rewrite",
		"ts_stat",
	}
	adminFunctions = []string{
		"brin_desummarize_range", "fts3_tokenizer", "lo_put", "pg_backup_start", "pg_backup_stop",
		"pg_cancel_backend", "pg_copy_logical_replication_slot", "pg_create_logical_replication_slot",
		"pg_create_physical_replication_slot", "pg_create_restore_point", "pg_drop_replication_slot",
		"pg_log_standby_snapshot", "pg_logical_emit_message", "pg_logical_slot_get_binary_changes",
		"pg_logical_slot_get_changes", "pg_promote", "pg_reload_conf", "pg_replication_origin_drop",
		"pg_replication_slot_advance", "pg_rotate_logfile", "pg_start_backup", "pg_stop_backup",
		"pg_switch_wal", "pg_switch_xlog", "pg_terminate_backend", "pg_wal_replay_pause",
		"pg_wal_replay_resume", "rds_kill", "rds_kill_query", "set_config",
	}
	writeFunctions = []string{
		"add_compression_policy", "add_retention_policy", "cron_schedule", "cron_unschedule", "drop_chunks",
		"lo_creat", "lo_create", "lo_from_bytea", "lo_open", "lo_truncate", "lo_truncate64", "lo_unlink",
		"lowrite", "master_drop_all_shards", "pg_stat_reset", "pg_stat_reset_shared",
		"pg_stat_statements_reset", "setval",
	}
	credentialTables = []string{"pg_authid", "pg_shadow", "pg_user_mapping", "pg_user_mappings"}
)

// calls returns the effects of the functions that the tokens call, and of the
// credential catalogues that they name.
func calls(src string, tokens []token, d dialect) []effect.SQL {
	byVerb := map[string][]string{}
	for i, t := range tokens {
		if t.kind != word && t.kind != quoted {
			continue
		}
		name := strings.ToLower(t.name(src))
		if i+1 < len(tokens) && tokens[i+1].text == "(" {
			if i >= 2 && tokens[i-1].text == "." {
				name = qualified(strings.ToLower(tokens[i-2].name(src)), name)
			}
			if verb := class(name); verb != "" && !harmlessSetting(src, name, tokens[i+2:]) {
				byVerb[verb] = append(byVerb[verb], name)
			}
			continue
		}
		if d == postgres && slices.Contains(credentialTables, name) ||
			d == mysql && name == "user" && i >= 2 && tokens[i-1].text == "." && tokens[i-2].is("MYSQL") {
			byVerb["READ CREDENTIALS"] = append(byVerb["READ CREDENTIALS"], name)
		}
	}
	if len(byVerb) == 0 {
		return nil
	}
	var effects []effect.SQL
	for verb, names := range byVerb {
		slices.Sort(names)
		effects = append(effects, statement(d, verb, slices.Compact(names)...))
	}
	slices.SortFunc(effects, func(a, b effect.SQL) int { return strings.Compare(a.Verb, b.Verb) })
	return effects
}

// harmlessSetting reports whether the call is set_config of a literal setting
// that SET may have as well.
func harmlessSetting(src, name string, arguments []token) bool {
	if name != "set_config" || len(arguments) < 2 || arguments[0].kind != str || arguments[1].text != "," {
		return false
	}
	setting := strings.ToLower(arguments[0].value(src))
	return !strings.ContainsRune(setting, '\\') && !unsafeSettings[setting] &&
		setting != "role" && setting != "session_authorization" && setting != "standard_conforming_strings"
}

// byCalls reports whether calls made the effect.
func byCalls(s effect.SQL) bool {
	return strings.HasPrefix(s.Verb, "FUNCTION ") || s.Verb == "READ CREDENTIALS"
}

// qualified names a function of an extension's own schema as one word.
func qualified(schema, name string) string {
	switch schema {
	case "cron", "net":
		return schema + "_" + name
	}
	return name
}
