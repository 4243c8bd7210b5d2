import { TrainingCluster } from '@lethe/cluster';
import type { DataSource } from '@lethe/data';
import type { Batches, RunDescription } from '@lethe/graphs';
import { runParameterServer } from '@lethe/parameter-store';
import type { Committed, GroupState } from '@lethe/protocol';
import type { Engine } from '@lethe/tensorflow';
import { createMemoryTransport } from '@lethe/transport';
import { prepareWorker, runWorker } from '@lethe/worker';
import { WorkerEvaluator } from '../src/worker-evaluator.js';

export interface ClusterInMemory {
  readonly engine: Engine;
  readonly data: DataSource;
  readonly description: RunDescription;
  /** The state that it begins with. */
  readonly start: GroupState[];
  /** @param stream the phase whose batches are opened; null: those of all phases */
  readonly openBatches: (stream: string | null) => Batches;
  readonly onCommitted?: (committed: Committed) => void;
}

const ORIGIN = { runId: 'golden', epoch: 1 };

/** A real server, a real worker and the real coordinator side, over the in-memory transport, as long as `use` takes. */
export async function withClusterInMemory<Result>(
  { engine, data, description, start, openBatches, onCommitted = () => undefined }: ClusterInMemory,
  use: (cluster: TrainingCluster) => Promise<Result>,
): Promise<Result> {
  const transport = createMemoryTransport();
  const listener = await transport.listen('memory://control');
  const cluster = new TrainingCluster({
    listener,
    description,
    origin: { ...ORIGIN, sender: 'coordinator', incarnation: 'coordinator' },
    onCommitted,
    onCommitReport: () => undefined,
    onStepReport: () => undefined,
    onNotice: () => undefined,
    onLost: () => undefined,
  });
  cluster.control.roster.reserve('server', 'parameter-server', 0);
  const members = [
    runParameterServer({
      transport,
      controlAddress: 'memory://control',
      dataAddress: 'memory://data',
      listenerTrust: {},
      memberTrust: {},
      ...ORIGIN,
      incarnation: 'server',
      host: 'here',
      processId: 1,
      planOf: () => ({ ...description, phases: description.objective.phases, freshNetworks: () => new Map() }),
    }),
    runWorker({
      transport,
      controlAddress: 'memory://control',
      trust: {},
      origin: { ...ORIGIN, sender: 'worker', incarnation: 'worker' },
      engine,
      fingerprint: 'native golden threads=1',
      host: 'here',
      openHeartbeat: () => ({ update: () => undefined, stop: () => Promise.resolve() }),
      prepare: (welcome) => prepareWorker({
        engine,
        parallelShards: 1,
        allowCode: false,
        openData: () => Promise.resolve(data),
        openBatches: (_config, _data, _training, stream) => openBatches(stream),
        openEvaluator: (options) => new WorkerEvaluator(options),
      }, welcome),
    }),
  ];
  await cluster.assemble(start, 1);
  const result = await use(cluster);
  await cluster.control.close('done');
  await Promise.all(members);
  return result;
}
