package tool

import (
	"strings"

	"twokey/parser/effect"
)

// serviceGrammars are SaaS products, secret stores and brokers.
func serviceGrammars() []grammar {
	return []grammar{
		{names: "surge gh-pages", style: cobra, opts: "d/dist=r b/branch= r/repo= m/message= p/project=r domain= f/force", hook: func(c *call) {
			if w := c.operandText(0); w == "teardown" {
				c.trait(TraitDestroys)
			} else if w != "list" && w != "whoami" && w != "login" && w != "logout" && w != "token" {
				c.trait(TraitPublishes)
			}
			if c.operandText(0) == "token" {
				c.trait(TraitSecretRead)
			}
		}},
		saasTool(`upstash planetscale pscale xata convex turso-cli prisma-cloud fauna mongocli atlas nhost appwrite hasura
			dgraph astra weaviate pinecone edgedb gel couchbase-cli cbq confluent ccloud rpk materialize cockroach-cloud
			ccloud-cli aiven avn timescale tiger render koyeb northflank porter zeet qovery coolify dokku caprover cf
			porterctl platform upsun clever scalingo dokploy sst amplify copilot eb modal replicate banana beam hf
			huggingface-cli wandb comet neptune dvc fastly akamai cloudflare cloudflared flarectl bunny dnscontrol octodns
			namecheap porkbun gandi godaddy route53 launchdarkly ldcli flipt unleash split-cli optimizely statsig growthbook
			posthog segment datadog-ci dogshell newrelic sentry-cli sentry honeycomb grafana grafanactl gcx logzio sumo
			splunk pagerduty pd opsgenie rootly statuspage algolia meilisearch typesense elastic ecctl okta auth0 clerk
			workos stytch kcadm kcadm.sh keycloak circleci buildkite bk travis semaphore sem drone woodpecker woodpecker-cli
			jenkins-cli jfrog jf nexus artifactory cloudsmith codecov snyk sonar fossa gitguardian ggshield ngrok
			localtunnel tailscale headscale netbird zerotier-cli nats rabbitmqadmin pulsar-admin kong deck tyk apigeecli
			apigee solo kuma consul-cli hubspot hs salesforce sf sfdx airtable zapier n8n contentful sanity strapi directus
			webflow mintlify readme intercom zendesk zcli braze customerio mixpanel amplitude`,
			`all i/id= d/database= u/user= w/workspace= space= env= environment= team= cluster= url= domain= b/branch=
				key= value= `, 3, map[effect.Trait]string{
				TraitLocal: `login|logout|auth login|auth logout|auth|config|init|dev|completion|version|setup|link|plugins|
					upgrade|update|self-update|help|local|project set|context|profile|use|open|console|whoami|contexts|
					start $|build $|develop|serve|generate|codegen|typegen|types|format|lint|test|new|create-local|telemetry|
					doctor|mcp|lsp|preview $`, TraitReads: `auth whoami|config list|config get|config parse|config view|
					context list|auth status|diff|gateway diff|gateway validate|gateway dump|convert|status|netcheck|ping|ip|
					dig|info|projects|releases list|server check|account info|explore|events list|organizations list|
					topic consume|topic describe|logs`,
				TraitMutates: `apply|gateway apply|config set-key|import|restore|sourcemaps|releases set-commits|
					releases finalize|releases deploys`, TraitDestroys: `gateway reset|gateway sync|sync|server drain|reset|
					shell exec drop|db drop|down|app deactivate|data delete|purge|cache purge|stream purge|kv purge|
					consumer rm|stream seal|object seal|server raft step-down`,
				TraitSecretRead: `auth token|auth print-token|auth get-token|auth export|connection-string|
					api-key reveal|db connection-string|secrets get|env get|env pull|credentials|token|tokens|
					api-keys create|apikeys create|service-token create|password create|auth access-token|org display`,
				TraitCreates: `deploy request|funnel|tunnel|http|run|launch|stream add|kv put|pub|publish|send|req|request`,
			}),
		saasTool("vault bao openbao", `address= namespace= mount= field= format= path= version= versions= cas= policy= ttl=
			key= accessor= self ca-cert= client-cert= client-key= tls-skip-verify header= wrap-ttl= output-curl-string
			non-interactive `, 3, map[effect.Trait]string{
			TraitLocal: "login|print|path-help|version|version-history|server|proxy|agent",
			TraitReads: `status|list|kv list|kv metadata get|secrets list|auth list|policy list|policy read|token lookup|
				token capabilities|lease lookup|audit list|operator members|operator raft list-peers|operator key-status|
				plugin list|plugin info|namespace list|namespace lookup|debug|monitor|operator diagnose|pki health-check|
				pki list-intermediates|operator usage|events`, TraitSecretRead: `read|kv get|token create|unwrap|
				operator init|operator generate-root|operator unseal|print token|transit|ssh|kv export`,
			TraitDestroys: `delete|kv delete|kv destroy|kv metadata delete|secrets disable|secrets move|auth disable|
				auth move|policy delete|token revoke|lease revoke|audit disable|operator seal|operator step-down|
				operator raft remove-peer|operator raft snapshot restore|namespace delete|plugin deregister|operator rekey|
				kv rollback`, TraitMutates: `write|patch|kv put|kv patch|kv undelete|kv enable-versioning|kv metadata put|
				secrets enable|secrets tune|auth enable|auth tune|policy write|policy fmt|token renew|lease renew|
				audit enable|operator rotate|operator raft join|namespace create|plugin register|operator migrate|
				plugin reload|operator import`, TraitCreates: "operator raft snapshot save"}),
		saasTool("op", `vault= account= fields= format= reveal session= tags= category= generate-password=? archive out-file=w
			environment= file-mode= iso-timestamps cache=? in-file=r `, 3, map[effect.Trait]string{TraitLocal: `signin|
			signout|account add|account forget|update|completion|plugin|account list|account get|service-account ratelimit`,
			TraitSecretRead: `read|inject|run|item get|document get|item share|service-account create|connect token create|
			events-api create|environment read`, TraitReads: `whoami|item list|vault list|vault get|user list|user get|
			group list|document list|item template|connect server list|plugin list`,
			TraitMutates: `item edit|item move|vault edit|vault group|vault user|user edit|group edit|group user|
			document edit|user reactivate`, TraitDestroys: `item delete|vault delete|document delete|user delete|
			user suspend|group delete|connect server delete|connect token delete|connect group revoke|vault user revoke|
			vault group revoke`, TraitCreates: `item create|vault create|document create|user provision|user confirm|
			group create|connect server create`}),
		saasTool("bw bws", `session= organizationid= itemid= raw pretty search= folderid= output= passphrase `, 3,
			map[effect.Trait]string{TraitLocal: `login|logout|lock|sync|config|update|completion|serve|generate|encode|status|sdk-version`,
				TraitSecretRead: "get|unlock|export|list items|secret get|secret list|receive|run|send get|list",
				TraitMutates:    "edit|confirm|move|restore|import|secret edit|project edit",
				TraitCreates:    "create|secret create|project create|send",
				TraitDestroys:   "delete|secret delete|project delete|device-approval deny"}),
		{names: "pass gopass", style: cobra, depth: 1, opts: `c/clip=? q=? n/no-symbols i/in-place f/force m/multiline
			e/echo p/path= r/recursive`, hook: passStore, verbs: []verb{{path: "show"}, {path: "ls|list"},
			{path: "rm|remove|delete"}, {path: "insert|add"}, {path: "edit"}, {path: "generate"}, {path: "mv|rename"},
			{path: "cp|copy"}, {path: "git"}, {path: "init"}, {path: "grep"}, {path: "find|search"}, {path: "otp"},
			{path: "cat"}, {path: "version"}, {path: "help"}}},
		{names: `lpass keepassxc-cli rbw dcli secret-tool keyring chamber berglas envchain aws-vault saml2aws granted assume
			teller infisical akeyless conjur cyberark summon credstash confidant security kwallet-query akv gcp-secret`,
			style: cobra, depth: 2, opts: "w g a= s= l= p= k= f= e= env= path= projectId= plain= v=", hook: keychain},
		saasTool("newman postman k6-cloud artillery", "", 2, map[effect.Trait]string{TraitReads: "run"}),
		{names: "jenkins", style: saas, depth: 1},
		{names: `rabbitmqctl rabbitmq-diagnostics rabbitmq-plugins rabbitmq-queues rabbitmq-streams`, style: saas, depth: 1,
			opts: `n/node= q/quiet s/silent t/timeout= p/vhost= l/longnames formatter= online offline`,
			classes: map[effect.Trait]string{TraitDestroys: `reset|force_reset|stop|stop_app|shutdown|close_connection|
				close_all_connections|purge_queue|delete_queue|forget_cluster_node|force_boot|rotate_logs|clear_password|
				eval|eval_file|hipe_compile|force_gc|close_all_user_connections|suspend_all_listeners|trace_on|decode`,
				TraitReads: `status|cluster_status|node_health_check|environment|report|ping|authenticate_user|wait|
					await_startup|await_online_nodes|alarms|listeners|memory_breakdown|observer|server_version|
					check_port_connectivity|check_running|check_local_alarms|check_virtual_hosts|runtime_thread_stats|
					version|is_running|is_booting|maybe_stuck|schema_info|log_tail|log_location|os_env|list|directories`,
				TraitMutates: `start_app|join_cluster|change_password|change_cluster_node_type|set_policy|set_permissions|
					set_user_tags|sync_queue|update_cluster_nodes|rename_cluster_node|enable_feature_flag|enable|
					import_definitions|resume_all_listeners|grow|rebalance`}},
	}
}

func passStore(c *call) {
	switch c.verbText(0) {
	case "", "show", "otp", "cat", "grep":
		if len(c.cmd.Operands) > 0 || c.verbText(0) == "grep" {
			c.trait(TraitSecretRead)
		}
	case "rm":
		c.trait(TraitDestroys)
	case "insert", "edit", "generate", "mv", "cp", "init":
		c.trait(TraitMutates)
	case "ls", "find", "git", "version", "help":
	default:
		c.trait(TraitSecretRead) // pass NAME shows it
	}
}

// keychain: programs that print, or hand to a command, the secrets they keep.
func keychain(c *call) {
	for _, verb := range c.cmd.Subcommand {
		switch {
		case verb == "show" || verb == "get" || verb == "read" || verb == "lookup" || verb == "export" || verb == "clip" || verb == "exec" ||
			verb == "run" || verb == "dump" || verb == "access" || verb == "password" || verb == "code" || verb == "env" ||
			verb == "getall" || verb == "search" && c.cmd.Program == "lpass" ||
			strings.HasPrefix(verb, "find-") || strings.HasPrefix(verb, "dump-") || verb == "script" || verb == "secrets" ||
			verb == "get-secret-value":
			if strings.HasPrefix(verb, "find-cert") || strings.HasPrefix(verb, "find-ident") {
				continue
			}
			c.trait(TraitSecretRead)
			if verb == "exec" || verb == "run" {
				localArgs(c)
			}
			return
		case wordClass(verb) == TraitDestroys:
			c.trait(TraitDestroys)
			return
		case wordClass(verb) == TraitMutates || wordClass(verb) == TraitCreates:
			c.trait(TraitMutates)
			return
		}
	}
}
