// A parameter server as a run starts it, with one group.
import { runParameterServer } from '@lethe/parameter-store';
import { createZeroMqTransport } from '@lethe/transport';
import { GROUP, layoutOf, RUN_ID, SCHEMA_HASH, type SyntheticRun } from './synthetic-run.js';

const { controlAddress, dataAddress, incarnation, run } = JSON.parse(process.argv[2] ?? '{}') as {
  controlAddress: string;
  dataAddress: string;
  incarnation: string;
  run: SyntheticRun;
};
await runParameterServer({
  transport: createZeroMqTransport(), controlAddress, dataAddress, incarnation, runId: RUN_ID, epoch: 1,
  listenerTrust: {}, memberTrust: {}, host: 'here', processId: process.pid,
  planOf: () => ({
    layouts: [layoutOf(run)],
    schemaHash: SCHEMA_HASH,
    totalRounds: 1_000_000,
    phases: [{ name: 'phase', trains: GROUP, innerSteps: 1 }],
    summaries: [{ length: 0, losses: [] }],
    freshNetworks: () => new Map(),
    optimization: {
      optimizers: {
        network: {
          kind: 'adam',
          learningRate: 1e-3,
          beta1: 0.9,
          beta2: 0.999,
          epsilon: 1e-8,
          schedule: { kind: 'constant', warmupRounds: 0, finalFactor: 1, until: 1 },
        },
      },
      averaging: null,
      averagedNetworks: [],
    },
  }),
});
process.exit(0);
