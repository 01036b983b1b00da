package tool

import (
	"strings"

	"twokey/parser/effect"
)

// packageGrammars are package managers and build tools, and what they publish.
func packageGrammars() []grammar {
	const node = `g/global location= registry= tag= access= otp= dry-run f/force y/yes w/workspace= workspaces prefix=c C=c
		D/save-dev S/save E/save-exact O/save-optional save-peer B no-save omit= include= ignore-scripts
		json l long s/silent q/quiet d/loglevel= userconfig=r cache= scope= auth-type= legacy-peer-deps production only=
			package-lock-only depth= if-present p/parseable node-options= script-shell=s provenance no-git-checks filter=
			r/recursive dir=c cwd=c frozen-lockfile no-fund no-audit all `
	const pypi = `r/requirement=r c/constraint=r e/editable= t/target=w d/dest=w i/index-url= extra-index-url= f/find-links=
		trusted-host= U/upgrade force-reinstall no-deps pre user root=w prefix=w src=w no-cache-dir cache-dir= python=
		no-index platform= python-version= only-binary= no-binary= progress-bar= q/quiet v/verbose dry-run y/yes
		break-system-packages proxy= timeout= index= default-index= system p= n with= config-settings= log=w report=w
		no-build-isolation uploaded-prior-to= `
	return []grammar{
		{names: "npm cnpm", style: cobra, opts: node, depth: 1, verbs: nodeVerbs(), hook: nodePackages},
		{names: "pnpm", style: cobra, opts: node, depth: 1, verbs: append(nodeVerbs(), verb{path: "dlx", hook: nil}), hook: nodePackages},
		{names: "yarn", style: cobra, opts: node + "non-interactive new-version= modules-folder=w network-timeout= mode=",
			depth: 1, verbs: append(nodeVerbs(), verb{path: "npm publish"}, verb{path: "npm tag"}, verb{path: "npm whoami"},
				verb{path: "npm login"}, verb{path: "npm audit"}, verb{path: "npm info"}, verb{path: "workspaces foreach"}, verb{path: "dlx"}), hook: nodePackages},
		{names: "bun", style: cobra, opts: node + `e/eval= print= watch hot cwd=c b/bun config=r smol preload=x define=
			target= outdir=w outfile=w`, depth: 1, verbs: append(nodeVerbs(), verb{path: "pm"}), hook: nodePackages},
		{names: "deno", style: cobra, depth: 1, opts: `A/allow-all allow-read=? allow-write=? allow-net=? allow-run=?
			allow-env=? dry-run token= g/global f/force c/config=r import-map=r unstable q`, verbs: []verb{{path: "publish",
			hook: publishes}, {path: "deploy"}}, classes: map[effect.Trait]string{TraitMutates: "deploy"}},
		{names: `lerna changeset nx turbo semantic-release release-it np standard-version auto beachball rush ship bumpp`,
			style: cobra, depth: 1, opts: `y/yes d/dry-run no-push no-git-tag-version ci tag= skip= filter= target= t
			projects= registry= g/groups= first-release verbose`, hook: releaseTool},
		{names: "pip uv-pip", style: gnu, opts: pypi, depth: 1, verbs: []verb{{path: "install"}, {path: "uninstall"},
			{path: "download"}, {path: "list"}, {path: "show"}, {path: "freeze"}, {path: "config set"},
			{path: "config list"}, {path: "cache purge"}}, hook: pythonPackages},
		{names: "pipx", style: cobra, opts: pypi + "spec= suffix= global", depth: 1},
		{names: "uv", style: cobra, opts: pypi + `directory=c project=c config-file=r no-config offline frozen locked token=
			t/publish-token= publish-url= u/username= p/password= extra= group= package= all-packages`, depth: 1, verbs: []verb{
			{path: "publish", hook: publishes}, {path: "pip install"}, {path: "pip uninstall"}, {path: "pip compile"},
			{path: "pip sync"}, {path: "pip list"}, {path: "pip show"}, {path: "tool install"},
			{path: "tool uninstall"}, {path: "tool upgrade"}, {path: "tool list"}, {path: "python install"},
			{path: "python uninstall"}, {path: "python list"}, {path: "self update"}, {path: "cache clean"},
			{path: "cache prune"}, {path: "auth token"}, {path: "add"}, {path: "sync"}, {path: "build"}},
			classes: map[effect.Trait]string{TraitSecretRead: "auth token"}, hook: pythonPackages},
		{names: "poetry pdm hatch flit rye maturin pixi pipenv conda mamba micromamba", style: cobra,
			opts: pypi + `n/no-interaction C/directory=c P/project=c repository= u/username= p/password= build dist-dir=r
			skip-existing client-cert= cert= g/group= name= c/channel= f/file=r`, depth: 1, verbs: []verb{{path: "publish",
				hook: publishes}, {path: "upload", hook: publishes}, {path: "cache clear"}, {path: "env remove"},
				{path: "config"}, {path: "self update"}, {path: "env list"}}},
		{names: "twine", style: gnu, opts: `r/repository= repository-url= s/sign u/username= p/password= c/comment=
			config-file=r skip-existing cert= client-cert= verbose non-interactive`, depth: 1,
			verbs: []verb{{path: "upload",
				hook: func(c *call) { publishes(c); c.trait(TraitUploads); c.operands(effect.OpRead) }},
				{path: "register", hook: publishes}, {path: "check"}}},
		{names: "cargo", style: cobra, depth: 1, opts: `C=c manifest-path=r p/package= features= all-features
			no-default-features release target= target-dir=w v/verbose q/quiet color= config= Z= j/jobs= locked offline
			frozen n/dry-run token= registry= index= allow-dirty no-verify
			git= path= branch= tag= rev= version/vers= root=w f/force list bin= example= test= bench= workspace exclude= lib
				message-format= a/add= r/remove= fix undo`, verbs: []verb{
			{path: "publish", hook: publishes}, {path: "yank", hook: unpublishes}, {path: "owner", hook: func(c *call) {
				if c.has("add", "remove") {
					c.trait(TraitUnpublishes)
				}
			}}, {path: "install", hook: func(c *call) {
				c.trait(TraitGlobalInstall)
				if c.has("git") {
					c.trait(TraitForeignSource)
				}
			}}, {path: "uninstall"}, {path: "login"}, {path: "clean", hook: func(c *call) {
				c.file(effect.OpDelete,
					effect.Lit("target/*"))
			}}, {path: "release", opts: "x/execute", hook: func(c *call) {
				if c.has("execute") {
					c.trait(TraitPublishes)
				}
			}}, {path: "workspaces publish", hook: publishes}, {path: "dist"}}},
		{names: "gem", style: gnu, depth: 1, opts: `v/version= k/key= host= otp= i/install-dir=w n/bindir=w u/user-install
			a/all x/executables I f/force s/source= N q/quiet p/http-proxy= platform= r/remove= add= a d`,
			verbs: []verb{{path: "push", hook: publishes}, {path: "yank", hook: unpublishes},
				{path: "owner", opts: "a/add= r/remove=", hook: func(c *call) {
					if c.has("add", "remove") {
						c.trait(TraitUnpublishes)
					}
				}}, {path: "signin"}, {path: "install"}, {path: "sources", opts: "a/add= r/remove= l/list"}}},
		{names: "bundle bundler", style: gnu, depth: 1,
			opts: "gemfile=r path= jobs= retry= without= with= deployment local", verbs: []verb{{path: "exec",
				hook: localArgs}, {path: "config"}, {path: "install"}, {path: "clean"}}},
		{names: "composer", style: cobra, depth: 1,
			opts: "d/working-dir=c n/no-interaction q/quiet v/verbose dry-run dev no-dev g W o a",
			verbs: []verb{{path: "global require"}, {path: "global remove"}, {path: "exec", hook: localArgs},
				{path: "require"}, {path: "config"}}},
		{names: "mvn", style: singleDash, opts: `f/file=r s/settings=r P= D= T= pl= am o/offline q/quiet B/batch-mode U X e
			ntp l=w gs=r t=r rf= fae ff fn amd`, hook: goals},
		{names: "gradle", style: singleDash, opts: `p/project-dir=c b/build-file=r c/settings-file=r I/init-script=x D= P=
			x/exclude-task= m/dry-run q/quiet i d s S info debug stacktrace scan no-daemon offline parallel continue
			console= max-workers= rerun-tasks build-cache tests= g=`, hook: goals},
		{names: "sbt mill bazel bazelisk ant lein clj clojure boot buck pants rebar3 mix hex", style: 0, depth: 1,
			opts: "config= c= f= D= M= A= T= dry-run yes organization=", verbs: []verb{{path: "hex.publish",
				hook: publishes}, {path: "hex.retire", hook: unpublishes}, {path: "publish", hook: publishes},
				{path: "ecto.drop", hook: dataLoss}, {path: "ecto.reset", hook: dataLoss},
				{path: "ecto.rollback", hook: dataLoss}, {path: "ecto.migrate", hook: func(c *call) { c.trait(TraitMigrates) }}}, hook: goals},
		{names: "dotnet", style: 0, depth: 1, opts: `s/source= k/api-key= c/configuration= o/output=w f/framework=
			r/runtime= p= n= v= g/global tool-path=w non-interactive project= startup-project= context= force dry-run
			connection= version=`, verbs: []verb{
			{path: "nuget push", hook: publishes}, {path: "nuget delete", hook: unpublishes},
			{path: "ef database drop", hook: dataLoss}, {path: "ef database update",
				hook: func(c *call) { c.trait(TraitMigrates) }}, {path: "ef migrations add"},
			{path: "ef migrations remove"}, {path: "ef migrations list"}, {path: "ef dbcontext scaffold"},
			{path: "tool install", hook: func(c *call) {
				if c.has("global") {
					c.trait(TraitGlobalInstall)
				}
			}}, {path: "user-secrets list"}, {path: "user-secrets set"}, {path: "tool run", hook: localArgs}},
			classes: map[effect.Trait]string{TraitSecretRead: "user-secrets list"}},
		{names: "nuget", style: 0, depth: 1, verbs: []verb{{path: "push", hook: publishes}, {path: "delete", hook: unpublishes}}},
		{names: "go", style: singleDash, depth: 1, opts: `C=c o=w modfile=r overlay=r exec=s toolexec=s vettool=x run= p=
			tags= ldflags= gcflags= count= timeout= mod= coverprofile=w cpuprofile=w memprofile=w v x n race cover u d json
			w`, verbs: []verb{{path: "install", hook: func(c *call) { c.trait(TraitGlobalInstall) }},
			{path: "clean", opts: "cache modcache testcache fuzzcache"}, {path: "env", opts: "w u"}, {path: "mod tidy"},
			{path: "mod edit"}, {path: "generate"}, {path: "run"}, {path: "get"}, {path: "test"}, {path: "build"}, {path: "vet"}}},
		{names: "goreleaser", style: cobra, depth: 1, opts: `f/config=r snapshot skip= rm-dist/clean skip-publish
			auto-snapshot p/parallelism= draft release-notes=r timeout= k`, verbs: []verb{{path: "release", hook: func(c *call) {
			if !c.has("snapshot", "skip-publish") && !strings.Contains(c.text("skip"), "publish") {
				c.trait(TraitPublishes)
			}
		}}, {path: "publish", hook: publishes}, {path: "announce", hook: publishes}}},
		{names: "vsce ovsx", style: cobra, depth: 1,
			opts: "p/pat= t/target= i/packagePath=r pre-release no-dependencies f/force", verbs: []verb{{path: "publish",
				hook: publishes}, {path: "unpublish", hook: unpublishes}, {path: "show"}}},
		{names: "pod", style: gnu, depth: 2, verbs: []verb{{path: "trunk push", hook: publishes},
			{path: "trunk delete", hook: unpublishes}, {path: "trunk deprecate", hook: unpublishes}, {path: "repo push", hook: publishes}}},
		{names: "pub dart flutter", style: cobra, depth: 1, opts: "n/dry-run f/force server= C/directory=c d/device-id=",
			verbs: []verb{{path: "pub publish|publish|lish", hook: publishes}, {path: "pub get"},
				{path: "pub global activate"}, {path: "pub uploader"}}},
		{names: `luarocks cabal stack opam conan vcpkg cpan cpanm jsr wapm charmcraft snapcraft rockcraft conda-build
			anaconda quilt nimble shards dub elm-publish elm spago`, style: cobra, depth: 2,
			opts: "f/force publish d/dry-run release= api-key= r/remote=", hook: func(c *call) {
				for _, v := range append(c.cmd.Subcommand, c.operandText(0)) {
					switch v {
					case "upload", "publish", "release", "push":
						if c.cmd.Program == "opam" && v == "upload" || v != "release" || c.cmd.Program == "snapcraft" ||
							c.cmd.Program == "charmcraft" {
							c.trait(TraitPublishes)
						}
					case "unpublish", "deprecate", "bump":
						c.trait(TraitUnpublishes)
					}
				}
			}},
		{names: "fastlane xcrun altool notarytool", style: 0, depth: 2, hook: func(c *call) {
			for _, v := range append(c.cmd.Subcommand, c.operandText(0), c.operandText(1)) {
				switch v {
				case "deliver", "pilot", "upload_to_app_store", "upload_to_testflight", "supply", "release", "deploy",
					"submit", "beta", "upload":
					c.trait(TraitPublishes)
				}
			}
			if c.has("upload-app", "upload-package") {
				c.trait(TraitPublishes)
			}
		}},
	}
}

func unpublishes(c *call) {
	if !c.cmd.Has(effect.TraitDryRun) {
		c.trait(TraitUnpublishes)
	}
}

func pythonPackages(c *call) {
	verb := c.verbText(len(c.cmd.Subcommand) - 1)
	switch verb {
	case "install", "add", "download", "sync":
		for _, w := range c.cmd.Operands {
			if strings.Contains(w.Text, "://") {
				c.trait(TraitForeignSource)
			}
		}
		if c.has("index-url", "extra-index-url", "trusted-host", "find-links", "index", "default-index") {
			c.trait(TraitForeignSource)
		}
		if c.has("system", "break-system-packages") || c.under("tool") {
			c.trait(TraitGlobalInstall)
		}
	case "set":
		if c.under("config") && c.cmd.Program == "pip" {
			c.file(effect.OpWrite, effect.Lit("~/.config/pip/pip.conf"))
		}
		if w := c.operandText(0); strings.Contains(w, "index-url") || strings.Contains(w, "trusted-host") {
			c.trait(TraitReroutes)
		}
	}
}

// goals: build tools whose operands are tasks.
func goals(c *call) {
	if c.cmd.Has(effect.TraitHelp) || c.cmd.Has(effect.TraitDryRun) {
		return
	}
	for _, w := range append(c.subcommands(), c.cmd.Operands...) {
		task := w.Text[strings.LastIndexByte(w.Text, ':')+1:]
		lower := strings.ToLower(task)
		switch {
		case w.Text == "deploy" || lower == "publish" && c.cmd.Program != "bazel" || w.Text == "release:perform" ||
			w.Text == "release" || w.Text == "nexus-staging:release" || strings.HasSuffix(w.Text, ":deploy") ||
			strings.HasSuffix(w.Text, ":deploy-file") || w.Text == "release:prepare" || w.Text == "publishSigned":
			c.trait(TraitPublishes)
		case strings.HasPrefix(lower, "publish") && !strings.Contains(lower, "local") && !strings.Contains(lower, "help"):
			c.trait(TraitPublishes)
		case lower == "closeandreleaserepository" || lower == "uploadarchives" || lower == "sonatyperelease" ||
			lower == "sonatypebundlerelease" || lower == "jib" || lower == "dockerpush":
			c.trait(TraitPublishes)
		case lower == "flywayclean" || w.Text == "flyway:clean" || lower == "liquibasedropall" || lower == "dropall" ||
			w.Text == "liquibase:dropAll":
			c.trait(TraitDataLoss)
		case lower == "flywaymigrate" || w.Text == "flyway:migrate" || w.Text == "liquibase:update":
			c.trait(TraitMigrates)
		}
	}
}
