import { badParameter } from "./http/refusal.ts";

/** Those of the reference (B.1), the oldest first. */
const versions = [
  "2015-06-01",
  "2016-10-01",
  "7.0",
  "7.1",
  "7.2",
  "7.3",
  "7.4",
  "7.5",
  "7.6-preview.2",
  "7.6",
  "2025-06-01-preview",
  "2025-07-01",
  "2026-01-01-preview",
  "2026-03-01-preview",
  "2026-04-01",
  "2026-05-01-preview",
  "2026-07-01-preview",
] as const;

/** What a version of the API has (B.1 [O]). */
export interface Features {
  readonly ellipticCurves: boolean;
  readonly recoverableDays: boolean;
  readonly preserveCertOrder: boolean;
  /** Addresses and URIs among the alternative names of a policy. */
  readonly urisAndAddresses: boolean;
}

/** @param text of `api-version`; status 400 where it is missing or unknown (B.5) */
export function featuresOf(text: string | null): Features {
  // The text is a placeholder [U].
  if (text === null) throw badParameter("api-version must be specified");
  const at = versions.findIndex((version) => version === text);
  if (at === -1) {
    // Quoted by users [C].
    const message = `The specified version (${text}) is not recognized. Consider using the latest supported version (2026-04-01).`;
    throw badParameter(message);
  }
  const since = (version: (typeof versions)[number]): boolean => at >= versions.indexOf(version);
  return {
    ellipticCurves: since("7.0"),
    recoverableDays: since("7.1"),
    // 7.6 has it (B.1); its preview is taken to have it [I].
    preserveCertOrder: since("7.6-preview.2"),
    urisAndAddresses: since("2025-07-01"),
  };
}
