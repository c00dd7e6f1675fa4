// Calls Keyfactor Command with the SDK that the vendor has generated from the OpenAPI description of Command 25.1.1. One call
// a run; the argument is the request's body or what the path needs, as JSON, and so is what it prints. What is not as the
// description says cannot be decoded.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/Keyfactor/keyfactor-auth-client-go/auth_providers"
	v1 "github.com/Keyfactor/keyfactor-go-client-sdk/v25/api/keyfactor/v1"
)

const requestedWith = "APIClient"

func main() {
	if len(os.Args) != 7 {
		fail("usage: command-sdk HOST:PORT CAFILE USER PASSWORD CALL JSON")
	}
	log.SetOutput(io.Discard)
	client, err := v1.NewAPIClient(&auth_providers.Server{
		Host: os.Args[1], CACertPath: os.Args[2], Username: os.Args[3], Password: os.Args[4], APIPath: "KeyfactorAPI",
	})
	must(err)
	client.AuthClient = spaces{client.AuthClient}
	answer, err := made(client, os.Args[5], []byte(os.Args[6]))
	must(err)
	must(json.NewEncoder(os.Stdout).Encode(answer))
}

func made(client *v1.APIClient, name string, argument []byte) (any, error) {
	ctx := context.Background()
	switch name {
	case "import":
		body := decoded[v1.CSSCMSDataModelModelsCertificateImportRequestModel](argument)
		return first(client.CertificateApi.NewCreateCertificatesImportRequest(ctx).XKeyfactorRequestedWith(requestedWith).
			CSSCMSDataModelModelsCertificateImportRequestModel(body).Execute())
	case "analyze":
		body := decoded[v1.CertificatesAnalyzeCertificateRequest](argument)
		return first(client.CertificateApi.NewCreateCertificatesAnalyzeRequest(ctx).XKeyfactorRequestedWith(requestedWith).
			CertificatesAnalyzeCertificateRequest(body).Execute())
	case "download":
		body := decoded[v1.CertificatesCertificateDownloadRequest](argument)
		return first(client.CertificateApi.NewCreateCertificatesDownloadRequest(ctx).XKeyfactorRequestedWith(requestedWith).
			XCertificateformat("P7B").CertificatesCertificateDownloadRequest(body).Execute())
	case "certificates":
		return first(client.CertificateApi.NewGetCertificatesRequest(ctx).XKeyfactorRequestedWith(requestedWith).
			QueryString(decoded[string](argument)).IncludeLocations(true).IncludeMetadata(true).Execute())
	case "owner":
		body := decoded[v1.CertificatesOwnerRequest](argument)
		_, err := client.CertificateApi.NewUpdateCertificatesByIdOwnerRequest(ctx, 1).XKeyfactorRequestedWith(requestedWith).
			CertificatesOwnerRequest(body).Execute()
		return nil, err
	case "fields":
		return first(client.MetadataFieldApi.NewGetMetadataFieldsRequest(ctx).XKeyfactorRequestedWith(requestedWith).Execute())
	case "add":
		body := decoded[v1.CertificateStoresAddCertificateRequest](argument)
		return first(client.CertificateStoreApi.NewCreateCertificateStoresCertificatesAddRequest(ctx).
			XKeyfactorRequestedWith(requestedWith).CertificateStoresAddCertificateRequest(body).Execute())
	case "schedule":
		body := decoded[v1.CSSCMSDataModelModelsCertStoresSchedule](argument)
		_, err := client.CertificateStoreApi.NewCreateCertificateStoresScheduleRequest(ctx).
			XKeyfactorRequestedWith(requestedWith).CSSCMSDataModelModelsCertStoresSchedule(body).Execute()
		return nil, err
	case "stores":
		return first(client.CertificateStoreApi.NewGetCertificateStoresRequest(ctx).XKeyfactorRequestedWith(requestedWith).Execute())
	case "inventory":
		return first(client.CertificateStoreApi.NewGetCertificateStoresByIdInventoryRequest(ctx, decoded[string](argument)).
			XKeyfactorRequestedWith(requestedWith).Execute())
	case "type":
		return first(client.CertificateStoreTypeApi.NewGetCertificateStoreTypesNameNameRequest(ctx, decoded[string](argument)).
			XKeyfactorRequestedWith(requestedWith).Execute())
	case "history":
		return first(client.OrchestratorJobApi.NewGetOrchestratorJobsJobHistoryRequest(ctx).XKeyfactorRequestedWith(requestedWith).
			QueryString(decoded[string](argument)).SortField("JobHistoryId").SortAscending(1).Execute())
	case "scheduled":
		return first(client.OrchestratorJobApi.NewGetOrchestratorJobsScheduledJobsRequest(ctx).
			XKeyfactorRequestedWith(requestedWith).Execute())
	case "unschedule":
		body := decoded[v1.OrchestratorJobsUnscheduleJobRequest](argument)
		_, err := client.OrchestratorJobApi.NewCreateOrchestratorJobsUnscheduleRequest(ctx).
			XKeyfactorRequestedWith(requestedWith).OrchestratorJobsUnscheduleJobRequest(body).Execute()
		return nil, err
	}
	return nil, fmt.Errorf("no call %s", name)
}

// The SDK writes a space in a query as a plus; the vendor's other client mends that, as this does.
type spaces struct{ v1.AuthConfig }

func (s spaces) GetHttpClient() (*http.Client, error) {
	client, err := s.AuthConfig.GetHttpClient()
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: mended{client.Transport}}, nil
}

type mended struct{ through http.RoundTripper }

func (m mended) RoundTrip(request *http.Request) (*http.Response, error) {
	request.URL.RawQuery = strings.ReplaceAll(request.URL.RawQuery, "+", "%20")
	return m.through.RoundTrip(request)
}

func first[T any](answer T, _ *http.Response, err error) (any, error) {
	return answer, err
}

func decoded[T any](argument []byte) T {
	var value T
	must(json.Unmarshal(argument, &value))
	return value
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
