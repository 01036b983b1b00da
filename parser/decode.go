package parser

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"
)

// decode is the output of decoders whose input is known.
func (sh *shell) decode(name string, args []arg, in, out value) value {
	decoding := name == "gunzip" || name == "gzip-cat" || name == "uudecode"
	var operands []arg
	for i, a := range args {
		switch {
		case a.is("--decode", "--decompress", "--revert", "-decrypt"):
			decoding = true
		case strings.HasPrefix(a.text, "--"):
		case strings.HasPrefix(a.text, "-") && len(a.text) > 1:
			if strings.ContainsAny(a.text[1:], "dDr") || name == "openssl" && a.is("-d") {
				decoding = true
			}
		case i > 0 && args[i-1].is("-w", "-c", "-l", "-s", "-i", "-in"):
			if name == "openssl" && args[i-1].is("-in") {
				operands = append(operands, a)
			}
		case name == "openssl" && i == 0:
		default:
			operands = append(operands, a)
		}
	}
	src := in
	if len(operands) > 0 && !operands[0].is("-") {
		if operands[0].content != nil {
			src = *operands[0].content
		} else {
			src = sh.content(operands[0].value)
		}
	}
	t := src.taint | out.taint
	if !decoding {
		if name == "base64" && src.known() && (len(operands) > 0 || in.text != "") {
			return value{base64.StdEncoding.EncodeToString([]byte(src.text)) + "\n", t}
		}
		if strings.HasPrefix(name, "gz") || name == "bzip2" || name == "xz" || name == "zstd" || name == "lz4" {
			return value{src.text, t} // unpacked again, it is the same text
		}
		return value{unknown, t}
	}
	t |= taintDecoded
	if !src.known() || src.text == "" {
		return value{unknown, t}
	}
	clean := strings.Map(func(r rune) rune {
		if r == '\n' || r == ' ' || r == '\r' || r == '\t' {
			return -1
		}
		return r
	}, src.text)
	var data []byte
	var err error
	switch name {
	case "base64", "basenc":
		data, err = fromBase64(clean)
	case "base32":
		data, err = base32.StdEncoding.DecodeString(clean)
	case "xxd":
		data, err = hex.DecodeString(strings.TrimPrefix(clean, "0x"))
	case "openssl":
		encoded := false
		for _, a := range args {
			encoded = encoded || a.is("base64", "-base64", "-a")
		}
		if !encoded {
			return value{unknown, t}
		}
		data, err = fromBase64(clean)
	case "gunzip", "gzip", "gzip-cat":
		data, err = inflate([]byte(src.text))
	case "bzip2":
		if !strings.HasPrefix(src.text, "BZh") {
			return value{src.text, t}
		}
		data, err = io.ReadAll(io.LimitReader(bzip2.NewReader(strings.NewReader(src.text)), maxValue))
	default:
		data = []byte(src.text)
	}
	if err != nil || bytes.IndexByte(data, 0) >= 0 && name != "base64" && name != "xxd" || len(data) > maxValue {
		return value{unknown, t}
	}
	// Binary data may be a compressed text that the next stage unpacks.
	if bytes.IndexByte(data, 0) >= 0 {
		if len(data) > 2 && data[0] == 0x1f && data[1] == 0x8b {
			if plain, err := inflate(data); err == nil && bytes.IndexByte(plain, 0) < 0 {
				return value{string(plain), t}
			}
		}
		return value{unknown, t}
	}
	return value{string(data), t}
}

func fromBase64(s string) ([]byte, error) {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	if len(s)%4 == 1 {
		s = s[:len(s)-1]
	}
	return base64.RawStdEncoding.DecodeString(s)
}

func inflate(data []byte) ([]byte, error) {
	if len(data) < 2 || data[0] != 0x1f {
		return data, nil // already unpacked by the stage before
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, maxValue))
}
