package secrets

import (
	"slices"
	"strings"
	"testing"
)

// Made-up values in the shapes of real ones.
var (
	jwtValue    = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0." + strings.Repeat("sig-", 10)
	githubValue = "ghp_" + strings.Repeat("a1B2", 9)
	randomValue = "9f8KxQ2mZ7vLp3WtR6yB"
	hexValue    = "3f9a1c7e5b2d8f406a1b9c8d7e6f5a4b"
	pemValue    = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----"
)

func TestEnvironment(t *testing.T) {
	stays := []string{
		"PATH=/usr/bin:/bin", "HOME=/home/me", "PWD=/w", "OLDPWD=/", "EMPTY=", "=weird", "noequals", "A=b=c", "A=line\nline",
		"BASH_FUNC_x%%=() {  echo \"password: $1\"; psql --password=\"$1\"\n}", "BASH_FUNC_token%%=() {  true\n}",
		"TOKENIZERS_PARALLELISM=false", "KEYBOARD_LAYOUT=de", "SSH_ASKPASS=/usr/bin/ksshaskpass", "GPG_TTY=/dev/pts/3", "MONKEY=" + randomValue,
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*", "GIT_AUTHOR_NAME=Ann", "XDG_RUNTIME_DIR=/run/user/1000", "XDG_SESSION_ID=3",
		"MAX_TOKENS=4096", "SECRET_SCANNING_ENABLED=true", "NO_PASSWORD=1", "PASSWORD_STORE_DIR=/home/me/.password-store", "TOKEN_TTL=3600",
		"AWS_REGION=eu-west-1", "AWS_PROFILE=dev", "AWS_CA_BUNDLE=/etc/ssl/ca.pem", "AWS_SHARED_CREDENTIALS_FILE=/home/me/.aws/credentials", "SSH_KEY=/home/me/.ssh/id",
		"GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568", "CACHE_KEY=linux-amd64", "PRIMARY_KEY=id", "LS_COLORS=di=01;34:ln=01;36", "PS1=\\u@\\h:\\w\\$ ",
		"DATABASE_URL=postgres://localhost:5432/app", "DATABASE_URL=postgres://app@localhost/app", "HTTP_PROXY=http://proxy:3128", "NODE_OPTIONS=--max-old-space-size=4096",
		"COMPASS=north", "BYPASS=1", "GIT_SHA=3f9a1c7e5b2d8f406a1b9c8d7e6f5a4b3f9a1c7e", "BUILD_ID=0f8fad5b-d9cb-469f-a165-70867728950e", "AUTH_ENABLED=true", "PYTHONPATH=/w",
		"KUBECONFIG=/home/me/.kube/config", "PIP_INDEX_URL=https://pypi.example/simple", "SSH_CONNECTION=10.0.0.1 22 10.0.0.2 22", "TERM=xterm", "PUBLIC_KEY_URL=https://x/y",
		"PRIVATE_KEY_PATH=/k", "LESSKEY=/home/me/.lesskey", "SECRET_NAME=db", "ACCESS_TOKEN=", "LANG=C.UTF-8", "npm_config_registry=https://registry.example/",
	}
	goes := []string{
		"GITHUB_TOKEN=x", "NPM_TOKEN=abc", "npm_config_//npm.example/:_authToken=abc", "PGPASSWORD=hunter2", "MYSQL_PWD=hunter2", "DB_PASS=x", "DB_PWD=/etc", "SSHPASS=x",
		"OPENAI_API_KEY=x", "apiKey=x", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "AWS_SESSION_TOKEN=x", "STRIPE_SECRET=x", "SECRET_KEY_BASE=x", "RAILS_MASTER_KEY=" + hexValue,
		"GOOGLE_APPLICATION_CREDENTIALS=/home/me/key.json", "TF_VAR_db_password=x", "TF_TOKEN_app_terraform_io=x", "REDISCLI_AUTH=x", "SENTRY_DSN=https://a@b/1", "GITHUB_PAT=x", "VAULT_SECRET_ID=x",
		"BW_SESSION=x", "OP_SESSION_team=x", "DOCKER_AUTH_CONFIG={}", "DOTENV_KEY=" + randomValue, "KAGGLE_KEY=" + hexValue, "dbpassword=x", "GH_TOKEN_2=x", "TOKEN1=abc",
		"X=" + githubValue, "X=" + jwtValue, "X=" + pemValue, "X=a " + githubValue + " b", "DATABASE_URL=postgres://app:s3cret@db/app", "HTTPS_PROXY=http://me:pw@proxy:3128",
		"PIP_INDEX_URL=https://" + randomValue + "@pypi.example/simple", "NODE_OPTIONS=--token=abcdef", "STORAGE=DefaultEndpointsProtocol=https;AccountName=x;AccountKey=" + randomValue + "==",
		"GIT_CONFIG_PARAMETERS='http.extraheader=Authorization: Basic abcdef'", "BASH_FUNC_x%%=() { curl -H 'x: " + githubValue + "'; }",
		"SSH_AUTH_SOCK=/tmp/agent", "SSH_AGENT_PID=1", "GPG_AGENT_INFO=x", "DBUS_SESSION_BUS_ADDRESS=unix:path=/x", "DOCKER_HOST=unix:///var/run/docker.sock", "XAUTHORITY=/x", "DISPLAY=:0", "WAYLAND_DISPLAY=w",
		"TMUX=/tmp/tmux-0/default,1,0", "VSCODE_IPC_HOOK_CLI=/x", "VSCODE_GIT_IPC_HANDLE=/x", "CLAUDE_CODE_MESSAGING_SOCKET=/x", "CLAUDE_CODE_SSE_PORT=1", "TWOKEY_SESSION=x", "TWOKEY_ANY=1",
	}
	kept, dropped := Environment(slices.Concat(stays, goes, stays), nil, nil)
	if want := slices.Concat(stays, stays); !slices.Equal(kept, want) {
		for _, e := range want {
			if !slices.Contains(kept, e) {
				t.Errorf("%q did not go in", e)
			}
		}
		for _, e := range kept {
			if !slices.Contains(want, e) {
				t.Errorf("%.60q went in", e)
			}
		}
	}
	for _, e := range goes {
		if name, _, _ := strings.Cut(e, "="); !slices.Contains(dropped, name) {
			t.Errorf("%s is not reported", name)
		}
	}
}

func TestPassAndHide(t *testing.T) {
	env := []string{"A_TOKEN=1a", "B_TOKEN=2b", "PLAIN=x", "SSH_AUTH_SOCK=/s", "TWOKEY_SESSION=s", "npm_config_//r/:_authToken=t"}
	kept, dropped := Environment(env, []string{"*_TOKEN", "SSH_*", "TWOKEY_*", "npm*Token"}, []string{"B_*", "PLAI?"})
	if want := []string{"A_TOKEN=1a", "SSH_AUTH_SOCK=/s", "npm_config_//r/:_authToken=t"}; !slices.Equal(kept, want) {
		t.Errorf("kept %q, want %q", kept, want)
	}
	if want := []string{"B_TOKEN", "PLAIN", "TWOKEY_SESSION"}; !slices.Equal(dropped, want) {
		t.Errorf("dropped %q, want %q", dropped, want)
	}
}

func TestGitConfigKeepsItsCount(t *testing.T) {
	env := []string{"GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=http.extraheader", "GIT_CONFIG_VALUE_0=AUTHORIZATION: basic eDp5", "GIT_CONFIG_KEY_1=a.b", "GIT_CONFIG_VALUE_1=c"}
	kept, dropped := Environment(env, nil, nil)
	want := slices.Clone(env)
	want[2] = "GIT_CONFIG_VALUE_0="
	if !slices.Equal(kept, want) || !slices.Equal(dropped, []string{"GIT_CONFIG_VALUE_0"}) {
		t.Errorf("kept %q, dropped %q", kept, dropped)
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"*", "", true}, {"", "", true}, {"", "a", false}, {"a*c", "abc", true}, {"a*c", "ac", true}, {"a*c", "abd", false}, {"?", "", false},
		{"?b", "ab", true}, {"*a*b*", "xxaxxbxx", true}, {"*a*b*", "xxbxxaxx", false}, {"**", "a/b", true}, {"A", "a", false},
	} {
		if got := glob(c.pattern, c.s); got != c.want {
			t.Errorf("glob(%q, %q) = %v", c.pattern, c.s, got)
		}
	}
}
