// Calls Keyfactor Command with the vendor's own Go client, which its command line tool and its Terraform provider are
// made with. One call a run; the argument is JSON, and so is what it prints.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/Keyfactor/keyfactor-auth-client-go/auth_providers"
	"github.com/Keyfactor/keyfactor-go-client/v3/api"
)

// The vendor's login, for a server on another port than 443: the client has room for it in the host's URL alone.
type login struct {
	*auth_providers.CommandAuthConfigBasic
	host string
}

func (l login) GetServerConfig() *auth_providers.Server {
	server := l.CommandAuthConfigBasic.GetServerConfig()
	server.Host = "https://" + l.host
	return server
}

type call struct {
	ID         int
	Thumbprint string
	StoreID    string
	StoreType  string
	Metadata   map[string]any
	Add        *api.AddCertificateToStore
	Remove     *api.RemoveCertificateFromStore
	Enroll     *api.EnrollPFXFctArgs
	Deploy     *api.DeployPFXArgs
}

func main() {
	if len(os.Args) != 7 {
		fail("usage: command-client HOST:PORT CAFILE USER PASSWORD CALL JSON")
	}
	// The client logs all that it sends, and its Authenticate reads these rather than what it is given.
	log.SetOutput(io.Discard)
	must(os.Setenv(auth_providers.EnvKeyfactorHostName, os.Args[1]))
	must(os.Setenv(auth_providers.EnvKeyfactorCACert, os.Args[2]))
	basic := &auth_providers.CommandAuthConfigBasic{
		CommandAuthConfig: auth_providers.CommandAuthConfig{CommandHostName: os.Args[1], CommandCACert: os.Args[2]},
		Username:          os.Args[3],
		Password:          os.Args[4],
	}
	client := &api.Client{AuthClient: login{basic, os.Args[1]}}
	var with call
	must(json.Unmarshal([]byte(os.Args[6]), &with))
	answer, err := made(client, os.Args[5], with)
	must(err)
	must(json.NewEncoder(os.Stdout).Encode(answer))
}

func made(client *api.Client, name string, with call) (any, error) {
	yes := true
	switch name {
	case "authenticate":
		return nil, client.AuthClient.Authenticate()
	case "certificate":
		return client.GetCertificateContext(&api.GetCertificateContextArgs{
			Id: with.ID, Thumbprint: with.Thumbprint, IncludeLocations: &yes, IncludeMetadata: &yes,
		})
	case "metadata":
		return nil, client.UpdateMetadata(&api.UpdateMetadataArgs{CertID: with.ID, Metadata: with.Metadata})
	case "download":
		leaf, chain, err := client.DownloadCertificate(with.ID, "", "", "")
		if err != nil {
			return nil, err
		}
		return map[string]any{"leaf": leaf.Subject.String(), "certificates": len(chain)}, nil
	case "stores":
		return client.ListCertificateStores(nil)
	case "store":
		return client.GetCertificateStoreByID(with.StoreID)
	case "type":
		return client.GetCertificateStoreTypeByName(with.StoreType)
	case "inventory":
		return client.GetCertStoreInventory(with.StoreID)
	case "add":
		return client.AddCertificateToStores(with.Add)
	case "remove":
		return client.RemoveCertificateFromStores(with.Remove)
	case "enroll":
		with.Enroll.CertFormat = "STORE"
		return client.EnrollPFX(with.Enroll)
	case "deploy":
		return client.DeployPFXCertificate(with.Deploy)
	}
	return nil, fmt.Errorf("no call %s", name)
}

func must(err error) {
	if err != nil {
		fail(err.Error())
	}
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(1)
}
