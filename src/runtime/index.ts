/** What an operator needs and npm lacks: work queue, controllers, leader election, status, events, health. No business words. */
export { systemClock } from "./clock.ts";
export { setCondition } from "./conditions.ts";
export { Controller, type ControllerOptions, type Reconciliation, type ReconcileResult } from "./controller.ts";
export { watchEventLoop } from "./event-loop.ts";
export { EventRecorder, type Regarding, type Told } from "./events.ts";
export { addFinalizer, removeFinalizer } from "./finalizers.ts";
export { LeaderElector, LeadershipLost } from "./leader-elector.ts";
export { createLogger, errorFields, type Logger, type LogLevel } from "./log.ts";
export { Manager } from "./manager.ts";
export { countRequests, createMetrics, type Metrics } from "./metrics.ts";
export { Probes } from "./probes.ts";
export { type Priority, WorkQueue } from "./queue.ts";
export { serve, type Serving } from "./serve.ts";
export { untilAnswered } from "./until-answered.ts";
