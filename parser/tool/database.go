package tool

import (
	"strings"

	"twokey/parser/effect"
)

// databaseGrammars are the database clients and their administration tools.
func databaseGrammars() []grammar {
	const pgConnect = " h/host= p/port= U/username= w/no-password W/password "
	const myConnect = ` h/host= P/port= u/user= p/password=? S/socket= D/database= defaults-file=r defaults-extra-file=r
		no-defaults ssl-mode= protocol= default-character-set= compress `
	usql := func(names, opts string, text, file []string, operands bool) grammar {
		return grammar{names: names, opts: opts, hook: queries("any", text, file, operands)}
	}
	return []grammar{
		{names: "psql pgcli", style: gnu, opts: pgConnect + `a/echo-all A/no-align b c/command= d/dbname= e/echo-queries E
			f/file= F/field-separator= H/html
			l/list L/log-file=w n/no-readline o/output=w P/pset= q/quiet R/record-separator= s/single-step S/single-line
				t/tuples-only T/table-attr=
			v/set/variable= V/version x/expanded X/no-psqlrc z 0 1/single-transaction ?/help csv`, hook: psql},
		{names: "mysql mariadb mycli", style: gnu, opts: myConnect + `e/execute= B/batch N/skip-column-names s/silent
			t/table v/verbose r/raw f/force n q/quick A/no-auto-rehash
			H/html X/xml E/vertical init-command= pager=? tee=w delimiter= I/help ?/help V/version b c C G i j L o T w a U
				ssl-ca= ssl-cert= ssl-key= connect-timeout= max-allowed-packet= l/login-path= local-infile=? show-warnings
				unbuffered raw skip-ssl reconnect`, hook: mysql},
		{names: "mysqlsh", style: gnu, opts: myConnect + "e/execute= f/file= sql js py uri= sqlx mysqlx mx mc", hook: mysql},
		{names: "sqlite3 sqlite litecli", style: singleDash, opts: `init= cmd= separator= newline= nullvalue= mmap=
			pagecache= lookaside= maxsize= vfs= heap= box column csv html json line list markdown table quote tabs ascii
			header noheader interactive batch bail echo stats readonly safe append deserialize nofollow unsafe-testing zip
			escape= A= memtrace multiplex pcachetrace sorterref= vfstrace`, hook: sqlite},
		{names: "duckdb", style: singleDash, opts: `init= c= s= f= cmd= separator= newline= nullvalue= box column csv html
			json line list markdown table quote ascii header noheader readonly bail batch echo no-stdin unsigned interactive
			ui jsonlines storage-version=`, hook: sqlite},
		{names: "cockroach", style: cobra, depth: 2, opts: "e/execute= f/file= d/database= url= host= insecure certs-dir=", verbs: []verb{
			{path: "sql", hook: queries("postgres", []string{"execute"}, []string{"file"}, false)}, {path: "node drain"},
			{path: "node decommission"}, {path: "start"}, {path: "demo"}, {path: "workload run"}}},
		usql("usql sqlline", "c/command= f/file= o/out= v/set=", []string{"command"}, []string{"file"}, false),
		usql("clickhouse-client clickhouse-local", `q/query= queries-file= h/host= u/user= d/database= m/multiline
			n/multiquery f/format= t/time secure password= S/structure= N/table= file= F=`, []string{"query"}, []string{"queries-file"}, false),
		{names: "clickhouse chc", style: 0, depth: 1, opts: `q/query= queries-file= h/host= port= u/user= d/database= m n
			f/format= password= secure`, hook: queries("any", []string{"query"}, []string{"queries-file"}, false)},
		usql("cqlsh", `e/execute= f/file= k/keyspace= u/username= p/password= ssl C no-color request-timeout=
			connect-timeout= protocol-version= cqlshrc=r encoding= debug`, []string{"execute"}, []string{"file"}, false),
		usql("sqlcmd tsql", `S/server= d/database= U= P= Q/query= q/query= i/file= o=w h= s= v= E W b C N l= t= w= y= Y= m=
			r=? c= K= I`, []string{"query"}, []string{"file"}, false),
		{names: "snowsql", style: 0, opts: `a/account= d/dbname= s/schemaname= u/username= w/warehouse= r/rolename= q/query=
			f/filename= c/connection= o/option= D/variable= P M`, hook: queries("any", []string{"query"}, []string{"filename"}, false)},
		{names: "snow", style: cobra, depth: 2, opts: "q/query= f/filename= c/connection=", verbs: []verb{{path: "sql",
			hook: queries("any", []string{"query"}, []string{"filename"}, false)}}},
		{names: "trino presto hive beeline spark-sql impala-shell vsql", style: gnu, opts: `e= f= q= c= execute= file=
			server= catalog= schema= u= n= p= d= i= hivevar= hiveconf= query= query_file= user=`, hook: queries("any",
			[]string{"e", "execute", "q", "query", "c"}, []string{"f", "file", "query_file"}, false)},
		{names: "sqlplus sqlcl sql isql isql-fb osql db2 bteq rsql rqlite",
			hook: func(c *call) { c.stdin(target{dialect: "any", database: c.operandText(0)}) }},
		{names: "turso", style: saas, depth: 2, verbs: []verb{{path: "db shell", hook: shellSQL("sqlite")},
			{path: "db destroy"}, {path: "db create"}, {path: "db list"}, {path: "db show"}, {path: "group destroy"},
			{path: "db tokens"}, {path: "auth token"}},
			classes: map[effect.Trait]string{TraitSecretRead: "db tokens|auth token|auth api-tokens mint",
				TraitReads: "db shell|dev", TraitLocal: "auth|config"}},
		{names: "bq", style: gnu, depth: 1, opts: `project_id= dataset_id= location= format= q/quiet f/force r/recursive
			d/dataset t/table m/model use_legacy_sql=? nouse_legacy_sql dry_run/dry-run destination_table= replace
			append_table n/max_results= label= schedule= parameter= headless api= batch`, hook: bq,
			classes: map[effect.Trait]string{TraitDestroys: "rm|cancel|undelete",
				TraitReads: "ls|show|head|wait|query|info|version", TraitCreates: "mk|load|cp|insert|extract|mkdef",
				TraitMutates: "update|set-iam-policy|add-iam-policy-binding|remove-iam-policy-binding|partition|truncate", TraitLocal: "init"}},
		{names: "dropdb", style: gnu,
			opts: pgConnect + "e/echo f/force i/interactive if-exists maintenance-db= ?/help V/version", hook: dataLoss},
		{names: "dropuser", style: gnu, opts: pgConnect + "e/echo i/interactive if-exists ?/help", hook: dataLoss},
		{names: "createdb createuser", style: gnu, opts: pgConnect + "e/echo D= E= l= O= T= s d r g= P S R I L N c= maintenance-db= ?/help"},
		{names: "pg_dump pg_dumpall", style: gnu, opts: pgConnect + `d/dbname= f/file=w F/format= n/schema= N= t/table= T=
			j/jobs= a s/schema-only O x Z= v c/clean C if-exists data-only inserts g r l= no-owner no-acl no-privileges
			column-inserts exclude-table-data= lock-wait-timeout=`},
		{names: "pg_restore", style: gnu, opts: pgConnect + `d/dbname= f/file=w F/format= c/clean C/create a/data-only
			s/schema-only j/jobs= l/list L=r n= N= t= T= P= I= e O x 1/single-transaction if-exists no-owner no-acl
			no-privileges v/verbose`, hook: func(c *call) {
			c.operands(effect.OpRead)
			switch {
			case c.has("dbname") && c.has("clean"):
				c.trait(TraitDataLoss)
			case c.has("dbname"):
				c.trait(TraitMutates)
			}
		}},
		{names: "pg_ctl pg_ctlcluster", style: gnu, depth: 1, opts: "D/pgdata= l/log=a m/mode= o/options= w W t= s c p=",
			classes: map[effect.Trait]string{TraitReads: "status"}},
		{names: "pg_resetwal pg_dropcluster initdb", style: gnu, opts: "D/pgdata= f/force n/dry-run U= A= E= stop", hook: func(c *call) {
			if c.cmd.Program != "initdb" && !c.cmd.Has(effect.TraitDryRun) {
				c.trait(TraitDataLoss)
			}
		}},
		{names: "pgbench", style: gnu, opts: pgConnect + "i/initialize c= j= t= T= f=r s= n S"},
		{names: "mysqladmin", style: gnu, opts: myConnect + "f/force b c/count= i/sleep= r s t v w=? shutdown-timeout=",
			depth: 1, hook: func(c *call) {
				for _, w := range append(c.subcommands(), c.cmd.Operands...) {
					switch w.Text {
					case "drop", "shutdown", "kill", "flush-privileges", "password", "old-password":
						c.trait(TraitDataLoss)
					}
				}
			}},
		{names: "mysqldump mysqlpump mydumper", style: gnu, opts: myConnect + `r/result-file=w A/all-databases B/databases
			no-data single-transaction routines triggers T/tab=w w/where= ignore-table= add-drop-table column-statistics=?
			set-gtid-purged=? d t n R E`},
		{names: "mysqlimport myloader", style: gnu,
			opts:  myConnect + "delete L i r fields-terminated-by= lines-terminated-by= d/directory= o",
			paths: effect.OpRead, hook: func(c *call) { c.trait(TraitMutates) }},
		{names: "mongodump mongoexport", style: gnu, opts: `uri= h/host= d/db= c/collection= o/out=w archive=?w gzip u= p=
			q/query= f= type= port=`},
		{names: "mongorestore mongoimport", style: gnu, opts: `uri= h/host= d/db= c/collection= drop archive=?r gzip u= p=
			dir=r file=r mode= type= nsInclude= nsExclude= nsFrom= nsTo= dryRun/dry-run jsonArray port=`, hook: func(c *call) {
			if c.has("drop") || c.text("mode") == "delete" || c.text("mode") == "upsert" {
				c.trait(TraitDataLoss)
			} else {
				c.trait(TraitMutates)
			}
		}},
		{names: "mongosh", style: 0, opts: `eval= f/file= host= port= u= p=? username= password=? db=
			authenticationDatabase= quiet shell norc nodb tls json=?`, hook: mongosh},
		{names: "redis-cli", style: inOrder, opts: `h/host= p/port= s/socket= a/pass= user= u/url= r/repeat= i/interval=
			n/db= x X= d= D= c/cluster-mode e raw no-raw csv json quoted-input
			show-pushes= stat latency latency-history latency-dist lru-test= replica rdb=w functions-rdb=w pipe
				pipe-timeout= bigkeys memkeys hotkeys scan pattern= count= quoted-pattern= intrinsic-latency= eval= ldb ldb-sync-mode
			cluster= verbose no-auth-warning askpass tls sni= cacert= cert= key= insecure keystats top= cursor= 2 3 t=
				memkeys-samples=`, hook: redis},
		{names: "etcdctl", style: cobra, depth: 1, opts: `endpoints= prefix from-key user= cert= key= cacert=
			command-timeout= w/write-out= limit= keys-only lease= print-value-only`, classes: map[effect.Trait]string{
			TraitDestroys: `del|compaction|lease revoke|member remove|user delete|role delete|auth disable|defrag`,
			TraitReads:    `get|watch|endpoint|member list|version|check|alarm list|user list|role list|lease list`,
			TraitMutates:  "put|txn|snapshot restore|move-leader|auth enable|make-mirror|elect|lock",
			TraitCreates:  "snapshot save|user add|role add|lease grant|member add",
		}, verbs: []verb{{path: "lease revoke"}, {path: "member remove"}, {path: "member list"}, {path: "member add"},
			{path: "user delete"}, {path: "role delete"}, {path: "auth disable"}, {path: "auth enable"},
			{path: "user list"}, {path: "role list"}, {path: "lease list"}, {path: "alarm list"}, {path: "snapshot save"},
			{path: "snapshot restore"}, {path: "user add"}, {path: "role add"}, {path: "lease grant"}}},
		{names: "influx", style: saas, depth: 2,
			opts: "o/org= b/bucket= start= stop= p/predicate= i/id= n/name= t/token= host= f/file=r",
			verbs: []verb{{path: "delete"}, {path: "query"}, {path: "write"}, {path: "bucket delete"},
				{path: "bucket list"}, {path: "bucket create"}, {path: "auth list"}, {path: "export"}},
			classes: map[effect.Trait]string{TraitReads: "query|export|ping", TraitMutates: "write|apply|restore", TraitLocal: "config"}},
		{names: "kafka-topics kafka-topics.sh", style: gnu, opts: `bootstrap-server= zookeeper= topic= create delete alter
			list describe partitions= replication-factor= config= command-config=r if-exists if-not-exists`, hook: kafka},
		{names: `kafka-configs kafka-configs.sh kafka-acls kafka-acls.sh kafka-consumer-groups kafka-consumer-groups.sh
			kafka-delete-records kafka-delete-records.sh kafka-reassign-partitions kafka-reassign-partitions.sh
			kafka-leader-election kafka-leader-election.sh`, style: gnu,
			opts: `bootstrap-server= command-config=r group= topic= describe list delete alter add remove reset-offsets
				execute dry-run to-earliest to-latest entity-type= entity-name= add-config= delete-config=
				offset-json-file=r reassignment-json-file=r generate verify all-groups all-topics state members`, hook: kafka},
		{names: "kafka-console-producer kafka-console-producer.sh kcat kafkacat", style: 0, opts: `b= bootstrap-server= t=
			topic= P C L K= o= e q f= G= c= property= producer-property= broker-list=`, hook: func(c *call) {
			if c.has("P") || strings.Contains(c.cmd.Program, "producer") {
				c.trait(TraitCreates)
			}
		}},
	}
}

// subcommands are the command's verbs as words.
func (c *call) subcommands() []effect.Word {
	words := make([]effect.Word, len(c.cmd.Subcommand))
	for i, s := range c.cmd.Subcommand {
		words[i] = effect.Lit(s)
	}
	return words
}

func dataLoss(c *call) { c.trait(TraitDataLoss) }

// shellSQL reads a hosted database's own shell: SQL in an operand or on stdin.
func shellSQL(dialect string) func(*call) {
	return func(c *call) {
		t := target{dialect: dialect, database: c.operandText(0)}
		ran := false
		for i, w := range c.cmd.Operands {
			if i > 0 {
				c.statements(w, t)
				ran = true
			}
		}
		for _, w := range c.values("command", "c", "e", "execute", "sql", "q", "query") {
			c.statements(w, t)
			ran = true
		}
		for _, w := range c.values("file", "f") {
			c.script(w, t)
			ran = true
		}
		if !ran {
			c.stdin(t)
		}
	}
}

func bq(c *call) {
	if len(c.cmd.Subcommand) > 0 && c.cmd.Subcommand[0] == "query" {
		t := target{dialect: "any", server: "bigquery", database: c.shown("project_id", "dataset_id")}
		for _, w := range c.cmd.Operands {
			c.statements(w, t)
		}
		if len(c.cmd.Operands) == 0 {
			c.stdin(t)
		}
		if c.has("replace") {
			c.trait(TraitDataLoss)
		}
	}
}

// kafka's tools have their verb as an option.
func kafka(c *call) {
	switch {
	case c.has("describe", "list", "verify", "generate"):
		c.trait(TraitReads)
	case c.has("delete", "remove", "delete-config", "offset-json-file"):
		c.trait(TraitDestroys)
	case c.has("reset-offsets") && c.has("execute"), c.has("alter", "add", "execute", "add-config"):
		c.trait(TraitMutates)
	case c.has("create"):
		c.trait(TraitCreates)
	}
}
