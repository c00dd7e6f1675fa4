import type { Place, Store } from "../stores/contract.ts";

/** A store whose grants are asked again right before each write: `permit` throws when they are gone. */
export function grantedStore(store: Store, permit: () => void): Store {
  return {
    provider: store.provider,
    timeoutMs: store.timeoutMs,
    check: (signal) => store.check(signal),
    place: (block, context) => grantedPlace(store.place(block, context), permit),
    remove: async (key, mark, context, signal) => {
      permit();
      return store.remove(key, mark, context, signal);
    },
    close: () => store.close(),
  };
}

function grantedPlace(place: Place, permit: () => void): Place {
  return {
    address: place.address,
    spots: place.spots,
    key: place.key,
    repeatable: place.repeatable,
    observe: (desired, signal) => place.observe(desired, signal),
    put: async (desired, observed, signal) => {
      permit();
      return place.put(desired, observed, signal);
    },
  };
}
