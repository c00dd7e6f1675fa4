/**
 * Our own thin Kubernetes client: typed errors, server-side apply, and watches that survive. No business words here.
 * Why not @kubernetes/client-node: docs/adr/0002-own-thin-kubernetes-client.md.
 */
export type { Cache, CacheEvent, IndexFunction } from "./cache.ts";
export { keyOf } from "./cache.ts";
export type {
  ApplyOptions,
  DeleteOptions,
  JsonPatchOperation,
  KubeClient,
  ListOptions,
  ListPage,
  RequestOptions,
  WatchEvent,
  WatchOptions,
} from "./client.ts";
export type { ClientCertificate, ClusterConfig, Credentials, TokenProvider } from "./config/cluster-config.ts";
export { type InClusterOptions, loadInClusterConfig } from "./config/in-cluster.ts";
export { loadKubeconfig } from "./config/kubeconfig.ts";
export { connect } from "./connect.ts";
export { isKubeError, KubeError, type KubeErrorReason } from "./errors.ts";
export { Informer, type InformerOptions, type InformerProblem } from "./informer.ts";
export type { ReflectorClock, ReflectorHealth } from "./reflector.ts";
export * from "./resources.ts";
export { type IssuedToken, requestToken, type TokenRequestOptions } from "./token-request.ts";
export type { ConnectOptions, RequestFacts } from "./transport.ts";
export { apiVersionOf, metadataOf } from "./types.ts";
export type { KubeObject, ObjectMeta, ObjectRef, PartialObjectMetadata, Resource } from "./types.ts";
