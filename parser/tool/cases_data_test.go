package tool

var databaseCases = []testCase{
	{"psql -h db -p 5433 -U u -c'DROP TABLE x' prod", []string{
		"psql --host=db --port=5433 --username=u --command=DROP TABLE x prod",
		"sql: DROP TABLE x on db:5433/prod",
	}},
	{"psql postgres://u:p@h:5/db -f a.sql", []string{
		"psql --file=a.sql postgres://u:p@h:5/db",
		"sql: SCRIPT on h:5/db",
	}},
	{"psql 'host=h port=6 dbname=d' -c 'SELECT 1'", []string{
		"psql --command=SELECT 1 host=h port=6 dbname=d",
		"sql: SELECT on h:6/d",
	}},
	{"psql -c $X", []string{
		"psql --command=?",
		"sql: ",
	}},
	{"mysql -uroot -ppw -h db -e 'SHOW TABLES' app", []string{
		"mysql --user=root --password=pw --host=db --execute=SHOW TABLES app",
		"sql: SHOW on db/app",
	}},
	{"mariadb -D app -e 'DELETE FROM t'", []string{
		"mariadb --database=app --execute=DELETE FROM t",
		"sql: DELETE t on app",
	}},
	{"sqlite3 -header app.db 'DELETE FROM users WHERE id=1'", []string{
		"sqlite3 --header app.db DELETE FROM users WHERE id=1",
		"read workspace /work/repo/app.db",
		"sql: DELETE users on work/repo/app.db",
	}},
	{"sqlite3 /srv/x.db 'DROP TABLE x'", []string{
		"sqlite3 /srv/x.db DROP TABLE x",
		"read system /srv/x.db",
		"sql: DROP TABLE x on srv/x.db",
	}},
	{"sqlite3 :memory: 'DROP TABLE x'", []string{
		"sqlite3 :memory: DROP TABLE x",
		"sql: DROP TABLE x on :memory:",
	}},
	{"duckdb -c 'DROP TABLE x' a.duckdb", []string{
		"duckdb -c=DROP TABLE x a.duckdb",
		"read workspace /work/repo/a.duckdb",
		"sql: DROP TABLE x on work/repo/a.duckdb",
	}},
	{"clickhouse-client --query='DROP TABLE x' --host h", []string{
		"clickhouse-client --query=DROP TABLE x --host=h",
		"sql: DROP TABLE x on h",
	}},
	{"cqlsh -e 'DROP KEYSPACE app' h", []string{
		"cqlsh --execute=DROP KEYSPACE app h",
		"sql: DROP KEYSPACE app on h",
	}},
	{"bq query --use_legacy_sql=false 'DELETE FROM d.t WHERE true'", []string{
		"bq query --use_legacy_sql=false DELETE FROM d.t WHERE true +reads",
		"sql: DELETE d.t on bigquery",
	}},
	{"bq rm -r -f -d prod", []string{
		"bq rm --recursive --force --dataset prod +destroys",
	}},
	{"wrangler d1 execute db --remote --command 'DROP TABLE x'", []string{
		"wrangler d1 execute --remote --command=DROP TABLE x db +reads",
		"sql: DROP TABLE x on d1/db",
	}},
	{"fly postgres connect -a db -c 'DROP DATABASE app'", []string{
		"fly postgres connect --app=db --command=DROP DATABASE app +reads",
		"sql: DROP DATABASE app",
	}},
	{"gcloud spanner databases execute-sql db --sql='DELETE FROM t WHERE true'", []string{
		"gcloud spanner databases execute-sql db --sql=DELETE FROM t WHERE true +reads",
		"sql: DELETE t on spanner",
	}},
	{"aws rds-data execute-statement --resource-arn a --sql 'DROP TABLE t'", []string{
		"aws rds-data execute-statement --resource-arn=a --sql=DROP TABLE t +reads",
		"sql: DROP TABLE t on aws rds-data",
	}},
	{"redis-cli -p 6380 FLUSHALL", []string{
		"redis-cli --port=6380 FLUSHALL",
		"datastore: redis FLUSHALL",
	}},
	{"redis-cli -u redis://h:7 config set dir /x", []string{
		"redis-cli --url=redis://h:7 config set dir /x",
		"datastore: redis CONFIG SET dir /x",
	}},
	{"redis-cli --scan --pattern 'a*'", []string{
		"redis-cli --scan --pattern=a*",
	}},
	{"mongosh mongodb+srv://c.example.net/prod --eval 'db.users.deleteMany({})'", []string{
		"mongosh --eval=db.users.deleteMany({}) mongodb+srv://c.example.net/prod",
		"datastore: mongodb deleteMany users",
	}},
	{"mongosh --eval 'db.getSiblingDB(\"x\").getCollection(\"y\").drop(); db.adminCommand({shutdown:1})'", []string{
		"mongosh --eval=db.getSiblingDB(\"x\").getCollection(\"y\").drop(); db.adminCommand({shutdown:1})",
		"datastore: mongodb drop y",
		"datastore: mongodb adminCommand shutdown",
	}},
	{"mongosh --eval 'db[a].drop()'", []string{
		"mongosh --eval=db[a].drop()",
		"datastore: mongodb drop",
	}},
	{"mongosh --eval 'print(\"db.users.drop()\") // db.x.drop()'", []string{
		"mongosh --eval=print(\"db.users.drop()\") // db.x.drop()",
	}},
	{"mongosh --eval 'db.a.b.find({x: 1}).sort().forEach(d => db.c.remove(d))'", []string{
		"mongosh --eval=db.a.b.find({x: 1}).sort().forEach(d => db.c.remove(d))",
		"datastore: mongodb find a.b",
		"datastore: mongodb remove c",
	}},
	{"dropdb -h h app", []string{
		"dropdb --host=h app +data-loss",
	}},
	{"mysqladmin --force drop mydb", []string{
		"mysqladmin drop --force mydb +data-loss",
	}},
	{"pg_restore --clean -d app a.dump", []string{
		"pg_restore --clean --dbname=app a.dump +data-loss",
		"read workspace /work/repo/a.dump",
	}},
	{"prisma migrate reset --force", []string{
		"prisma migrate reset --force +data-loss",
	}},
	{"prisma db push --accept-data-loss", []string{
		"prisma db push --accept-data-loss +data-loss",
	}},
	{"rails db:drop", []string{
		"rails db:drop +data-loss",
	}},
	{"rake db:migrate:status", []string{
		"rake db:migrate:status",
	}},
	{"artisan migrate:fresh", []string{
		"artisan migrate:fresh +data-loss",
	}},
	{"django-admin migrate app zero", []string{
		"django-admin migrate app zero +data-loss",
	}},
	{"alembic downgrade -1", []string{
		"alembic downgrade -1 +data-loss",
	}},
	{"alembic upgrade head", []string{
		"alembic upgrade head +migrates",
	}},
	{"knex migrate:rollback", []string{
		"knex migrate:rollback +data-loss",
	}},
	{"flyway clean", []string{
		"flyway clean +data-loss",
	}},
	{"sequelize-cli db:migrate:undo", []string{
		"sequelize-cli db:migrate:undo +data-loss",
	}},
	{"dbt run", []string{
		"dbt run +migrates",
	}},
	{"drizzle-kit push", []string{
		"drizzle-kit push +migrates",
	}},
	{"kafka-topics --bootstrap-server b:9092 --delete --topic orders", []string{
		"kafka-topics --bootstrap-server=b:9092 --delete --topic=orders +destroys",
	}},
}

var runnerCases = []testCase{
	{"npx sequelize-cli db:drop", []string{
		"npx sequelize-cli db:drop",
		"exec(npx) sequelize-cli db:drop",
	}},
	{"npx -y @railway/cli@latest down", []string{
		"npx --yes @railway/cli@latest down",
		"exec(npx) railway down",
	}},
	{"npx -p prisma prisma migrate reset", []string{
		"npx --package=prisma prisma migrate reset",
		"exec(npx) prisma migrate reset",
	}},
	{"npx -c 'rm -rf ~'", []string{
		"npx --call=rm -rf ~",
		"shell(npx) rm -rf ~",
	}},
	{"pnpm dlx prisma migrate reset --force", []string{
		"pnpm dlx --force prisma migrate reset",
		"exec(pnpm dlx) prisma migrate reset --force",
	}},
	{"npm exec -- prisma migrate reset", []string{
		"npm exec prisma migrate reset",
		"exec(npm exec) prisma migrate reset",
	}},
	{"npm x prisma migrate reset", []string{
		"npm exec prisma migrate reset",
		"exec(npm exec) prisma migrate reset",
	}},
	{"yarn dlx prisma db push", []string{
		"yarn dlx prisma db push",
		"exec(yarn dlx) prisma db push",
	}},
	{"bunx prisma migrate reset", []string{
		"bunx prisma migrate reset",
		"exec(bunx) prisma migrate reset",
	}},
	{"uvx --from ruff ruff check", []string{
		"uvx --from=ruff ruff check",
		"exec(uvx) ruff check",
	}},
	{"python -m twine upload dist/*", []string{
		"python3 -m=twine upload dist/*",
		"exec(python -m) twine upload dist/*",
	}},
	{"python3.11 manage.py flush --noinput", []string{
		"python3 manage.py flush --noinput",
		"exec(python3) django-admin flush --noinput",
	}},
	{"python -m pytest --lf", []string{
		"python3 -m=pytest --lf",
		"exec(python -m) pytest --lf",
	}},
	{"./manage.py migrate", []string{
		"django-admin migrate +migrates",
	}},
	{"php artisan migrate:fresh", []string{
		"php artisan migrate:fresh",
		"exec(php) artisan migrate:fresh",
	}},
	{"node node_modules/.bin/prisma migrate reset", []string{
		"node node_modules/.bin/prisma migrate reset",
		"exec(node) prisma migrate reset",
	}},
	{"bundle exec rails db:drop", []string{
		"bundle exec rails db:drop",
		"exec(bundle exec) rails db:drop",
	}},
	{"composer exec phpunit", []string{
		"composer exec phpunit",
		"exec(composer exec) phpunit",
	}},
	{"java -jar jenkins-cli.jar -s http://jenkins.local/ delete-job my-job", []string{
		"java --jar=jenkins-cli.jar -s http://jenkins.local/ delete-job my-job",
		"exec(java -jar) jenkins-cli -s http://jenkins.local/ delete-job my-job",
	}},
	{"rails runner 'User.delete_all'", []string{
		"rails runner User.delete_all +data-loss",
		"exec(rails runner) ruby -e User.delete_all",
	}},
	{"yarn prisma migrate reset", []string{
		"yarn prisma migrate reset",
		"exec(yarn) prisma migrate reset",
	}},
	{"yarn add prisma", []string{
		"yarn install prisma",
	}},
	{"make --eval='$(shell id)'", []string{
		"make --eval=$(shell id)",
		"shell(make) id",
	}},
	{"symfony console doctrine:database:drop --force", []string{
		"symfony console doctrine:database:drop --force +data-loss",
	}},
	{"typeorm query 'DROP TABLE t'", []string{
		"typeorm query DROP TABLE t",
		"sql: DROP TABLE t",
	}},
}
