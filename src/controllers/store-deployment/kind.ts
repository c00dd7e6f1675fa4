import type { StoreDeployment } from "../../crds/index.ts";
import type { DeliveryKind } from "../delivery/kind.ts";
import { subjectOfDeployment } from "../delivery/subject.ts";
import { StoreDeployments } from "../resources.ts";

/** A StoreDeployment has a record for each target, in `status.targets`, in the order of the spec. */
export const deploymentKind = (providers: readonly string[]): DeliveryKind<StoreDeployment> => ({
  kind: "StoreDeployment",
  resource: StoreDeployments,
  subjectOf: (object) => subjectOfDeployment(object, providers),
  recordsStatus: ({ records }, order) => ({
    targets: order.flatMap((name) => {
      const record = records.get(name);
      return record === undefined ? [] : [{ name, ...record }];
    }),
  }),
});
