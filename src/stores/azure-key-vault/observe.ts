import { certificateFacts } from "../../formats/index.ts";
import type { Observation } from "../contract.ts";
import { compare } from "./compare.ts";
import type { Look } from "./look.ts";
import { holdersOf } from "./mark.ts";
import { nameId, reportOf } from "./report.ts";
import { fateOf, type Word } from "./soft-deleted.ts";
import type { Wanted } from "./wanted.ts";

/** What a look at a name means for the engine. Pure. */
export function observed(
  look: Look,
  { wanted, mark, softDeleted }: { wanted: Wanted; mark: string; softDeleted: Word | undefined },
): Observation {
  switch (look.is) {
    case "Free":
      return { state: "Absent" };
    case "Deleted": {
      const fate = fateOf(look.deleted, softDeleted);
      return { state: "Absent", ...(fate.does === "Nothing" ? { obstacle: fate.obstacle } : {}) };
    }
    case "Other": {
      const message = `A ${look.kind} of that name is in the vault, and a certificate needs the name for its own key and secret. Choose another name, or delete the ${look.kind}.`;
      return {
        state: "Present",
        remote: { id: look.kind },
        holders: { ours: false, others: [], foreign: true },
        differs: [{ what: look.kind }],
        obstacle: { reason: "NameTaken", message },
      };
    }
    case "Certificate":
      return present(look, wanted, mark);
  }
}

function present(
  { certificate, beside }: Extract<Look, { is: "Certificate" }>,
  wanted: Wanted,
  mark: string,
): Observation {
  const { cer, properties } = certificate;
  const version = properties.version;
  const common = {
    remote: { id: nameId(properties), ...(version === undefined ? {} : { version }) },
    holders: holdersOf(properties.tags, mark),
    report: reportOf(certificate),
  };
  if (cer === undefined) {
    return { ...common, state: "Unreadable", why: "the certificate in the vault is not issued yet" };
  }
  const differs = compare({ certificate, chain: beside?.chain }, wanted).map(({ what }) => ({ what }));
  const unread = beside !== undefined && "unread" in beside ? beside.unread : undefined;
  return {
    ...common,
    state: "Present",
    leaf: certificateFacts(cer),
    differs,
    ...(unread === undefined ? {} : { partial: true, note: `The chain in the vault was not compared: ${unread}.` }),
  };
}
