// Reads and writes PKCS#12 files with go-pkcs12, as cert-manager and most Go programs do. What it reads it prints as JSON.
package main

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"log"
	"os"

	"software.sslmate.com/src/go-pkcs12"
)

type content struct {
	Keys         [][]byte `json:"keys"`
	Certificates [][]byte `json:"certificates"`
}

func main() {
	log.SetFlags(0)
	if len(os.Args) == 6 {
		write(os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5])
		return
	}
	if len(os.Args) != 4 {
		log.Fatal("usage: pkcs12 keystore|truststore FILE PASSWORD, or pkcs12 PROFILE PASSWORD KEY CERTIFICATE FILE")
	}
	file, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	read := keystore
	if os.Args[1] == "truststore" {
		read = truststore
	}
	found, err := read(file, os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		log.Fatal(err)
	}
}

func keystore(file []byte, password string) (content, error) {
	key, leaf, chain, err := pkcs12.DecodeChain(file, password)
	if err != nil {
		return content{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return content{}, err
	}
	return content{Keys: [][]byte{der}, Certificates: raw(append([]*x509.Certificate{leaf}, chain...))}, nil
}

func truststore(file []byte, password string) (content, error) {
	certificates, err := pkcs12.DecodeTrustStore(file, password)
	return content{Keys: [][]byte{}, Certificates: raw(certificates)}, err
}

func raw(certificates []*x509.Certificate) [][]byte {
	ders := make([][]byte, 0, len(certificates))
	for _, certificate := range certificates {
		ders = append(ders, certificate.Raw)
	}
	return ders
}

var profiles = map[string]*pkcs12.Encoder{
	"LegacyRC2":    pkcs12.LegacyRC2,
	"LegacyDES":    pkcs12.LegacyDES,
	"Modern2023":   pkcs12.Modern2023,
	"Modern2026":   pkcs12.Modern2026,
	"Passwordless": pkcs12.Passwordless,
}

func write(profile, password, keyFile, certificateFile, out string) {
	key, err := x509.ParsePKCS8PrivateKey(block(keyFile))
	if err != nil {
		log.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(block(certificateFile))
	if err != nil {
		log.Fatal(err)
	}
	file, err := profiles[profile].Encode(key, certificate, nil, password)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(out, file, 0o600); err != nil {
		log.Fatal(err)
	}
}

func block(file string) []byte {
	text, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	found, _ := pem.Decode(text)
	return found.Bytes
}
