import { mergeConfig } from '@lethe/config';
import { errorCode, LetheError } from '@lethe/errors';
import { runParameterServer } from '@lethe/parameter-store';
import {
  isPermitted, PERMISSIONS, type GroupState, type MessageBody, type Origin, type Party, type Role, type Standing,
} from '@lethe/protocol';
import { TrainingCluster } from '@lethe/cluster';
import { runWorker } from '@lethe/worker';
import { createMemoryTransport, type Transport } from '@lethe/transport';
import { afterEach, describe, expect, it } from 'vitest';
import { firstGroups, smallGame, smallGradients } from '../simulation/small-game.js';
import { Puppet } from './puppet.js';
import { sampleMessages, type Kind } from './sample-messages.js';

const { config: raw } = mergeConfig({ cores: 2, gpus: 0, engine: 'native' }, []);
const PATIENT = { heartbeatSeconds: 600, stallSeconds: 3600, patienceSeconds: 3600, listen: null, engine: 'native', threads: 1 } as const;
const KINDS = Object.keys(PERMISSIONS) as Kind[];
const STANDINGS: readonly Standing[] = ['unregistered', 'joining', 'ready', 'gone'];
const ROLES: readonly Role[] = ['worker', 'parameter-server'];
/** After which nobody is a member any more: the only server leads, so that it reports no commit as others do. */
const ENDING: ReadonlySet<Kind> = new Set(['failed', 'commitReport']);
const STEP = { round: 0, phase: 0, innerStep: 0 };

const opened: (() => Promise<void>)[] = [];
afterEach(async () => { for (const close of opened.splice(0).reverse()) await close(); });

function origin(incarnation: string): Origin {
  return { runId: 'run', epoch: 1, sender: 'honest of name', incarnation };
}

async function connected(transport: Transport, address: string, identity: string): Promise<Puppet> {
  const connection = await transport.connect(address, { identity });
  opened.push(() => connection.close());
  return Puppet.connected(connection, origin(identity));
}

describe('the coordinator', () => {
  interface Scene {
    readonly cluster: TrainingCluster;
    readonly notices: string[];
    /** Rounds of the steps that workers were taken to have reported. */
    readonly reported: number[];
    /** Results of two evaluations of one number each, or what they ended with. */
    readonly results: () => Promise<Float32Array[]>;
    /** Connects a process that the coordinator has not heard of. */
    readonly newcomer: (incarnation: string) => Promise<Puppet>;
    /** Waits until everything said so far was heard. */
    readonly heard: () => Promise<void>;
    /** Comes to where it stands, with work handed out that it may have a part in. */
    readonly stand: (role: Role, standing: Standing) => Promise<{ puppet: Puppet; incarnation: string }>;
  }

  /** The real coordinator with one server and one worker that are ready. */
  async function scene(kind: Kind): Promise<Scene> {
    const small = smallGame(raw, { ...PATIENT, servers: 1, workers: 1 });
    const description = { ...small, objective: { ...small.objective, figures: ['classifier_loss'] } };
    const samples = sampleMessages(description.schemaHash);
    const transport = createMemoryTransport();
    const reported: number[] = [];
    let results = Promise.resolve<Float32Array[]>([]);
    const notices: string[] = [];
    const listener = await transport.listen('memory://control');
    const cluster = new TrainingCluster({
      listener,
      description,
      origin: origin('coordinator'),
      onCommitted: () => undefined,
      onCommitReport: () => undefined,
      onStepReport: (_, { round }) => reported.push(round),
      onNotice: (line) => notices.push(line),
      onLost: () => undefined,
    });
    opened.push(() => cluster.control.close('done'));
    const { control } = cluster;
    const join = async (role: Role, incarnation: string): Promise<Puppet> => {
      if (role === 'parameter-server') control.roster.reserve(incarnation, role, 0);
      const puppet = await connected(transport, listener.address, incarnation);
      await puppet.say({ ...samples.register, role, fingerprint: role === 'worker' ? samples.register.fingerprint : '' });
      return puppet;
    };
    const ready = async (puppet: Puppet): Promise<void> => {
      await puppet.hear('welcome');
      await puppet.say({ kind: 'ready' });
    };
    const work = async (server: Puppet): Promise<void> => {
      const assembled = cluster.assemble(firstGroups(description), 1);
      for (const group of ['classifier', 'autoencoder']) {
        await server.hear('loadState');
        await server.say({ kind: 'stateLoaded', group, version: 0, offset: 0 });
      }
      await assembled;
      if (kind === 'evaluated') {
        results = cluster.evaluations.ofExamples('score', 'test', 2, 1);
        results.catch(() => undefined);
      }
      else await cluster.execute(STEP, {});
    };
    const stand = async (role: Role, standing: Standing): Promise<{ puppet: Puppet; incarnation: string }> => {
      const incarnation = `the ${role}`;
      if (standing === 'unregistered' && role === 'parameter-server') control.roster.reserve(incarnation, role, 0);
      if (standing === 'unregistered') return { puppet: await connected(transport, listener.address, incarnation), incarnation };
      const [server, worker] = [await join('parameter-server', 'the parameter-server'), await join('worker', 'the worker')];
      const subject = role === 'worker' ? worker : server;
      if (standing === 'joining') await (role === 'worker' ? server : worker).hear('welcome');
      else for (const puppet of [server, worker]) await ready(puppet);
      if (standing !== 'joining') await work(server);
      const member = control.roster.find(incarnation);
      if (standing === 'gone' && member !== undefined) control.lose(member, new LetheError('PROCESS_DIED', 'it is gone'));
      return { puppet: subject, incarnation };
    };
    const observer = await connected(transport, listener.address, 'observer');
    const heard = async (): Promise<void> => {
      await observer.say({ ...samples.register, fingerprint: 'of another engine' });
      await observer.hear('refused');
      notices.splice(notices.findIndex((line) => line.includes('of another engine')), 1);
    };
    return {
      cluster,
      notices,
      reported,
      results: () => results,
      heard,
      stand,
      newcomer: (incarnation) => connected(transport, listener.address, incarnation),
    };
  }

  const cases = ROLES.flatMap((role) => STANDINGS.map((standing) => ({ role, standing })));
  it.each(cases)(
    'hears of a $role that is $standing what the table allows, and throws it out for anything else; the run goes on',
    async ({ role, standing }) => {
      for (const kind of KINDS) {
        const { cluster, notices, heard, stand } = await scene(kind);
        const { puppet, incarnation } = await stand(role, standing);
        const before = notices.length;
        await puppet.say(bodyOf(kind, role));
        await heard();
        const where = `${kind} of a ${role} that is ${standing}`;
        const member = cluster.control.roster.find(incarnation);
        const said = notices.slice(before);
        const isAllowed = isPermitted(kind, role, 'coordinator', standing);
        const isThrownOut = !isAllowed && (standing === 'joining' || standing === 'ready');
        if (isThrownOut) {
          expect(said, where).toEqual([
            expect.stringMatching(`^${role}-1 \\(process 7 on elsewhere\\) is thrown out: it sent a ${kind} while it was ${standing}; `),
          ]);
          expect((await puppet.hear('refused')).code, where).toBe('MESSAGE_FORBIDDEN');
        } else if (!isAllowed) {
          expect(said, where).toEqual(standing === 'gone' ? [] : [`refused: a process that has not registered sent a ${kind}`]);
        }
        expect(member?.state ?? 'unregistered', where).toBe(
          isThrownOut || (isAllowed && ENDING.has(kind))
            ? 'gone'
            : isAllowed && kind === 'register'
              ? 'joining'
              : isAllowed && kind === 'ready'
                ? 'ready'
                : standing,
        );
        // Nothing ends the run; a server that is lost begins another epoch.
        const going = await cluster.control
          .until(() => true)
          .then(
            () => 'goes on',
            (error: unknown) => errorCode(error),
          );
        expect(going, where).toBe(role === 'parameter-server' && member?.state === 'gone' ? 'SERVER_LOST' : 'goes on');
        for (const close of opened.splice(0).reverse()) await close();
      }
    },
    20_000,
  );

  /** As a correct process of that role says it. */
  function bodyOf(kind: Kind, role: Role): MessageBody {
    const samples = sampleMessages('');
    if (kind === 'register' && role === 'parameter-server') return { ...samples.register, role, fingerprint: '' };
    // What a server says of the run is believed.
    if (kind === 'failed' && role === 'parameter-server') return { ...samples.failed, code: 'UNEXPECTED' };
    return samples[kind];
  }

  it.each([
    { what: 'a step that it was not assigned', role: 'worker', body: { ...sampleMessages('').stepReport, innerStep: 1 } },
    { what: 'a step that the game does not have', role: 'worker', body: { ...sampleMessages('').stepReport, phase: 9 } },
    {
      what: 'bytes that are no number',
      role: 'worker',
      body: { ...sampleMessages('').stepReport, bytesSent: Number.NaN },
      code: 'MESSAGE_MALFORMED',
    },
    {
      what: 'bytes without end',
      role: 'worker',
      body: { ...sampleMessages('').stepReport, bytesReceived: Number.POSITIVE_INFINITY },
      code: 'MESSAGE_MALFORMED',
    },
    {
      what: 'a time that is no number',
      role: 'worker',
      body: { ...sampleMessages('').stepReport, spans: [{ occupation: 'send', beganMs: Number.NaN, lastedMs: 1 }] },
      code: 'MESSAGE_MALFORMED',
    },
    {
      what: 'less than no time',
      role: 'worker',
      body: { ...sampleMessages('').stepReport, spans: [{ occupation: 'send', beganMs: 1, lastedMs: -1 }] },
      code: 'MESSAGE_MALFORMED',
    },
    { what: 'a result that is too long', role: 'worker', body: { ...sampleMessages('').evaluated, result: new Float32Array(2) } },
    { what: 'no result', role: 'worker', body: { ...sampleMessages('').evaluated, result: new Float32Array(0) } },
    { what: 'a task that it was not assigned', role: 'worker', body: { ...sampleMessages('').evaluated, task: 9 } },
    { what: 'another version than was asked for', role: 'parameter-server', body: { ...sampleMessages('').committed, version: 2 } },
    { what: 'a later step', role: 'parameter-server', body: { ...sampleMessages('').committed, round: 3 } },
    { what: 'a commit as others do, though it leads', role: 'parameter-server', body: sampleMessages('').commitReport },
  ] as const satisfies readonly { what: string; role: Role; body: MessageBody; code?: string }[])(
    'throws out a $role that tells of $what',
    async ({ role, body, ...expected }) => {
      const { cluster, heard, stand } = await scene(body.kind);
      const { puppet, incarnation } = await stand(role, 'ready');
      await puppet.say(body);
      await heard();
      expect(cluster.control.roster.find(incarnation)?.state).toBe('gone');
      expect((await puppet.hear('refused')).code).toBe('code' in expected ? expected.code : 'MESSAGE_FORBIDDEN');
      if (role === 'worker') await cluster.control.until(() => true); // the run goes on
    },
  );

  it('counts a report once, however often it comes', async () => {
    const { cluster, reported, heard, stand } = await scene('stepReport');
    const { puppet, incarnation } = await stand('worker', 'ready');
    for (let times = 0; times < 3; times += 1) await puppet.say(sampleMessages('').stepReport);
    await heard();
    expect([reported, cluster.control.roster.find(incarnation)?.state]).toEqual([[0], 'ready']);
  });

  it('has another worker compute what one finds not finite, and what one that is thrown out had; the run goes on', async () => {
    const { results, newcomer, heard, stand } = await scene('evaluated');
    const { puppet: first } = await stand('worker', 'ready');
    const { register, evaluated } = sampleMessages('');
    const second = await newcomer('another worker');
    await second.say(register);
    await second.hear('welcome');
    await second.say({ kind: 'ready' });
    await heard();
    await first.say({ ...evaluated, task: 1, result: Float32Array.of(Number.NaN) });
    expect((await second.hear('evaluate')).task).toBe(1);
    await first.say({ ...evaluated, task: 2, result: new Float32Array(3) });
    expect((await second.hear('evaluate')).task).toBe(2);
    for (const task of [1, 2]) await second.say({ ...evaluated, task, result: Float32Array.of(task) });
    expect(await results()).toEqual([Float32Array.of(1), Float32Array.of(2)]);
  });

  describe('that hears of the same refusal again and again', () => {
    const { offence, push } = sampleMessages('');
    const reportOften = async (generation: number, times: number): Promise<{ worker: string | undefined; notices: string[] }> => {
      const { cluster, notices, heard, stand } = await scene('stepAssignment');
      const { puppet } = await stand('parameter-server', 'ready');
      for (let time = 0; time < times; time += 1) await puppet.say({ ...offence, offender: 'the worker', push: { ...push, generation } });
      await heard();
      return { worker: cluster.control.roster.find('the worker')?.state, notices: notices.filter((line) => line.includes('too long')) };
    };

    it('names it once for all chunks of all shards, and replaces a worker that does not stop', async () => {
      // Two chunks at most, of four shards.
      expect(await reportOften(1, 1 + 2 * 2 * 4)).toEqual({
        worker: 'ready',
        notices: ['worker-1 (process 7 on elsewhere): too long; it is computed again'],
      });
      expect(await reportOften(1, 2 + 2 * 2 * 4)).toEqual({
        worker: 'gone',
        notices: [expect.any(String), 'worker-1 (process 7 on elsewhere) is replaced: too long; the run waits for a worker'],
      });
    });

    it('throws out a worker that answers a generation that was never assigned', async () => {
      expect(await reportOften(2, 1)).toEqual({
        worker: 'gone',
        notices: ['worker-1 (process 7 on elsewhere) is thrown out: too long; the run waits for a worker'],
      });
    });
  });

  it('takes nobody for a server that it has not started, for ready before its welcome, or for alive because another says so', async () => {
    const { cluster, notices, heard, newcomer } = await scene('ready');
    const { roster } = cluster.control;
    const { register, heartbeat } = sampleMessages('');
    const [server, worker, other] = [await newcomer('a server'), await newcomer('a worker'), await newcomer('another')];
    await server.say({ ...register, role: 'parameter-server', fingerprint: '' });
    expect(await server.hear('refused')).toMatchObject({
      code: 'PEER_UNAUTHORISED',
      message: 'a process on elsewhere registered as parameter-server; this run expects it as worker',
    });
    await worker.say(register);
    await heard();
    const member = roster.find('a worker');
    await other.say(heartbeat);
    await (await newcomer('a forger')).say(heartbeat);
    await heard();
    expect([roster.find('a server'), member?.residentBytes]).toEqual([undefined, 0]);
    await worker.say({ kind: 'ready' }); // no server is there yet, so nobody is welcome
    await heard();
    expect(member?.state).toBe('gone');
    expect(notices.at(-1)).toMatch(/^worker-1 \(process 7 on elsewhere\) is thrown out: it was ready before it was welcome/);
    await cluster.control.until(() => true);
  });
});

describe('a parameter server', () => {
  const description = smallGame(raw, { ...PATIENT, servers: 2, workers: 1 });
  const samples = sampleMessages(description.schemaHash);
  const slice = (group: string): GroupState => {
    const state = firstGroups(description).find((other) => other.group === group);
    if (state === undefined) throw new Error(`there is no group ${group}`);
    return group === 'classifier'
      ? state
      : {
          ...state,
          values: state.values.slice(0, 65_536),
          slots: Object.fromEntries(Object.entries(state.slots).map(([name, slot]) => [name, slot.slice(0, 65_536)])),
        };
  };

  /** The real server number `index` of two; the coordinator and the other server are puppets. */
  async function served(
    index: 0 | 1,
    groups: readonly string[] = ['classifier'],
  ): Promise<{ coordinator: Puppet; lead: Puppet | null; peer: (name: string) => Promise<Puppet>; ended: Promise<unknown> }> {
    const transport = createMemoryTransport();
    const control = await transport.listen('memory://control');
    const coordinator = Puppet.listening(control, 'server', origin('coordinator'));
    const ended = runParameterServer({
      transport,
      controlAddress: control.address,
      dataAddress: 'memory://server',
      listenerTrust: {},
      memberTrust: {},
      runId: 'run',
      epoch: 1,
      incarnation: 'server',
      host: 'here',
      processId: 1,
      planOf: () => ({ ...description, phases: description.objective.phases, freshNetworks: () => new Map() }),
    }).then(() => 'goodbye', (error: unknown) => errorCode(error));
    opened.push(async () => { await coordinator.say({ kind: 'shutdown', reason: 'done' }); await ended; });
    await coordinator.hear('register');
    const own = { index, address: 'memory://server', incarnation: 'server' };
    const other = { index: 1 - index, address: 'memory://other', incarnation: 'the other' };
    const leading = index === 1 ? await transport.listen(other.address) : null;
    await coordinator.say({
      ...samples.welcome,
      name: 'parameter-server',
      index,
      configJson: JSON.stringify(description.config),
      servers: [own, other],
    });
    await coordinator.hear('ready');
    if (index === 0) for (const group of groups) await coordinator.say({ kind: 'loadState', state: slice(group), offset: 0 });
    const lead = leading === null ? null : Puppet.listening(leading, 'server', origin('the other'));
    return { coordinator, lead, ended, peer: (name) => connected(transport, 'memory://server', name) };
  }

  it.each([
    { party: 'worker', name: 'a worker' },
    { party: 'parameter-server', name: 'the other' },
  ] as const)('takes of a $party what the table allows, and tells the coordinator of anything else', async ({ party, name }) => {
    for (const kind of KINDS) {
      const { coordinator, peer } = await served(0, kind === 'prepared' ? ['classifier', 'autoencoder'] : undefined);
      const speaker = await peer(name);
      await speaker.say(samples[kind]);
      if (isPermitted(kind, party, 'parameter-server') && kind !== 'refused' && kind !== 'commit') {
        const observer = await peer('an observer');
        await observer.say({ ...samples.pull, request: 77 });
        await observer.hear('parameters'); // so that what was said before has been heard
        expect([speaker.hasHeard('refused'), coordinator.hasHeard('offence')], kind).toEqual([false, false]);
      } else {
        expect((await speaker.hear('refused')).code, kind).toBe('MESSAGE_FORBIDDEN');
        expect(await coordinator.hear('offence'), kind).toMatchObject({ offender: name, code: 'MESSAGE_FORBIDDEN' });
      }
      for (const close of opened.splice(0).reverse()) await close();
    }
  });

  it('refuses everything of whoever is gone, and tells nobody: the coordinator knows', async () => {
    const { coordinator, peer } = await served(0);
    const speaker = await peer('a worker');
    await coordinator.say({ kind: 'fence', fenced: 'a worker' });
    await coordinator.say({ ...samples.captureState });
    await coordinator.hear('stateCaptured');
    for (const kind of KINDS) {
      await speaker.say(samples[kind]);
      expect((await speaker.hear('refused')).code, kind).toBe('INCARNATION_STALE');
    }
    expect(coordinator.hasHeard('offence')).toBe(false);
  });

  it('refuses the vote of a server about another\'s slice', async () => {
    const { coordinator, peer } = await served(0, ['classifier', 'autoencoder']);
    await (await peer('the other')).say({ ...samples.prepared, firstNormTile: 0 });
    expect(await coordinator.hear('offence')).toMatchObject({ offender: 'the other', code: 'MESSAGE_MALFORMED' });
  });

  it.each([
    { party: 'coordinator', index: 0 },
    { party: 'parameter-server', index: 1 },
  ] as const)(
    'ends with anything of the $party (server $index) that the table does not allow: they are of different versions',
    async ({ party, index }) => {
      for (const kind of KINDS) {
        if (isPermitted(kind, party, 'parameter-server') && kind !== 'prepared') continue;
        const { coordinator, lead, ended } = await served(index);
        await (lead ?? coordinator).say(samples[kind]);
        expect(await coordinator.hear('failed'), kind).toMatchObject({ code: 'MESSAGE_FORBIDDEN' });
        expect(await ended, kind).toBe('MESSAGE_FORBIDDEN');
        opened.splice(0);
      }
    },
  );
});

describe('a worker', () => {
  const description = smallGame(raw, { ...PATIENT, servers: 1, workers: 1 });
  const samples = sampleMessages(description.schemaHash);

  it.each(['coordinator', 'parameter-server'] as const satisfies readonly Party[])(
    'ends with anything of the %s that the table does not allow: they are of different versions',
    async (party) => {
      for (const kind of KINDS) {
        if (isPermitted(kind, party, 'worker')) continue;
        const transport = createMemoryTransport();
        const coordinator = Puppet.listening(await transport.listen('memory://control'), 'worker', origin('coordinator'));
        const server = Puppet.listening(await transport.listen('memory://server'), 'worker', origin('server'));
        const ended = runWorker({
          transport,
          controlAddress: 'memory://control',
          trust: {},
          host: 'here',
          fingerprint: 'native threads=1',
          origin: origin('worker'),
          engine: {
            name: 'native',
            version: '0',
            device: 'cpu',
            hold: (values) => Object.assign(values.slice(), { dispose: () => undefined }),
            vector: (length) => new Float32Array(length),
          },
          prepare: async () => ({
            description,
            gradients: smallGradients(description),
            evaluator: { evaluate: async () => new Float32Array(0), dispose: () => undefined },
          }),
          openHeartbeat: () => ({ update: () => undefined, stop: async () => undefined }),
        }).then(
          () => 'goodbye',
          (error: unknown) => errorCode(error),
        );
        await coordinator.hear('register');
        await coordinator.say({
          ...samples.welcome,
          configJson: JSON.stringify(description.config),
          servers: [{ index: 0, address: 'memory://server', incarnation: 'server' }],
        });
        await coordinator.hear('ready');
        await coordinator.say(samples.stepAssignment);
        await server.hear('pull');
        await (party === 'coordinator' ? coordinator : server).say(samples[kind]);
        expect(await ended, kind).toBe('MESSAGE_FORBIDDEN');
      }
    },
  );
});
