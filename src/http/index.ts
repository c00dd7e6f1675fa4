/** One request over one pool of undici, and what of it failed: under the API's client and under the stores. */
export { abortedBy, type Answer, type BodyReader, exchange, isSuccess, type Limits } from "./exchange.ts";
export { describe, ExchangeError, type ExchangeFailure, exchangeErrorOf } from "./exchange-error.ts";
export { type ConnectGuard, type Destination, guarded } from "./guard.ts";
