/** A resource's target that wants a place. */
export interface Claimant {
  /** `<kind>/<namespace>/<name>` of the resource. */
  readonly resource: string;
  readonly namespace: string;
  readonly target: string;
  /** RFC 3339, from `metadata.creationTimestamp`. */
  readonly created: string;
}

interface Claim extends Claimant {
  readonly address: string;
  readonly spots: readonly string[];
}

/**
 * Who wants which place, as far as this process has resolved it. It decides between two that want the same free place; once
 * something is written, the mark there decides, so nothing depends on the order in which claims come in after a start.
 */
export class Claims {
  readonly #byResource = new Map<string, Map<string, Claim>>();
  readonly #byAddress = new Map<string, Set<Claim>>();
  /** Places that a resource which is going has given up, by resource. */
  readonly #givenUp = new Map<string, Set<string>>();

  /** Replaces what this target claimed before. Returns who waited for what becomes free by that. */
  set(claimant: Claimant, address: string, spots: readonly string[]): Claimant[] {
    const before = this.#byResource.get(claimant.resource)?.get(claimant.target);
    this.#forget(claimant.resource, claimant.target);
    this.#givenUp.get(claimant.resource)?.delete(spotOf(claimant.target, address));
    const claim: Claim = { ...claimant, address, spots };
    const targets = this.#byResource.get(claimant.resource) ?? new Map<string, Claim>();
    targets.set(claimant.target, claim);
    this.#byResource.set(claimant.resource, targets);
    const there = this.#byAddress.get(address) ?? new Set<Claim>();
    there.add(claim);
    this.#byAddress.set(address, there);
    const same = before?.address === address && before.spots.every((spot) => spots.includes(spot));
    return before === undefined || same ? [] : this.#overlapping(before);
  }

  /** Keeps only these targets of a resource; none when it is gone. Returns who waited for what becomes free. */
  retain(resource: string, targets: ReadonlySet<string>): Claimant[] {
    const freed: Claimant[] = [];
    this.#givenUp.delete(resource);
    for (const [target, claim] of this.#byResource.get(resource) ?? []) {
      if (targets.has(target)) continue;
      this.#forget(resource, target);
      freed.push(...this.#overlapping(claim));
    }
    return freed;
  }

  /** A target of a resource that is going wants this place no more. */
  giveUp(resource: string, target: string, address: string): void {
    if (this.#byResource.get(resource)?.get(target)?.address === address) this.#forget(resource, target);
    const places = this.#givenUp.get(resource) ?? new Set<string>();
    this.#givenUp.set(resource, places.add(spotOf(target, address)));
  }

  /** Whether a target wants this place; undefined while it has not been resolved. */
  wants(resource: string, target: string, address: string, spots: readonly string[]): boolean | undefined {
    if (this.#givenUp.get(resource)?.has(spotOf(target, address)) === true) return false;
    const claim = this.#byResource.get(resource)?.get(target);
    return claim && claim.address === address && claim.spots.some((spot) => spots.includes(spot));
  }

  /** The targets of a resource that want something at this address. */
  targetsAt(resource: string, address: string): string[] {
    const claims = [...(this.#byResource.get(resource) ?? [])];
    return claims.filter(([, claim]) => claim.address === address).map(([target]) => target);
  }

  /** Who else wants something at this address. */
  othersAt(resource: string, address: string): Claimant[] {
    return [...(this.#byAddress.get(address) ?? [])].filter((other) => other.resource !== resource);
  }

  /** The one that comes before `claimant` at this place: the older, then by resource and target name. */
  elder(claimant: Claimant, address: string, spots: readonly string[]): Claimant | undefined {
    return this.#overlapping({ ...claimant, address, spots })
      .filter((other) => order(other, claimant) < 0)
      .sort(order)
      .at(0);
  }

  #overlapping(claim: Claim): Claim[] {
    const others = [...(this.#byAddress.get(claim.address) ?? [])];
    return others.filter(
      (other) =>
        !(other.resource === claim.resource && other.target === claim.target) &&
        other.spots.some((spot) => claim.spots.includes(spot)),
    );
  }

  #forget(resource: string, target: string): void {
    const targets = this.#byResource.get(resource);
    const claim = targets?.get(target);
    if (targets === undefined || claim === undefined) return;
    targets.delete(target);
    if (targets.size === 0) this.#byResource.delete(resource);
    const there = this.#byAddress.get(claim.address);
    there?.delete(claim);
    if (there?.size === 0) this.#byAddress.delete(claim.address);
  }
}

function spotOf(target: string, address: string): string {
  return JSON.stringify([target, address]);
}

function order(a: Claimant, b: Claimant): number {
  return compare(a.created, b.created) || compare(a.resource, b.resource) || compare(a.target, b.target);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
