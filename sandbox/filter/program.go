package filter

import (
	"fmt"
	"io"
	"os"
	"slices"

	moby "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
	libseccomp "github.com/seccomp/libseccomp-golang"
	"golang.org/x/sys/unix"
)

// Program returns the filter as an array of struct sock_filter in native byte
// order (8 bytes each), ready for seccomp(SECCOMP_SET_MODE_FILTER). It takes
// about 2 ms; the result never changes for one build and one libseccomp.
// The error says which call of the tables could not be compiled; there is no
// partial program.
func Program() ([]byte, error) {
	rules, err := profile()
	if err != nil {
		return nil, err
	}
	f, err := libseccomp.NewFilter(libseccomp.ActErrno.SetReturnCode(int16(unix.EPERM)))
	if err != nil {
		return nil, fmt.Errorf("cannot start a seccomp filter: %w", err)
	}
	defer f.Release()
	if err := f.SetBadArchAction(libseccomp.ActKillProcess); err != nil {
		return nil, fmt.Errorf("cannot set the action for foreign architectures: %w", err)
	}
	// 2 sorts calls into a binary tree; libseccomp 2.5 and later.
	if err := f.SetOptimize(2); err != nil {
		return nil, fmt.Errorf("cannot make a binary tree of calls: %w", err)
	}
	newest := 0
	for _, r := range rules {
		if err := r.add(f); err != nil {
			return nil, err
		}
		newest = max(newest, r.number)
	}
	body, err := export(f)
	if err != nil {
		return nil, err
	}
	head, err := prelude(newest)
	if err != nil {
		return nil, err
	}
	return append(head, body...), nil
}

// A rule is one line of the evaluated profile: a call, what to do, and under
// which conditions on its arguments.
type rule struct {
	name   string
	number int
	action libseccomp.ScmpAction
	when   []libseccomp.ScmpCondition
}

func (r rule) add(f *libseccomp.ScmpFilter) error {
	call := libseccomp.ScmpSyscall(r.number)
	var err error
	if len(r.when) == 0 {
		err = f.AddRuleExact(call, r.action)
	} else {
		err = f.AddRuleConditionalExact(call, r.action, r.when)
	}
	if err != nil {
		return fmt.Errorf("cannot add the rule for %s: %w", r.name, err)
	}
	return nil
}

// profile evaluates Docker's default profile without capabilities and replaces
// the calls that changes names.
func profile() ([]rule, error) {
	numbers := byNumber()
	number := func(name string) (int, bool) {
		if n, ok := numbers[name]; ok {
			return n, true
		}
		return libraryNumber(name)
	}

	replaced := map[string]bool{}
	var rules []rule
	for _, c := range changes() {
		for _, name := range c.calls {
			replaced[name] = replaced[name] || !c.more
			n, ok := number(name)
			if !ok {
				return nil, fmt.Errorf("cannot find the number of %s", name)
			}
			when, err := conditions(c.when)
			if err != nil {
				return nil, fmt.Errorf("cannot use a condition for %s: %w", name, err)
			}
			switch {
			case c.action == refuse && c.errno == unix.EPERM:
				continue // the default action
			case c.action == refuse:
				rules = append(rules, rule{name, n, libseccomp.ActErrno.SetReturnCode(int16(c.errno)), when})
			case c.action == notify:
				rules = append(rules, rule{name, n, libseccomp.ActNotify, when})
			default:
				rules = append(rules, rule{name, n, libseccomp.ActAllow, when})
			}
		}
	}
	for _, s := range moby.DefaultProfile().Syscalls {
		if !applies(s) {
			continue
		}
		act, err := mobyAction(s)
		if err != nil {
			return nil, err
		}
		when, err := mobyConditions(s.Args)
		if err != nil {
			return nil, fmt.Errorf("cannot use a condition for %v: %w", s.Names, err)
		}
		for _, name := range s.Names {
			if replaced[name] {
				continue
			}
			if n, ok := number(name); ok {
				rules = append(rules, rule{name, n, act, when})
			}
		}
	}
	return rules, nil
}

// libraryNumber asks libseccomp; calls that only other architectures have do
// not count.
func libraryNumber(name string) (int, bool) {
	n, err := libseccomp.GetSyscallFromNameByArch(name, nativeArch)
	return int(n), err == nil && n >= 0
}

// applies evaluates a profile entry for a process without capabilities on this
// architecture; every kernel that has what the sandbox needs is past the
// profile's only version condition, 4.8.
func applies(s *moby.Syscall) bool {
	if in := s.Includes; in != nil {
		if len(in.Caps) > 0 || len(in.Arches) > 0 && !slices.Contains(in.Arches, profileArch) {
			return false
		}
	}
	if out := s.Excludes; out != nil {
		if slices.Contains(out.Arches, profileArch) || out.MinKernel != nil {
			return false
		}
	}
	return true
}

func mobyAction(s *moby.Syscall) (libseccomp.ScmpAction, error) {
	switch s.Action {
	case specs.ActAllow:
		return libseccomp.ActAllow, nil
	case specs.ActErrno:
		code := int16(unix.EPERM)
		if s.ErrnoRet != nil {
			code = int16(*s.ErrnoRet)
		}
		return libseccomp.ActErrno.SetReturnCode(code), nil
	}
	return libseccomp.ActInvalid, fmt.Errorf("unknown action %s for %v", s.Action, s.Names)
}

func mobyConditions(args []specs.LinuxSeccompArg) ([]libseccomp.ScmpCondition, error) {
	var out []libseccomp.ScmpCondition
	for _, a := range args {
		var c libseccomp.ScmpCondition
		var err error
		switch a.Op {
		case specs.OpEqualTo:
			c, err = libseccomp.MakeCondition(a.Index, libseccomp.CompareEqual, a.Value)
		case specs.OpLessThan:
			c, err = libseccomp.MakeCondition(a.Index, libseccomp.CompareLess, a.Value)
		case specs.OpMaskedEqual:
			c, err = libseccomp.MakeCondition(a.Index, libseccomp.CompareMaskedEqual, a.Value, a.ValueTwo)
		default:
			err = fmt.Errorf("unknown comparison %s", a.Op)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func conditions(when []condition) ([]libseccomp.ScmpCondition, error) {
	var out []libseccomp.ScmpCondition
	for _, w := range when {
		c, err := libseccomp.MakeCondition(w.arg, libseccomp.CompareMaskedEqual, uint64(w.mask), uint64(w.value))
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// export writes the program to a memfd: libseccomp before 2.6 has no export to
// memory.
func export(f *libseccomp.ScmpFilter) ([]byte, error) {
	fd, err := unix.MemfdCreate("seccomp", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	file := os.NewFile(uintptr(fd), "seccomp")
	defer file.Close()
	if err := f.ExportBPF(file); err != nil {
		return nil, fmt.Errorf("cannot export the seccomp program: %w", err)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("cannot read the seccomp program back: %w", err)
	}
	program, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read the seccomp program back: %w", err)
	}
	return program, nil
}
