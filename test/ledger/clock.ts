/** Sets this process's clock forward or back: `LEDGER_CLOCK_MS` milliseconds from the machine's. To be imported first. */
const ahead = Number(process.env["LEDGER_CLOCK_MS"] ?? "0");
const { now } = Date;

globalThis.Date = new Proxy(Date, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now() + ahead] : args, newTarget) as Date,
  get: (target, name, receiver) =>
    name === "now" ? () => now() + ahead : (Reflect.get(target, name, receiver) as unknown),
});
