package rules

// hiddenDefaults are the secrets of a developer's machine, in policy path
// globs. What begins with ! is an exception: it is never hidden by another
// entry of this list.
var hiddenDefaults = []string{
	// Environment files, of any program in any folder.
	".env", ".env.*", "*.env", ".envrc", ".env-*", ".flaskenv", ".dev.vars", ".dev.vars.*",
	"!.env.{example,sample,template,dist,defaults,schema,vault.example}",
	"!.env-{example,sample,template,dist}",
	"!{example,sample,template}.env", "!*.{example,sample,template}.env", "!.dev.vars.example",
	// Private keys and their stores, by extension and by usual name.
	"*.key", "*.pem", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.ppk", "*.p8", "*.kdbx", "*.kdb", "*.agekey",
	"id_{rsa,dsa,ecdsa,ecdsa_sk,ed25519,ed25519_sk}", "id_{rsa,dsa,ecdsa,ed25519}.{bak,old,backup}",
	"*_{rsa,dsa,ecdsa,ed25519}",
	// Certificates and test keys that libraries ship are public.
	"!{cert,cacert,fullchain,chain,ca,ca-bundle,ca-cert,ca-certificates,roots,public}.pem",
	"!*{-ca,.ca,-cert,.cert,.crt,_pub,.pub,-public,_public,-chain}.pem",
	"!{public,pub}.key", "!*{.pub,-pub,_pub,-public,_public}.key",
	"!{node_modules,site-packages,dist-packages,vendor,testdata}/**/*.{pem,key,p12,pfx,jks,keystore,p8}",
	// Tokens of package managers and code hosts.
	".netrc", "_netrc", ".npmrc", ".yarnrc.yml", ".pypirc", ".git-credentials", ".htpasswd", ".pgpass",
	".my.cnf", ".mylogin.cnf", ".boto", ".s3cfg",
	"~/.config/git/credentials", "~/.gem/credentials", "~/.local/share/gem/credentials",
	"~/.cargo/{credentials,credentials.toml}", "~/.m2/{settings.xml,settings-security.xml}",
	"~/.gradle/gradle.properties", "~/.composer/auth.json", "~/.config/composer/auth.json", "auth.json",
	"~/.nuget/NuGet/NuGet.Config", "~/.config/NuGet/NuGet.Config",
	"~/.bundle/config", "~/.config/pip/pip.conf", "~/.pip/pip.conf", "~/.config/pypoetry/auth.toml",
	"~/.config/hub", "~/.hex/hex.config", "~/.config/hex", "~/.pub-cache/credentials.json",
	"~/.config/uv/credentials", "~/.condarc", "~/.bunfig.toml",
	// SSH, PGP and password managers.
	"~/.ssh", ".ssh", "!.ssh/{*.pub,known_hosts,known_hosts.old}", "~/.gnupg", ".gnupg", "~/.gnupg2",
	"~/.password-store", "~/.config/1Password", "~/.config/op", "~/.op", "~/.config/Bitwarden",
	"~/.config/Bitwarden CLI", "~/.bitwarden",
	"~/.config/sops", "~/.config/age", "~/.age", "~/.lpass", "~/.config/lpass", "~/.local/share/lpass",
	"~/.config/rbw", "~/.local/share/rbw", "~/.local/share/gopass", "~/.config/gopass", "~/.vault-token",
	"~/.terrapass",
	"~/.local/share/keyrings", "~/.gnome2/keyrings", "~/.local/share/kwalletd", "~/Library/Keychains",
	"~/.config/KeePass", "~/.config/keepassxc",
	// Cloud providers and platforms.
	"~/.aws", ".aws/{credentials,config,sso,cli}", "~/.config/gcloud", ".config/gcloud", "~/.gsutil",
	"~/.azure", "~/.config/azure", "~/.oci", "~/.bluemix", "~/.aliyun", "~/.tccli", "~/.config/doctl",
	"~/.config/hcloud", "~/.config/linode-cli", "~/.linode-cli", "~/.config/scw", "~/.config/exoscale",
	"~/.config/vultr-cli.yaml", "~/.vultr-cli.yaml",
	"~/.railway", "~/.config/railway", "~/.vercel", "~/.config/vercel", "~/.local/share/com.vercel.cli",
	"~/.now", "~/.fly", "~/.config/fly", "~/.heroku", "~/.local/share/heroku", "~/.config/heroku", "~/.netlify",
	"~/.config/netlify", "~/.config/configstore", "~/.render", "~/.supabase", "~/.config/supabase",
	"~/.config/neonctl", "~/.neon",
	"~/.wrangler", "~/.config/.wrangler", "~/.cloudflared", "~/.config/stripe", "~/.config/twilio-cli",
	"~/.twilio-cli", "~/.config/ngrok", "~/.ngrok2", "~/.config/sentry", "~/.sentryclirc", "~/.config/datadog",
	"~/.expo", "~/.config/firebase", "~/.config/upstash", "~/.upstash.json", "~/.config/turso",
	"~/.config/planetscale", "~/.databrickscfg", "~/.snowflake", "~/.snowsql", "~/.dbt", "~/.config/dbt",
	"~/.kaggle", "~/.huggingface", "~/.cache/huggingface/token", "~/.config/wandb",
	"service-account*.json", "serviceAccount*.json", "*-service-account.json",
	"application_default_credentials.json", "gcp-key*.json", "gcloud-key*.json", "firebase-adminsdk*.json",
	"*-firebase-adminsdk-*.json", "client_secret*.json", "credentials.json",
	// Containers, clusters and infrastructure state.
	"~/.kube", ".kube/config", "kubeconfig", "*.kubeconfig", "kubeconfig.{yaml,yml}", ".docker/config.json",
	"~/.docker/contexts", "~/.config/containers/auth.json", "~/.config/helm", "~/.helm",
	"*.tfstate", "*.tfstate.backup", "*.tfstate.*.backup", "*.tfvars", "*.tfvars.json",
	"!*{example,sample,template}*.tfvars", "~/.terraform.d/credentials.tfrc.json", "~/.terraformrc",
	"~/.pulumi/credentials.json", "Pulumi.*.secrets.yaml", ".vault_pass", ".vault_pass.txt", ".vault-password",
	".vault_password", "vault-password.txt",
	// Frameworks' own secrets.
	"master.key", "config/credentials/*.key", "secrets.{yml,yaml,json,toml,env}",
	"!secrets.{example,sample,template}.*", ".secrets", ".secrets.*", "wp-config.php", "local.settings.json",
	"appsettings.secrets.json", "~/.microsoft/usersecrets", "~/.config/rclone", "~/.rclone.conf",
	"~/.restic-password", "~/.config/borg", "~/.borgmatic",
	// Code hosts' and agents' own logins.
	"~/.config/gh", "~/.config/glab-cli", "~/.config/tea", "~/.claude/.credentials.json", "~/.claude.json",
	"~/.codex/auth.json", "~/.config/claude", "~/.gemini/oauth_creds.json", "~/.gemini/google_accounts.json",
	"~/.config/github-copilot", "~/.copilot", "~/.local/share/opencode/auth.json", "~/.aider.conf.yml",
	"~/.config/goose/secrets.yaml", "~/.continue/.env", "~/.cursor/auth.json",
	"~/.config/Cursor/User/globalStorage", "~/.config/amp", "~/.openai", "~/.config/openai", "~/.anthropic",
	"~/.config/anthropic",
	// Browsers and mail.
	"~/.mozilla", "~/.config/google-chrome", "~/.config/google-chrome-beta", "~/.config/chromium",
	"~/.config/BraveSoftware", "~/.config/microsoft-edge", "~/.config/vivaldi", "~/.config/opera",
	"~/.thunderbird", "~/snap/firefox", "~/snap/chromium", "~/Library/Application Support/Google/Chrome",
	"~/Library/Application Support/Firefox", "~/.config/Slack", "~/.config/discord", "~/.config/Signal",
	"~/.msmtprc", "~/.mutt", "~/.config/mutt", "~/.muttrc", "~/.offlineimaprc", "~/.mbsyncrc", "~/.fetchmailrc",
	// Wallets.
	"~/.bitcoin", "~/.ethereum", "~/.electrum", "~/.config/solana", "~/.near-credentials", "wallet.dat",
	// Shell and client histories, which hold what was typed.
	"~/.{bash,zsh,sh,ash,python,node_repl,psql,mysql,sqlite,rediscli,irb,php,mongo,dbshell}_history",
	"~/.zhistory", "~/.histfile", "~/.local/share/fish/fish_history", "~/.mongodb/mongosh", "~/.mongorc.js",
	"~/.lesshst", "~/.viminfo", "~/.local/share/atuin", "~/.dbshell", "~/.node_repl_history",
	"~/.python_history",
	// The guard's own files.
	"~/.config/twokey", "~/.local/state/twokey",
	// The machine's: passwords, host keys, other processes' environment.
	"/etc/{shadow,shadow-,gshadow,gshadow-,sudoers,master.passwd}", "/etc/sudoers.d", "/etc/ssh/ssh_host_*_key",
	"/etc/ssl/private", "/etc/letsencrypt/{live,archive,accounts}", "/etc/wireguard", "/etc/openvpn",
	"/etc/NetworkManager/system-connections", "/etc/wpa_supplicant", "/etc/krb5.keytab", "/etc/kubernetes",
	"/etc/rancher", "/var/lib/kubelet/config.yaml", "/etc/security/opasswd", "/etc/docker/key.json",
	"/etc/mysql/debian.cnf", "/etc/postgresql-common/pgpass", "/etc/ppp/{chap,pap}-secrets",
	"/proc/*/{environ,mem,auxv,root}", "/proc/*/task/*/{environ,mem}", "/proc/{kcore,kmem}",
	"/dev/{mem,kmem,port}", "/run/secrets", "/var/run/secrets", "/root/.ssh", "/root/.aws", "/home/*/.ssh",
	"/home/*/.aws", "/home/*/.gnupg", "/Users/*/.ssh", "/Users/*/.aws",
}
