package sandbox

// View is what the sandbox sees. All paths are absolute and clean, on the host
// and in the view alike; what does not exist is left out.
type View struct {
	// Workspace is read-write at its own path, which has no symbolic link.
	Workspace string
	// Home becomes a private empty directory, but for HomeList.
	Home string
	// HomeList names files and directories below Home that are shown read-only,
	// relative to it.
	HomeList []string
	// ReadOnly and ReadWrite are shown besides the system directories, which
	// need not be listed.
	ReadOnly, ReadWrite []string
	// Overlays are directories that are shown with their content, and whose
	// changes go to another place: the value is a directory of the session's
	// own that holds them.
	Overlays map[string]string
	// Hidden are existing paths that read as empty, and cannot be written or
	// replaced, wherever the rest shows them.
	Hidden []string
	// Locked are existing paths that are read-only, although a directory above
	// them is not.
	Locked []string
	// Files are generated and read-only. Where nothing can be created, only
	// files that exist on the host can be replaced.
	Files map[string][]byte
	// Replace shows, at the path that is the key, another file of the host.
	Replace map[string]string
}
