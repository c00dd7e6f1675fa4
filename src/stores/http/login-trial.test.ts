import { describe, expect, it } from "vitest";
import { CredentialsRefused } from "../errors.ts";
import { LoginTrial } from "./login-trial.ts";
import type { HttpAnswer } from "./message.ts";

const signal = new AbortController().signal;
const answered = (status: number): HttpAnswer => ({ status, headers: {}, body: Buffer.alloc(0) });

/** A trial by a clock that stands still, and requests that a test answers. */
class Scene {
  now = 1_000;
  readonly trial = new LoginTrial(() => this.now);
  readonly sent: PromiseWithResolvers<HttpAnswer>[] = [];

  request(by = signal): Promise<HttpAnswer> {
    const result = this.trial.run(by, () => {
      const pending = Promise.withResolvers<HttpAnswer>();
      this.sent.push(pending);
      return pending.promise;
    });
    result.catch(() => {});
    return result;
  }

  /** Lets all go on that waits for nothing else. */
  async settle(): Promise<number> {
    await new Promise(setImmediate);
    return this.sent.length;
  }
}

describe("a login that was not accepted yet", () => {
  it("is tried by one request, and the others go when it was accepted", async () => {
    const scene = new Scene();
    const all = [scene.request(), scene.request(), scene.request()];
    expect(await scene.settle()).toBe(1);
    scene.sent[0]?.resolve(answered(200));
    expect(await scene.settle()).toBe(3);
    for (const { resolve } of scene.sent) resolve(answered(204));
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual([200, 204, 204]);
  });

  it.each([400, 403, 404, 409])("is accepted where the answer is %i", async (status) => {
    const scene = new Scene();
    for (let count = 0; count < 3; count += 1) void scene.request();
    scene.sent[0]?.resolve(answered(status));
    expect(await scene.settle()).toBe(3);
  });

  it("that is refused is refused for all who waited, by the same word", async () => {
    const scene = new Scene();
    const all = [scene.request(), scene.request(), scene.request()];
    const refusal = new CredentialsRefused("no");
    scene.sent[0]?.reject(refusal);
    const results = await Promise.allSettled(all);
    expect(results.every((result) => result.status === "rejected" && result.reason === refusal)).toBe(true);
    expect(scene.sent).toHaveLength(1);
    void scene.request();
    void scene.request();
    expect(await scene.settle()).toBe(2);
  });

  it.each<[string, (request: PromiseWithResolvers<HttpAnswer> | undefined) => void]>([
    ["a failure", (request) => request?.reject(new Error("reset"))],
    ["a 429", (request) => request?.resolve(answered(429))],
    ["a 503", (request) => request?.resolve(answered(503))],
  ])("is still open after %s: the next one tries it alone", async (_, end) => {
    const scene = new Scene();
    for (let count = 0; count < 3; count += 1) void scene.request();
    end(scene.sent[0]);
    expect(await scene.settle()).toBe(2);
    end(scene.sent[1]);
    expect(await scene.settle()).toBe(3);
  });

  it("is not waited for by who is aborted", async () => {
    const scene = new Scene();
    void scene.request();
    const abort = new AbortController();
    const waiting = scene.request(abort.signal);
    abort.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    expect(scene.sent).toHaveLength(1);
  });
});

describe("a login that was accepted", () => {
  /** One request has been let in, and another is under way. */
  async function accepted(): Promise<Scene> {
    const scene = new Scene();
    void scene.request();
    void scene.request();
    scene.sent[0]?.resolve(answered(200));
    expect(await scene.settle()).toBe(2);
    return scene;
  }

  it("is good for others while a request is under way", async () => {
    const scene = await accepted();
    scene.now += 4_999;
    for (let count = 0; count < 3; count += 1) void scene.request();
    expect(await scene.settle()).toBe(5);
  });

  it("is tried anew by one request after a pause: its password may have been changed", async () => {
    const scene = await accepted();
    scene.sent[1]?.resolve(answered(200));
    await scene.settle();
    for (let count = 0; count < 3; count += 1) void scene.request();
    expect(await scene.settle()).toBe(3);
    scene.sent[2]?.resolve(answered(200));
    expect(await scene.settle()).toBe(5);
  });

  it("is tried anew by one request when nothing was answered for five seconds", async () => {
    const scene = await accepted();
    scene.now += 5_000;
    for (let count = 0; count < 3; count += 1) void scene.request();
    expect(await scene.settle()).toBe(3);
  });

  it("is open again once it is refused", async () => {
    const scene = await accepted();
    void scene.request();
    scene.sent[1]?.reject(new CredentialsRefused("no"));
    await scene.settle();
    for (let count = 0; count < 3; count += 1) void scene.request();
    expect(await scene.settle()).toBe(4);
  });
});
