import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { sharedControlPlane, testNamespace } from "../control-plane/shared.ts";
import { Admission } from "./admission/index.ts";

it("the download that docs/downloads.md shows is taken", async () => {
  const page = await readFile(new URL("../../docs/downloads.md", import.meta.url), "utf8");
  const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(page) ?? [];
  const { spec } = parse(yaml) as { spec: object };
  const admission = new Admission(sharedControlPlane(), await testNamespace("docs"));
  try {
    expect(await admission.ask({ kind: "CertificateDownload", spec }, "partner")).toBe("taken");
  } finally {
    await admission.close();
  }
});
