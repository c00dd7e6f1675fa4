import { cleaned, withoutSecrets } from "../../http/index.ts";

/** What an orchestrator has written, as it may be shown: it may repeat what it was given, of which a cut would leave a part. */
export function orchestratorWords(text: string, secrets: readonly string[]): string {
  return cleaned(withoutSecrets(text, secrets), 160);
}
