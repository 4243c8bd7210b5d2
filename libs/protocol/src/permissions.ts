import type { MessageBody, Role } from './messages.js';

type Kind = MessageBody['kind'];
export type Party = Role | 'coordinator';

/**
 * The state of a sender as its receiver knows it. The coordinator distinguishes all four. To a server every sender is `ready` until it was
 * given up (`gone`). The coordinator itself is always `ready`.
 */
export type Standing = 'unregistered' | 'joining' | 'ready' | 'gone';

/** Who may send a message, to whom, when, and about what. */
export interface Permission {
  readonly from: Party;
  readonly to: Party;
  readonly standings: readonly Standing[];
  /** What else is checked, in words. */
  readonly about: string;
}

const READY: readonly Standing[] = ['ready'];
/** A process without an answer registers again. */
const NEW: readonly Standing[] = ['unregistered', 'joining'];
const MEMBERS: readonly Standing[] = ['joining', 'ready'];
const ANYBODY: readonly Standing[] = ['unregistered', 'joining', 'ready', 'gone'];

/** Every permitted message; docs/wire.md shows the same table. */
export const PERMISSIONS: Readonly<Record<Kind, readonly Permission[]>> = {
  register: [
    { from: 'worker', to: 'coordinator', standings: NEW, about: 'an engine of this run' },
    { from: 'parameter-server', to: 'coordinator', standings: NEW, about: 'an incarnation that the coordinator started' },
  ],
  welcome: toBoth('the next epoch'),
  ready: [
    { from: 'worker', to: 'coordinator', standings: MEMBERS, about: 'a welcome that it was sent' },
    { from: 'parameter-server', to: 'coordinator', standings: MEMBERS, about: 'a welcome that it was sent' },
  ],
  refused: [
    ...toBoth('what it sent'),
    { from: 'parameter-server', to: 'worker', standings: READY, about: 'what it sent' },
    { from: 'parameter-server', to: 'parameter-server', standings: READY, about: 'a vote that it sent' },
  ],
  heartbeat: [
    { from: 'worker', to: 'coordinator', standings: ANYBODY, about: 'itself' },
    { from: 'parameter-server', to: 'coordinator', standings: ANYBODY, about: 'itself' },
  ],
  heartbeatAck: [{ from: 'coordinator', to: 'worker', standings: READY, about: 'its heartbeat' }],
  failed: [
    { from: 'worker', to: 'coordinator', standings: MEMBERS, about: 'itself' },
    { from: 'parameter-server', to: 'coordinator', standings: MEMBERS, about: 'itself' },
  ],
  fence: [{ from: 'coordinator', to: 'parameter-server', standings: READY, about: 'an incarnation that was given up' }],
  offence: [{ from: 'parameter-server', to: 'coordinator', standings: MEMBERS, about: 'a message that it has refused' }],
  unreached: [{ from: 'worker', to: 'coordinator', standings: MEMBERS, about: 'a server that its welcome names' }],
  shutdown: toBoth('the end'),
  stepAssignment: [{ from: 'coordinator', to: 'worker', standings: READY, about: 'a step' }],
  stepReport: [{ from: 'worker', to: 'coordinator', standings: READY, about: 'a step that it was assigned' }],
  committed: [{ from: 'parameter-server', to: 'coordinator', standings: READY, about: 'a step that was assigned; by the lead' }],
  commitReport: [{ from: 'parameter-server', to: 'coordinator', standings: READY, about: 'a step that was assigned; not by the lead' }],
  commitInquiry: [{ from: 'coordinator', to: 'parameter-server', standings: READY, about: 'a step that was assigned; to the lead' }],
  evaluate: [{ from: 'coordinator', to: 'worker', standings: READY, about: 'a task' }],
  evaluated: [{ from: 'worker', to: 'coordinator', standings: READY, about: 'a task that it was assigned' }],
  loadState: [{ from: 'coordinator', to: 'parameter-server', standings: READY, about: 'its slice' }],
  stateLoaded: [{ from: 'parameter-server', to: 'coordinator', standings: READY, about: 'its slice' }],
  captureState: [{ from: 'coordinator', to: 'parameter-server', standings: READY, about: 'its slice' }],
  stateCaptured: [{ from: 'parameter-server', to: 'coordinator', standings: READY, about: 'its slice, as long as that is' }],
  push: [{ from: 'worker', to: 'parameter-server', standings: READY, about: 'the next version, its step, a chunk of the slice' }],
  pull: [{ from: 'worker', to: 'parameter-server', standings: READY, about: 'a group of this layout, 16 versions ahead at most' }],
  parameters: [{ from: 'parameter-server', to: 'worker', standings: READY, about: 'its pull' }],
  prepared: [{ from: 'parameter-server', to: 'parameter-server', standings: READY, about: 'its own slice; to the lead' }],
  commit: [{ from: 'parameter-server', to: 'parameter-server', standings: READY, about: 'a vote of all; by the lead' }],
};

/** Whether a message of this kind is permitted. */
export function isPermitted(kind: Kind, from: Party, to: Party, standing: Standing = 'ready'): boolean {
  return PERMISSIONS[kind].some(
    (permission) => permission.from === from && permission.to === to && permission.standings.includes(standing),
  );
}

/** From the coordinator to workers and servers. */
function toBoth(about: string): Permission[] {
  return [
    { from: 'coordinator', to: 'worker', standings: READY, about },
    { from: 'coordinator', to: 'parameter-server', standings: READY, about },
  ];
}
