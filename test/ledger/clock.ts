/** Sets this process's clock to so many milliseconds from the machine's. */
export function setClock(ahead: number): void {
  const { now } = Date;
  globalThis.Date = new Proxy(Date, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now() + ahead] : args, newTarget) as Date,
    get: (target, name, receiver) =>
      name === "now" ? () => now() + ahead : (Reflect.get(target, name, receiver) as unknown),
  });
}
