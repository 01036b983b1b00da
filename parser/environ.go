package parser

import (
	"strings"

	"twokey/parser/effect"
)

// RelevantEnv reports whether an environment variable changes what programs
// do, rather than only what they do it with: loaders, start-up files,
// commands that other programs run, and configuration by variable.
func RelevantEnv(name string) bool {
	switch name {
	case "BASH_ENV", "ENV", "ZDOTDIR", "SHELLOPTS", "BASHOPTS", "PROMPT_COMMAND", "PS4", "IFS", "PATH", "CDPATH", "FPATH",
		"PAGER", "MANPAGER", "SYSTEMD_PAGER", "BAT_PAGER", "AWS_PAGER", "PSQL_PAGER", "LESS", "LESSOPEN", "LESSCLOSE", "EDITOR", "VISUAL", "FCEDIT", "SUDO_EDITOR",
		"SYSTEMD_EDITOR", "KUBE_EDITOR", "HGEDITOR", "SVN_EDITOR", "PSQL_EDITOR", "CRONTAB_EDITOR", "BROWSER", "SSH_ASKPASS", "SUDO_ASKPASS", "RSYNC_RSH",
		"RSYNC_CONNECT_PROG", "CVS_RSH", "SVN_SSH", "TAR_OPTIONS", "GZIP", "XZ_OPT", "MAKEFLAGS", "MAKEFILES", "GNUMAKEFLAGS", "SHELL",
		"PYTHONSTARTUP", "PYTHONPATH", "PYTHONHOME", "PYTHONINSPECT", "PYTHONBREAKPOINT", "PYTHONWARNINGS", "PERL5OPT", "PERL5LIB", "PERLLIB", "PERL5DB",
		"RUBYOPT", "RUBYLIB", "NODE_OPTIONS", "NODE_PATH", "NODE_EXTRA_CA_CERTS", "BUN_OPTIONS", "LUA_INIT", "LUA_PATH", "LUA_CPATH", "PHPRC", "PHP_INI_SCAN_DIR",
		"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "MAVEN_OPTS", "GRADLE_OPTS", "CLASSPATH", "GOFLAGS", "GOPROXY", "GONOSUMDB", "GOTOOLCHAIN", "CARGO_HOME", "RUSTC_WRAPPER",
		"RUSTC", "CC", "CXX", "LD", "FZF_DEFAULT_COMMAND", "FZF_DEFAULT_OPTS", "RIPGREP_CONFIG_PATH", "CURL_HOME", "WGETRC", "NETRC", "OPENSSL_CONF", "OPENSSL_MODULES", "GCONV_PATH",
		"LOCPATH", "TERMINFO", "HOME", "XDG_CONFIG_HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "KUBECONFIG", "HELM_KUBECONTEXT", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION",
		"CLOUDSDK_CORE_PROJECT", "CLOUDSDK_CONFIG", "PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE", "PGOPTIONS", "DATABASE_URL", "MYSQL_HOST", "MYSQL_TCP_PORT", "REDISCLI_AUTH",
		"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "NODE_TLS_REJECT_UNAUTHORIZED", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL",
		"UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "RAILS_ENV", "NODE_ENV", "DJANGO_SETTINGS_MODULE", "DISABLE_DATABASE_ENVIRONMENT_CHECK", "TF_CLI_ARGS", "TF_WORKSPACE", "TF_INPUT",
		"PULUMI_STACK", "ANSIBLE_CONFIG", "VAULT_ADDR", "GH_HOST", "GH_REPO", "GITLAB_HOST", "GNUPGHOME", "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS":
		return true
	}
	for _, prefix := range []string{"LD_", "GIT_", "DYLD_", "BASH_FUNC_", "npm_config_", "NPM_CONFIG_", "TF_CLI_ARGS_", "TF_VAR_", "TWOKEY", "GLIBC_TUNABLES", "MALLOC_", "CARGO_TARGET_", "PG_", "FLYCTL_", "RAILWAY_", "SAFETY_NET", "DCG_", "TIRITH"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// commandVariable reports whether the variable's value is a command that some
// program hands to a shell.
func commandVariable(name string) bool {
	switch name {
	case "PAGER", "MANPAGER", "SYSTEMD_PAGER", "BAT_PAGER", "AWS_PAGER", "PSQL_PAGER", "EDITOR", "VISUAL", "FCEDIT", "SUDO_EDITOR", "SYSTEMD_EDITOR", "KUBE_EDITOR", "HGEDITOR",
		"SVN_EDITOR", "PSQL_EDITOR", "BROWSER", "SSH_ASKPASS", "SUDO_ASKPASS", "CVS_RSH", "SVN_SSH", "PROMPT_COMMAND", "FZF_DEFAULT_COMMAND",
		"GIT_SSH_COMMAND", "GIT_SSH", "GIT_PAGER", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "GIT_EXTERNAL_DIFF", "GIT_PROXY_COMMAND", "GIT_ASKPASS", "RSYNC_RSH", "RSYNC_CONNECT_PROG":
		return true
	}
	return false
}

// envCode walks the commands that variables hold.
func (sh *shell) envCode(env []effect.Assign) {
	for _, a := range env {
		text := a.Value.Text
		switch {
		case strings.HasPrefix(a.Name, "BASH_FUNC_"):
			sh.inside("", a.Name).function(value{text: text})
		case a.Name == "LESSOPEN" || a.Name == "LESSCLOSE":
			sh.inside("", a.Name).code(value{text: strings.ReplaceAll(strings.TrimLeft(text, "|-"), "%s", unknown)}, nil, a.Name)
		case a.Name == "BASH_ENV" || a.Name == "ENV":
			if text == "" || !a.Value.Known {
				continue
			}
			if script, ok := sh.script(arg{value: value{text: text}}, nil); ok {
				sh.inside("", a.Name).code(script, nil, a.Name)
			} else {
				sh.file(effect.OpExec, value{text: text}, a.Name)
			}
			if strings.ContainsAny(text, "$`") {
				sh.inside("", a.Name).expandText(value{text: text})
			}
		case commandVariable(a.Name) && text != "" && text != unknown:
			sub := sh.inside("", a.Name)
			sub.code(value{text: text}, nil, a.Name)
		}
	}
}

// function walks the body of a function that the environment carries, as its
// call would run it.
func (sh *shell) function(v value) {
	if body, ok := strings.CutPrefix(v.text, "() "); ok {
		sh.code(value{v.text[:0] + "f " + "() " + body + "\nf", v.taint}, nil, "function")
	}
}
