import { type AdmissionObject, atLeast, atMost, change, matching, oneOf, type Row, row, store } from "./row.ts";

const auth = { basicSecretRef: { name: "command-login" } };
const ca = { name: "ca", key: "ca.crt" };
const command = (more: object): AdmissionObject =>
  store({ keyfactorCommand: { url: "https://command.example.com", auth, ...more } });

export const commandStoreRows: readonly Row[] = [
  row(
    "spec.keyfactorCommand.auth",
    "exactly one of basicSecretRef, oauthSecretRef, tokenSecretRef must be set",
    command({ auth: { oauthSecretRef: { name: "command-oauth" } } }),
    command({ auth: { ...auth, tokenSecretRef: { name: "t", key: "token" } } }),
  ),
  row(
    "spec.keyfactorCommand",
    "at most one of caSecretRef, caConfigMapRef may be set",
    command({ caConfigMapRef: ca }),
    command({ caSecretRef: ca, caConfigMapRef: ca }),
  ),
  change(
    "spec.keyfactorCommand",
    "the url of a store cannot be changed; create another store",
    command({}),
    command({ apiPath: "Keyfactor/API" }),
    command({ url: "https://other.example.com" }),
  ),
  row(
    "spec.keyfactorCommand.url",
    matching(
      "^https:\\/\\/([a-zA-Z0-9]([-a-zA-Z0-9.]{0,251}[a-zA-Z0-9])?|\\[[0-9a-fA-F:.]{2,45}\\])(:[0-9]{1,5})?\\/?$",
    ),
    command({ url: "https://[2001:db8::1]:8443/" }),
    command({ url: "http://command.example.com" }),
  ),
  row(
    "spec.keyfactorCommand.apiPath",
    matching("^\\/?[-._~A-Za-z0-9]+(\\/[-._~A-Za-z0-9]+)*\\/?$"),
    command({ apiPath: "/KeyfactorAPI/" }),
    command({ apiPath: "KeyfactorAPI?x=1" }),
  ),
  row("spec.keyfactorCommand.collectionId", atLeast(1), command({ collectionId: 1 }), command({ collectionId: 0 })),
  row(
    "spec.keyfactorCommand.collectionId",
    atMost(2_147_483_647),
    command({ collectionId: 2_147_483_647 }),
    command({ collectionId: 2_147_483_648 }),
  ),
  row(
    "spec.keyfactorCommand.pfxProfile",
    oneOf("LegacyDES", "Modern2023"),
    command({ pfxProfile: "LegacyDES" }),
    command({ pfxProfile: "Passwordless" }),
  ),
];
