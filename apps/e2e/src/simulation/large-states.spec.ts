import { mergeConfig } from '@lethe/config';
import { initialOptimizerState, runParameterServer } from '@lethe/parameter-store';
import { piecesOf, type GroupLayout, type GroupState } from '@lethe/protocol';
import { TrainingCluster } from '@lethe/cluster';
import { createMemoryTransport, type Transport } from '@lethe/transport';
import { describe, expect, it } from 'vitest';
import { smallGame } from './small-game.js';

const raw = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, []).config;
const PIECE = piecesOf({ from: 0, to: 2 ** 23 })[0]?.to ?? 0;
/** A queue may hold a piece of the values and their three slots, and a little besides. */
const BOUND = 4 * PIECE * Float32Array.BYTES_PER_ELEMENT + 1000;

function bounded(transport: Transport): Transport {
  return {
    listen: (address, options) => transport.listen(address, { ...options, maxQueuedBytes: BOUND }),
    connect: (address, options) => transport.connect(address, { ...options, maxQueuedBytes: BOUND }),
  };
}

function largeLayout(name: string, length: number): GroupLayout {
  const network = name === 'classifier' ? 'classifier' : 'encoder';
  return {
    name,
    length,
    segments: [{ name: `${network}.weight`, network, shape: [length], offset: 0, length }],
    statistics: [],
    statisticsLength: 0,
  };
}

/** Every element differs from those of a piece before or behind. */
function largeState(layout: GroupLayout, optimization: Parameters<typeof initialOptimizerState>[1]): GroupState {
  const { slots, scalars } = initialOptimizerState(layout, optimization);
  const values = Float32Array.from({ length: layout.length }, (_, index) => index);
  for (const [index, slot] of Object.values(slots).entries()) for (let at = 0; at < slot.length; at += 1) slot[at] = at + index + 1;
  return { group: layout.name, version: 5, values, slots, scalars, statistics: new Float32Array(0) };
}

describe('states larger than all that a queue may hold', () => {
  it('are loaded into the servers and come back, bit by bit', async () => {
    const game = smallGame(raw, { workers: 1, servers: 1, awaitWorkers: 1, listen: null });
    const description = { ...game, layouts: [largeLayout('classifier', PIECE + 77), largeLayout('autoencoder', PIECE + 78)] };
    const states = description.layouts.map((layout) => largeState(layout, description.optimization));
    const transport = bounded(createMemoryTransport());
    const cluster = new TrainingCluster({
      listener: await transport.listen('memory://control'),
      description,
      origin: { runId: 'run', epoch: 1, sender: 'coordinator', incarnation: 'coordinator' },
      onCommitted: () => undefined,
      onCommitReport: () => undefined,
      onStepReport: () => undefined,
      onNotice: () => undefined,
      onLost: () => undefined,
    });
    cluster.control.roster.reserve('server', 'parameter-server', 0);
    const serving = runParameterServer({
      transport,
      controlAddress: 'memory://control',
      dataAddress: 'memory://server',
      listenerTrust: {},
      memberTrust: {},
      runId: 'run',
      epoch: 1,
      incarnation: 'server',
      host: 'here',
      processId: 1,
      planOf: () => ({ ...description, phases: [], freshNetworks: () => new Map() }),
    });
    await Promise.race([cluster.assemble(states, 0), serving]);
    const captured = await Promise.race([cluster.captureState(), serving]) as GroupState[];
    const bytes = (vector: Float32Array): Buffer => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
    for (const [index, state] of states.entries()) {
      const found = captured[index];
      expect([found?.group, found?.version, found?.scalars, Object.keys(found?.slots ?? {})]).toEqual([
        state.group, 5, state.scalars, Object.keys(state.slots),
      ]);
      for (const [name, vector] of Object.entries({ values: state.values, ...state.slots })) {
        expect(bytes(vector).equals(bytes((name === 'values' ? found?.values : found?.slots[name]) ?? new Float32Array(0))), name).toBe(
          true,
        );
      }
    }
    await cluster.control.close('the test is over');
    await serving;
  });
});
