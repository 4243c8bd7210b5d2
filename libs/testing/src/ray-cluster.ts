import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

const POINTER = join(import.meta.dirname, '../../../tools/generated/python-for-ray.json');
const HELPER = join(import.meta.dirname, '../ray/ray_cluster.py');

type Environment = Readonly<Record<string, string | undefined>>;

/** The Python that has Ray. */
export interface RayPython {
  readonly executable: string;
  /** With Ray's packages and commands. */
  readonly environment: Environment;
}

/** Why there is no Ray to test with; null: there is one. Its installation is large and its start slow: it has a target of its own. */
export function whyNoRay({ LETHE_TEST_RAY: wanted }: Environment): string | null {
  if (wanted !== 'required') return 'Ray is tested by `npx nx run e2e:ray`';
  return existsSync(POINTER) ? null : `${POINTER} is missing: \`npx nx run tools:python-with-ray\` makes it`;
}

/** @throws whatever the file system says of `POINTER` */
export function rayPython(environment: Environment): RayPython {
  const { executable, packages } = JSON.parse(readFileSync(POINTER, 'utf8')) as { executable: string; packages: string };
  return {
    executable,
    environment: {
      ...environment, PYTHONPATH: packages, PYTHONNOUSERSITE: '1', PYTHONDONTWRITEBYTECODE: '1',
      PATH: `${join(packages, 'bin')}${delimiter}${environment['PATH'] ?? ''}`,
      // Ray would tell its makers that it was started.
      RAY_USAGE_STATS_ENABLED: '0',
    },
  };
}

export interface RayClusterOptions {
  /** The head first. */
  readonly nodes: readonly { readonly cores: number; readonly gpus: number }[];
  /** Whether `ray job submit` is to work. */
  readonly hasJobs?: boolean;
}

/** A real cluster of Ray: its nodes are processes of this machine, each with a loopback address of its own. */
export class RayCluster {
  /** As `--ray-address` takes it. */
  readonly address: string;
  /** Of the server of jobs, as `ray job submit --address` takes it; null: there is none. */
  readonly dashboard: string | null;
  /** The nodes' addresses. */
  readonly hosts: readonly string[];
  /** What Ray writes, it writes there. */
  readonly folder: string;
  readonly #helper: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(helper: ChildProcess, lines: AsyncIterator<string>, { address, dashboard, hosts, folder }: Opened) {
    this.#helper = helper;
    this.#lines = lines;
    this.folder = folder;
    this.address = address;
    this.dashboard = dashboard;
    this.hosts = hosts;
  }

  /** @throws Error with what Ray printed last, if it does not start */
  static async start(python: RayPython, { nodes, hasJobs = false }: RayClusterOptions): Promise<RayCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'ray-'));
    const argument = JSON.stringify({ nodes, network: networkOfProcess(), folder, hasJobs });
    const helper = spawn(python.executable, [HELPER, argument], { env: { ...python.environment }, stdio: ['pipe', 'pipe', 'pipe'] });
    let errors = '';
    helper.stderr.on('data', (text: Buffer) => { errors = (errors + text.toString()).slice(-10_000); });
    const lines = createInterface({ input: helper.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done === true) {
      rmSync(folder, { recursive: true, force: true });
      throw new Error(`expected a cluster of Ray, found: ${errors}`);
    }
    return new RayCluster(helper, lines, { ...JSON.parse(first.value) as Omit<Opened, 'folder'>, folder });
  }

  /** Takes a node away, as a power cut would. */
  async remove(node: number): Promise<void> {
    this.#helper.stdin?.write(`remove ${node}\n`);
    await this.#lines.next();
  }

  async close(): Promise<void> {
    this.#helper.stdin?.end();
    if (this.#helper.exitCode === null) await once(this.#helper, 'close');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Opened {
  readonly address: string;
  readonly dashboard: string | null;
  readonly hosts: readonly string[];
  readonly folder: string;
}

/** The first three numbers of loopback addresses that no other process's cluster has. */
function networkOfProcess(): string {
  const [high, low] = [Math.floor(process.pid / 250) % 250, process.pid % 250];
  return `127.${high + 1}.${low + 1}`;
}
