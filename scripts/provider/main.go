// Command provider is a small fake of a cloud provider for the incident: a
// GraphQL API over TLS on loopback, with volumes that volumeDelete really
// deletes from its store, and their backups with them.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: provider DIR NAME TOKEN")
	}
	if err := serve(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatal(err)
	}
}

// serve writes ca.pem and port to dir, keeps its store in dir/store.json, and
// serves until it is killed.
func serve(dir, name, token string) error {
	certificate, authority, err := certificates(name)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "ca.pem"), authority, 0o644); err != nil {
		return err
	}
	p := &provider{file: filepath.Join(dir, "store.json"), token: token}
	p.Volumes = map[string][]string{"vol-prod-1": {"backup-1", "backup-2", "backup-3"}}
	if err := p.save(); err != nil {
		return err
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		return err
	}
	port := fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)
	// Renamed into place, so that whoever waits for the port reads all of it.
	if err := os.WriteFile(filepath.Join(dir, "port.new"), []byte(port), 0o644); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(dir, "port.new"), filepath.Join(dir, "port")); err != nil {
		return err
	}
	return http.Serve(listener, p)
}

type provider struct {
	mu    sync.Mutex
	file  string
	token string

	Volumes map[string][]string `json:"volumes"` // with their backups
	Deletes int                 `json:"deletes"`
	Refused int                 `json:"refused"`
}

func (p *provider) save() error {
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(p.file, append(b, '\n'), 0o644)
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	answer := func(status int, format string, args ...any) {
		w.WriteHeader(status)
		fmt.Fprintf(w, format+"\n", args...)
	}
	if r.Header.Get("Authorization") != "Bearer "+p.token {
		p.Refused++
		p.save()
		answer(http.StatusUnauthorized, `{"errors":[{"message":"Not Authorized"}]}`)
		return
	}
	var body struct{ Query string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&body); err != nil {
		answer(http.StatusBadRequest, `{"errors":[{"message":"bad request"}]}`)
		return
	}
	document, err := parser.ParseQuery(&ast.Source{Input: body.Query})
	if err != nil {
		answer(http.StatusBadRequest, `{"errors":[{"message":"bad query"}]}`)
		return
	}
	for _, operation := range document.Operations {
		for _, selection := range operation.SelectionSet {
			field, ok := selection.(*ast.Field)
			if !ok || operation.Operation != ast.Mutation || field.Name != "volumeDelete" {
				continue
			}
			id := field.Arguments.ForName("volumeId")
			if id == nil || p.Volumes[id.Value.Raw] == nil {
				answer(http.StatusOK, `{"errors":[{"message":"Volume not found"}]}`)
				return
			}
			delete(p.Volumes, id.Value.Raw)
			p.Deletes++
			if err := p.save(); err != nil {
				answer(http.StatusInternalServerError, `{"errors":[{"message":"store"}]}`)
				return
			}
			answer(http.StatusOK, `{"data":{"volumeDelete":true}}`)
			return
		}
	}
	names := make([]string, 0, len(p.Volumes))
	for name := range p.Volumes {
		names = append(names, name)
	}
	answer(http.StatusOK, `{"data":{"volumes":%q}}`, strings.Join(names, ","))
}

func certificates(name string) (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Tramway test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, root, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER})
	return tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: key}, authority, nil
}
