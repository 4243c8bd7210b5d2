export { AVERAGE, initialOptimizerState } from './group-optimizer.js';
export type { ServerPlan } from './server-plan.js';
export { runParameterServer, type ParameterServerOptions } from './server-session.js';
