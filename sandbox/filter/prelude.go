package filter

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Offsets in struct seccomp_data.
const (
	offsetNumber = 0
	offsetArch   = 4
	offsetArgs   = 16
)

// prelude is put in front of what libseccomp compiles, for what its rules
// cannot say: "allowed except for these arguments" and "newer than the
// profile". Jumps are relative, so the two parts only have to be joined.
func prelude(newest int) ([]byte, error) {
	errno := func(e unix.Errno) bpf.Instruction {
		return bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(e)&unix.SECCOMP_RET_DATA}
	}
	kill := bpf.RetConstant{Val: unix.SECCOMP_RET_KILL_PROCESS}
	program := []bpf.Instruction{
		bpf.LoadAbsolute{Off: offsetArch, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: auditArch, SkipTrue: 1},
		kill,
		bpf.LoadAbsolute{Off: offsetNumber, Size: 4},
		// A tracer cancels a call by setting its number to -1.
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: ^uint32(0), SkipTrue: 3},
		bpf.JumpIf{Cond: bpf.JumpGreaterOrEqual, Val: foreignABI, SkipFalse: 1},
		kill,
		bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: uint32(newest), SkipFalse: 1},
		errno(unix.ENOSYS),
	}
	for _, g := range guards() {
		number, ok := libraryNumber(g.call)
		if !ok {
			if g.call == "setrlimit" {
				continue // architectures that only have prlimit64
			}
			return nil, fmt.Errorf("cannot find the number of %s", g.call)
		}
		test := g.test()
		program = append(program, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: uint32(number), SkipTrue: uint8(len(test) + 2)})
		program = append(program, test...)
		program = append(program,
			errno(g.errno),
			bpf.LoadAbsolute{Off: offsetNumber, Size: 4}, // the test loaded an argument over it
		)
	}
	raw, err := bpf.Assemble(program)
	if err != nil {
		return nil, fmt.Errorf("cannot assemble the filter's prelude: %w", err)
	}
	out := make([]byte, 0, 8*len(raw))
	for _, i := range raw {
		out = binary.NativeEndian.AppendUint16(out, i.Op)
		out = append(out, i.Jt, i.Jf)
		out = binary.NativeEndian.AppendUint32(out, i.K)
	}
	return out, nil
}

// test jumps over the one instruction that follows it unless the guard
// matches. The machine is little endian: the low half of an argument is first.
func (g guard) test() []bpf.Instruction {
	var out []bpf.Instruction
	var exits []int // jumps to the end
	for _, w := range g.when {
		out = append(out, bpf.LoadAbsolute{Off: offsetArgs + 8*uint32(w.arg), Size: 4})
		if w.mask != whole {
			out = append(out, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: w.mask})
		}
		exits = append(exits, len(out))
		out = append(out, bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: w.value})
	}
	for _, arg := range g.nonZero {
		low := offsetArgs + 8*uint32(arg)
		out = append(out,
			bpf.LoadAbsolute{Off: low, Size: 4},
			bpf.TAX{},
			bpf.LoadAbsolute{Off: low + 4, Size: 4},
			bpf.ALUOpX{Op: bpf.ALUOpOr})
		exits = append(exits, len(out))
		out = append(out, bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0})
	}
	for _, i := range exits {
		jump := out[i].(bpf.JumpIf)
		jump.SkipTrue = uint8(len(out) - i)
		out[i] = jump
	}
	return out
}
