import { Agent } from "node:https";
import { connect } from "node:tls";
import type { PipelinePolicy } from "@azure/core-rest-pipeline";
import type { ContractServer } from "./server.ts";

/** Brings the requests of one of Azure's packages to the server, whatever their host: what `--resolve` does for an operator. */
export function resolvedTo({ url, caPem }: ContractServer): { policy: PipelinePolicy; position: "perRetry" } {
  const agent = new Agent();
  agent.createConnection = () =>
    connect({ host: "127.0.0.1", port: Number(new URL(url).port), servername: "localhost", ca: caPem });
  const policy: PipelinePolicy = {
    name: "resolved",
    sendRequest: (request, next) => {
      request.agent = agent;
      return next(request);
    },
  };
  return { policy, position: "perRetry" };
}
