import { fileURLToPath } from "node:url";
import type { OnLoadResult, Plugin } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What our own code gets of packages that load all they have at once: an import of anything else fails the build. */
const kept: Readonly<Record<string, string>> = {
  undici: `
    import Dispatcher from "undici/lib/dispatcher/dispatcher.js";
    import request from "undici/lib/api/api-request.js";
    Dispatcher.prototype.request = request;
    export { default as Pool } from "undici/lib/dispatcher/pool.js";
    export { default as buildConnector } from "undici/lib/core/connect.js";
    export { default as errors } from "undici/lib/core/errors.js";
  `,
  "prom-client": `
    export { default as Registry } from "prom-client/lib/registry.js";
    export { default as Counter } from "prom-client/lib/counter.js";
    export { default as Gauge } from "prom-client/lib/gauge.js";
    export { default as Histogram } from "prom-client/lib/histogram.js";
    export { default as collectDefaultMetrics } from "prom-client/lib/defaultMetrics.js";
  `,
};

/** Packages do without them: undici where Node has no HTTP/2, and prom-client where nobody asks for exemplars. */
const absent: Readonly<Record<string, string>> = {
  "node:http2": `throw new Error("HTTP/2 is not in this bundle");`,
  "@opentelemetry/api": "",
};

/** Leaves out of a bundle what nobody calls and all would hold in memory; docs/performance.md says how much that is. */
export const lean: Plugin = {
  name: "lean",
  setup(build) {
    const from = (texts: Readonly<Record<string, string>>, path: string): OnLoadResult => ({
      contents: texts[path] ?? "",
      resolveDir: root,
    });
    build.onResolve({ filter: /^(undici|prom-client)$/ }, ({ path, importer }) =>
      importer.includes("/node_modules/") ? undefined : { path, namespace: "kept" },
    );
    build.onLoad({ filter: /./, namespace: "kept" }, ({ path }) => from(kept, path));

    build.onResolve({ filter: /^(node:http2|@opentelemetry\/api)$/ }, ({ path, importer }) =>
      /\/node_modules\/(undici|prom-client)\//.test(importer) ? { path, namespace: "absent" } : undefined,
    );
    build.onLoad({ filter: /./, namespace: "absent" }, ({ path }) => from(absent, path));

    // Imported as ES modules they evaluate their lazy exports, and with node:http's comes Node's own copy of undici.
    build.onResolve({ filter: /^node:(http|fs\/promises|process)$/ }, ({ path, kind }) =>
      kind === "import-statement" ? { path, namespace: "required" } : undefined,
    );
    build.onLoad({ filter: /./, namespace: "required" }, ({ path }) => ({
      contents: `module.exports = require("${path}");`,
    }));
  },
};
