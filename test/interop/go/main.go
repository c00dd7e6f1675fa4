// Reads a PKCS#12 file with go-pkcs12, as cert-manager and most Go programs do, and prints what it holds as JSON.
package main

import (
	"crypto/x509"
	"encoding/json"
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
	if len(os.Args) != 4 {
		log.Fatal("usage: pkcs12 keystore|truststore FILE PASSWORD")
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
