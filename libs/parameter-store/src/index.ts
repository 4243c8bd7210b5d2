export type { OptimizationConfig } from './group-optimizer.js';
export { initialOptimizerState } from './initial-state.js';
export type { ServerPlan } from './server-plan.js';
export { runParameterServer, type ParameterServerOptions } from './server-session.js';
