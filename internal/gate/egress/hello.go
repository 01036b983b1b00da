package egress

import "errors"

const (
	recordHandshake  = 22
	clientHello      = 1
	extensionName    = 0
	nameTypeHost     = 0
	maxRecord        = 16<<10 + 256 // RFC 8446, section 5.1, with room for TLS 1.2
	maxHandshakeSize = 48 << 10     // of a ClientHello, within maxPeek whatever its records
)

var (
	errNotTLS = errors.New("not TLS")
	errHello  = errors.New("malformed ClientHello")
)

// serverName reads the server name (RFC 6066, section 3) from the beginning
// of a TLS connection, "" when the client sends none. The ClientHello may be
// spread over several records. It returns errMore until it is complete.
func serverName(b []byte) (string, error) {
	var message []byte
	for need := 4; len(message) < need; {
		if len(b) > 1 && b[1] != 3 {
			if message == nil {
				return "", errNotTLS
			}
			return "", errHello
		}
		if len(b) < 5 {
			return "", errMore
		}
		size := int(b[3])<<8 | int(b[4])
		if b[0] != recordHandshake || size == 0 || size > maxRecord {
			return "", errHello
		}
		end := min(5+size, len(b))
		message = append(message, b[5:end]...)
		if len(message) > 0 && message[0] != clientHello {
			return "", errHello
		}
		if len(message) >= 4 {
			need = 4 + (int(message[1])<<16 | int(message[2])<<8 | int(message[3]))
			if need > maxHandshakeSize {
				return "", errHello
			}
		}
		if len(message) < need && end < 5+size {
			return "", errMore
		}
		b = b[end:]
	}
	size := int(message[1])<<16 | int(message[2])<<8 | int(message[3])
	return helloName(message[4 : 4+size])
}

// helloName reads the body of a ClientHello, RFC 8446, section 4.1.2.
func helloName(body []byte) (string, error) {
	r := reader{body}
	ok := r.skip(2+32) && r.skipVector(1) && r.skipVector(2) && r.skipVector(1)
	if !ok {
		return "", errHello
	}
	if len(r.b) == 0 { // no extensions at all
		return "", nil
	}
	extensions, ok := r.vector(2)
	if !ok || len(r.b) != 0 {
		return "", errHello
	}
	name, seen := "", false
	for r = (reader{extensions}); len(r.b) > 0; {
		kind, ok := r.number(2)
		if !ok {
			return "", errHello
		}
		data, ok := r.vector(2)
		if !ok {
			return "", errHello
		}
		if kind != extensionName {
			continue
		}
		if seen {
			return "", errHello
		}
		seen = true
		if name, ok = nameExtension(data); !ok {
			return "", errHello
		}
	}
	return name, nil
}

// nameExtension reads a ServerNameList, which must hold one host name: with
// two, client and server could choose different ones.
func nameExtension(data []byte) (string, bool) {
	r := reader{data}
	list, ok := r.vector(2)
	if !ok || len(r.b) != 0 {
		return "", false
	}
	r = reader{list}
	kind, ok := r.number(1)
	if !ok || kind != nameTypeHost {
		return "", false
	}
	name, ok := r.vector(2)
	return string(name), ok && len(name) > 0 && len(r.b) == 0
}

// reader takes big-endian fields off a slice.
type reader struct{ b []byte }

func (r *reader) number(size int) (int, bool) {
	if len(r.b) < size {
		return 0, false
	}
	n := 0
	for _, c := range r.b[:size] {
		n = n<<8 | int(c)
	}
	r.b = r.b[size:]
	return n, true
}

func (r *reader) skip(n int) bool {
	if len(r.b) < n {
		return false
	}
	r.b = r.b[n:]
	return true
}

// vector takes a field that has its length, of size bytes, before it.
func (r *reader) vector(size int) ([]byte, bool) {
	n, ok := r.number(size)
	if !ok || len(r.b) < n {
		return nil, false
	}
	v := r.b[:n]
	r.b = r.b[n:]
	return v, true
}

func (r *reader) skipVector(size int) bool {
	_, ok := r.vector(size)
	return ok
}
