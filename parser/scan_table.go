package parser

import (
	"strings"
)

// act is what a function of another language does with its arguments.
type act byte

const (
	actNone   act = iota
	actShell      // the first argument is shell text, a list an argv
	actArgv       // the first argument is a program, a list after it its words
	actExecl      // a program, then its argv word for word
	actDelete     // the first argument is a path
	actTree       // the same, with all below it
	actRead
	actWrite
	actOpen // the second argument is the mode
	actMove // from the first to the second
	actCopy
	actChmod
	actHTTP   // the name is the method
	actFetch  // the method is an option
	actEval   // the argument is source, or shell text
	actDecode // base64
	actHex
	actPass // the value is the argument's
	actJoin // the value is the arguments joined as a path
	actHome // the home directory
	actGlob // the argument is a pattern, the value one of its matches
	actList // the argument is a directory, the value a name in it
	actEnv  // an environment variable
)

// functions tells what calls mean, by language and the end of their dotted
// name. A name with a dot matches only so; one without matches any owner.
var functions = map[string]map[string]act{
	"python": {
		"os.system": actShell, "os.popen": actShell, "subprocess.getoutput": actShell, "subprocess.getstatusoutput": actShell,
		"commands.getoutput": actShell, "subprocess.run": actShell, "subprocess.call": actShell, "subprocess.check_call": actShell,
		"subprocess.check_output": actShell, "subprocess.Popen": actShell, "pty.spawn": actShell, ".system": actShell, ".popen": actShell,
		"system": actShell, "popen": actShell, "check_output": actShell, "check_call": actShell, "Popen": actShell, "create_subprocess_shell": actShell,
		"create_subprocess_exec": actExecl, "getoutput": actShell, "os.execv": actArgv, "os.execvp": actArgv, "os.execve": actArgv, "os.execvpe": actArgv,
		"os.execl": actExecl, "os.execlp": actExecl, "os.posix_spawn": actArgv, "os.remove": actDelete, "os.unlink": actDelete, "os.rmdir": actDelete,
		"os.removedirs": actDelete, "shutil.rmtree": actTree, "rmtree": actTree, "os.rename": actMove, "os.replace": actMove, "shutil.move": actMove,
		"shutil.copy": actCopy, "shutil.copy2": actCopy, "shutil.copyfile": actCopy, "shutil.copytree": actCopy, "os.chmod": actChmod, "os.chown": actChmod, "os.truncate": actWrite,
		"open": actOpen, "io.open": actOpen, "codecs.open": actOpen, ".unlink": actDelete, ".rmdir": actDelete, ".read_text": actRead, ".read_bytes": actRead, ".write_text": actWrite,
		".write_bytes": actWrite, "requests.get": actHTTP, "requests.post": actHTTP, "requests.put": actHTTP, "requests.patch": actHTTP, "requests.delete": actHTTP, "requests.head": actHTTP, "requests.request": actFetch,
		"httpx.get": actHTTP, "httpx.post": actHTTP, "httpx.put": actHTTP, "httpx.patch": actHTTP, "httpx.delete": actHTTP, "httpx.request": actFetch,
		"session.get": actHTTP, "session.post": actHTTP, "session.put": actHTTP, "session.patch": actHTTP, "session.delete": actHTTP, "client.post": actHTTP, "client.delete": actHTTP,
		"urllib.request.urlopen": actFetch, "urlopen": actFetch, "urllib.request.Request": actFetch, "Request": actFetch, "urlretrieve": actFetch,
		"eval": actEval, "exec": actEval, "b64decode": actDecode, "urlsafe_b64decode": actDecode, "fromhex": actHex, "unhexlify": actHex,
		"expanduser": actPass, "Path": actPass, "str": actPass, "decode": actPass, "encode": actPass, "abspath": actPass, "realpath": actPass, "strip": actPass, "fspath": actPass,
		"expandvars": actPass, "os.path.join": actJoin, "Path.home": actHome, "joinpath": actJoin, "shlex.split": actPass,
		"subprocess.list2cmdline": actPass, "glob": actGlob, "iglob": actGlob, ".rglob": actList, ".iterdir": actList, "os.listdir": actList, "os.scandir": actList, "os.walk": actList, "getenv": actEnv, "environ.get": actEnv,
	},
	"js": {
		"exec": actShell, "execSync": actShell, "spawn": actArgv, "spawnSync": actArgv, "execFile": actArgv, "execFileSync": actArgv, "execa": actArgv, "execaSync": actArgv, "execaCommand": actShell, "execaCommandSync": actShell,
		"Bun.spawn": actShell, "Bun.spawnSync": actShell, "Deno.Command": actArgv, "Deno.run": actShell, "shell.exec": actShell, "shell.rm": actDelete,
		"fs.rm": actTree, "rmSync": actTree, "fs.rmdir": actDelete, "rmdirSync": actTree, "fs.unlink": actDelete, "unlink": actDelete, "unlinkSync": actDelete, "rimraf": actTree, "rimraf.sync": actTree, "rimrafSync": actTree, "removeSync": actTree, "fse.remove": actTree, "emptyDirSync": actTree,
		"promises.rm": actTree, "promises.rmdir": actTree, "promises.unlink": actDelete, "Deno.remove": actTree, "Deno.removeSync": actTree, "del": actTree,
		"readFile": actRead, "readFileSync": actRead, "createReadStream": actRead, "Bun.file": actRead, "Deno.readTextFile": actRead, "Deno.readTextFileSync": actRead, "Deno.readFile": actRead,
		"writeFile": actWrite, "writeFileSync": actWrite, "appendFile": actWrite, "appendFileSync": actWrite, "createWriteStream": actWrite, "Bun.write": actWrite, "Deno.writeTextFile": actWrite, "truncateSync": actWrite,
		"rename": actMove, "renameSync": actMove, "copyFile": actCopy, "copyFileSync": actCopy, "cpSync": actCopy, "chmodSync": actChmod, "chownSync": actChmod,
		"fetch": actFetch, "axios": actFetch, "axios.request": actFetch, "axios.get": actHTTP, "axios.post": actHTTP, "axios.put": actHTTP, "axios.patch": actHTTP, "axios.delete": actHTTP, "got": actFetch, "got.get": actHTTP, "got.post": actHTTP, "got.put": actHTTP, "got.patch": actHTTP, "got.delete": actHTTP,
		"https.get": actHTTP, "http.get": actHTTP, "https.request": actFetch, "http.request": actFetch, "request.post": actHTTP, "request.delete": actHTTP, "ky.post": actHTTP, "ky.delete": actHTTP, "ky.put": actHTTP,
		"eval": actEval, "Function": actEval, "runInThisContext": actEval, "runInNewContext": actEval, "atob": actDecode, "Buffer.from": actDecode,
		"path.join": actJoin, "join": actJoin, "path.resolve": actJoin, "resolve": actJoin, "homedir": actHome, "toString": actPass, "String": actPass, "trim": actPass, "URL": actPass, "globSync": actGlob, "readdirSync": actList, "readdir": actList,
	},
	"ruby": {
		"system": actShell, "exec": actShell, "spawn": actShell, "qx": actShell, "IO.popen": actShell, "Open3.capture2": actShell, "Open3.capture2e": actShell, "Open3.capture3": actShell, "Open3.popen3": actShell, "PTY.spawn": actShell, "Process.spawn": actShell,
		"FileUtils.rm_rf": actTree, "FileUtils.rm_r": actTree, "FileUtils.remove_dir": actTree, "FileUtils.remove_entry": actTree, "FileUtils.remove_entry_secure": actTree, "FileUtils.rmtree": actTree, "FileUtils.rm": actDelete, "FileUtils.rm_f": actDelete, "rm_rf": actTree, "rm_r": actTree,
		"File.delete": actDelete, "File.unlink": actDelete, "Dir.rmdir": actDelete, "Dir.delete": actDelete, "Dir.unlink": actDelete, "FileUtils.mv": actMove, "File.rename": actMove, "FileUtils.cp": actCopy, "FileUtils.cp_r": actCopy, "FileUtils.chmod": actChmod, "FileUtils.chmod_R": actChmod, "File.chmod": actChmod,
		"File.read": actRead, "File.readlines": actRead, "File.foreach": actRead, "IO.read": actRead, "IO.readlines": actRead, "File.binread": actRead, "File.open": actOpen, "File.new": actOpen, "open": actOpen, "File.write": actWrite, "IO.write": actWrite, "File.truncate": actWrite,
		"Net.HTTP.get": actHTTP, "Net.HTTP.post": actHTTP, "Net.HTTP.post_form": actHTTP, "HTTP.get": actHTTP, "HTTP.get_response": actHTTP, "HTTP.post": actHTTP, "HTTP.post_form": actHTTP, "HTTP.put": actHTTP, "HTTP.delete": actHTTP, "HTTParty.get": actHTTP, "HTTParty.post": actHTTP, "HTTParty.put": actHTTP, "HTTParty.delete": actHTTP, "Faraday.get": actHTTP, "Faraday.post": actHTTP, "Faraday.delete": actHTTP, "RestClient.post": actHTTP, "RestClient.delete": actHTTP, "URI.open": actFetch,
		"eval": actEval, "instance_eval": actEval, "Base64.decode64": actDecode, "decode64": actDecode, "strict_decode64": actDecode, "urlsafe_decode64": actDecode, "File.expand_path": actPass, "File.join": actJoin, "Dir.home": actHome, "URI": actPass, "URI.parse": actPass, "to_s": actPass, "Pathname": actPass, "Dir.glob": actGlob, "Dir.entries": actList, "Dir.children": actList, "ENV.fetch": actEnv,
	},
	"perl": {
		"system": actShell, "exec": actShell, "qx": actShell, "popen": actShell, "open": actOpen, "unlink": actDelete, "rmdir": actDelete, "rmtree": actTree, "remove_tree": actTree, "File.Path.remove_tree": actTree, "rename": actMove, "copy": actCopy, "move": actMove, "chmod": actNone,
		"eval": actEval, "decode_base64": actDecode, "get": actHTTP, "getstore": actHTTP, "slurp": actRead, "glob": actGlob, "read_file": actRead, "write_file": actWrite,
	},
	"php": {
		"system": actShell, "exec": actShell, "shell_exec": actShell, "passthru": actShell, "popen": actShell, "proc_open": actShell, "qx": actShell, "pcntl_exec": actArgv, "unlink": actDelete, "rmdir": actDelete, "rename": actMove, "copy": actCopy, "chmod": actChmod,
		"file_get_contents": actRead, "readfile": actRead, "file": actRead, "fopen": actOpen, "file_put_contents": actWrite, "eval": actEval, "assert": actEval, "base64_decode": actDecode, "hex2bin": actHex, "getenv": actEnv, "glob": actGlob, "scandir": actList, "show_source": actRead, "highlight_file": actRead, "include": actRead, "require": actRead,
	},
	"lua": {
		"os.execute": actShell, "io.popen": actShell, "os.remove": actDelete, "os.rename": actMove, "io.open": actOpen, "io.lines": actRead, "loadstring": actEval, "load": actEval, "dofile": actRead,
	},
	"elixir":    {"System.cmd": actArgv, "System.shell": actShell, ":os.cmd": actShell, "os.cmd": actShell, "File.rm_rf!": actTree, "File.rm_rf": actTree, "File.rm": actDelete, "File.rm!": actDelete, "File.read!": actRead, "File.read": actRead, "File.write!": actWrite},
	"julia":     {"run": actShell, "rm": actTree, "read": actRead, "open": actOpen},
	"R":         {"system": actShell, "system2": actArgv, "shell": actShell, "unlink": actTree, "file.remove": actDelete, "readLines": actRead},
	"Rscript":   {"system": actShell, "system2": actArgv, "shell": actShell, "unlink": actTree, "file.remove": actDelete, "readLines": actRead},
	"octave":    {"system": actShell, "unlink": actDelete, "delete": actDelete, "rmdir": actTree, "confirm_recursive_rmdir": actNone, "popen": actShell, "shell_cmd": actShell},
	"osascript": {"script": actShell},
	"groovy":    {".execute": actShell, "execute": actShell},
	"scala":     {"!": actShell},
	"swift":     {},
	"guile":     {"system": actShell},
	"tclsh":     {"exec": actShell},
}

// meaning looks a dotted name up by its longest known end.
func meaning(lang, name string) act {
	table := functions[lang]
	for n := name; n != ""; {
		if a, ok := table[n]; ok {
			return a
		}
		i := strings.IndexByte(n[1:], '.')
		if i < 0 {
			if n[0] == '.' {
				return table[n[1:]]
			}
			return actNone
		}
		if _, after, ok := strings.Cut(n[1:], "."); ok {
			if a, ok := table["."+after]; ok && !strings.Contains(after, ".") {
				return a
			}
			n = after
		}
	}
	return actNone
}

func known(lang, name string) bool { return meaning(lang, name) != actNone }
