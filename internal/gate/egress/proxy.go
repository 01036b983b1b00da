package egress

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"
)

const (
	proxyTimeout = 30 * time.Second
	maxProxyHead = 16 << 10
)

// proxyFor returns the HTTP proxy that a connection to the host goes through,
// nil for none. A proxy is chosen as for an https URL, or an http one on port
// 80, so that NO_PROXY is honoured as elsewhere.
func (g *gate) proxyFor(host string, port int) (*url.URL, error) {
	if g.Proxy == nil {
		return nil, nil
	}
	target := &url.URL{Scheme: "https", Host: net.JoinHostPort(host, strconv.Itoa(port))}
	if port == 80 {
		target.Scheme = "http"
	}
	proxy, err := g.Proxy(target)
	if err != nil {
		return nil, refuse("cannot use the proxy: %v", withoutURL(err))
	}
	if proxy != nil && proxy.Scheme != "http" {
		return nil, refuse("cannot use a proxy of scheme %q, only http", proxy.Scheme)
	}
	return proxy, nil
}

// withoutURL drops the text of a URL, which may hold a password.
func withoutURL(err error) error {
	if e := new(url.Error); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// dialThrough connects to host and port through an HTTP proxy by CONNECT (RFC
// 9110, section 9.3.6). The proxy resolves the name, so that only a host that
// is an address can be checked here. The proxy itself is the person's choice
// and may be anywhere.
func (g *gate) dialThrough(ctx context.Context, proxy *url.URL, host string, port int) (*net.TCPConn, error) {
	proxyPort := 80
	if p := proxy.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return nil, refuse("cannot use the proxy: bad port")
		}
		proxyPort = int(n)
	}
	name, err := Canonical(proxy.Hostname())
	if err != nil {
		return nil, refuse("cannot use the proxy: %v", err)
	}
	addrs, err := g.lookup(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("cannot reach the proxy: %w", err)
	}
	var ports []netip.AddrPort
	for _, a := range addrs[:min(len(addrs), maxAddresses)] {
		ports = append(ports, netip.AddrPortFrom(a.Unmap(), uint16(proxyPort)))
	}
	c, err := g.dialFirst(ctx, ports)
	if err != nil {
		return nil, fmt.Errorf("cannot reach the proxy: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { c.Close() })
	err = openTunnel(c, proxy, net.JoinHostPort(host, strconv.Itoa(port)))
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func openTunnel(c *net.TCPConn, proxy *url.URL, target string) error {
	if err := c.SetDeadline(time.Now().Add(proxyTimeout)); err != nil {
		return err
	}
	head := "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n"
	if proxy.User != nil {
		password, _ := proxy.User.Password()
		login := base64.StdEncoding.EncodeToString([]byte(proxy.User.Username() + ":" + password))
		head += "Proxy-Authorization: Basic " + login + "\r\n"
	}
	if _, err := c.Write([]byte(head + "\r\n")); err != nil {
		return fmt.Errorf("cannot ask the proxy: %w", err)
	}
	// One byte at a time: what follows the head belongs to the tunnel.
	var answer []byte
	for one := make([]byte, 1); !bytes.HasSuffix(answer, []byte("\r\n\r\n")); {
		if len(answer) == maxProxyHead {
			return errors.New("the proxy's answer is too long")
		}
		if _, err := c.Read(one); err != nil {
			return fmt.Errorf("cannot read the proxy's answer: %w", err)
		}
		answer = append(answer, one[0])
	}
	r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), &http.Request{Method: http.MethodConnect})
	if err != nil {
		return errors.New("cannot read the proxy's answer")
	}
	r.Body.Close()
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("the proxy answered %d %s", r.StatusCode, http.StatusText(r.StatusCode))
	}
	return c.SetDeadline(time.Time{})
}
