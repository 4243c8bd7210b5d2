import type { WhichCheckpoint } from '@lethe/checkpoint';
import { LoadedNetworks } from './loaded-networks.js';
import { openRunNetworks, type RunNetworks } from './open-run-networks.js';

/** Which networks of a run are opened, and how. */
export interface RunNetworkOptions {
  /** The last checkpoint that can be read, the best by the figure that the run monitors, or the one after a round. Default: `latest`. */
  readonly checkpoint?: WhichCheckpoint | undefined;
  /** Of a run of several populations: the one that examples count as. Null: the target. */
  readonly domain?: string | null | undefined;
  /** Hears what whoever watches should know: a slower engine, categories that the run never saw. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/** Networks in this process. Close them when they are no longer needed: they hold memory of the engine. */
export interface OpenNetworks extends AsyncDisposable {
  /** Frees what the engine holds. */
  close(): Promise<void>;
}

/** What is made of networks that were opened. */
export interface NetworkUse<Asked, Made> {
  /** Refuses a run that lacks what is asked for, before anything is loaded. */
  readonly ask: (networks: RunNetworks) => Asked;
  readonly make: (loaded: LoadedNetworks, asked: Asked, surroundings: NetworkSurroundings) => Promise<Made>;
}

/** What functions of networks have besides. */
export interface NetworkSurroundings {
  readonly networks: RunNetworks;
  readonly notice: (line: string) => void;
}

/**
 * Opens networks of a run for examples in memory. What fails leaves nothing in the engine.
 * @param folder of the run
 * @throws LetheError RUN_INVALID, CHECKPOINT_INVALID, CHECKPOINT_MISMATCH, CONFIG_INVALID (a domain that there is not), ENGINE_MISSING;
 * DATA_MISSING for a run of an earlier version whose data are gone
 */
export async function openInMemory<Asked, Made extends object>(
  folder: string, options: RunNetworkOptions, { ask, make }: NetworkUse<Asked, Made>,
): Promise<Made & OpenNetworks> {
  const { checkpoint = 'latest', domain = null, onNotice: notice = () => undefined } = options;
  const networks = await openRunNetworks({ run: folder, checkpoint, folder, runsFolder: folder }, { notice });
  const asked = ask(networks);
  const loaded = await LoadedNetworks.load(networks, { domain, notice });
  const close = (): Promise<void> => {
    loaded.close();
    return Promise.resolve();
  };
  try {
    return { ...await make(loaded, asked, { networks, notice }), close, [Symbol.asyncDispose]: close };
  } catch (error) {
    loaded.close();
    throw error;
  }
}
