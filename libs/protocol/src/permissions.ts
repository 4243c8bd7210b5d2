import type { MessageBody, Role } from './messages.js';

type Kind = MessageBody['kind'];
export type Party = Role | 'coordinator';

/**
 * How a receiver knows a sender. The coordinator knows all four; a server takes everybody for `ready` who was not given up (`gone`);
 * the coordinator itself is always `ready`.
 */
export type Standing = 'unregistered' | 'joining' | 'ready' | 'gone';

/** Who may say something, to whom, when, and about what. */
export interface Permission {
  readonly from: Party;
  readonly to: Party;
  readonly standings: readonly Standing[];
  /** What else is checked, for people. */
  readonly about: string;
}

const READY: readonly Standing[] = ['ready'];
/** Who has heard no answer registers again. */
const NEW: readonly Standing[] = ['unregistered', 'joining'];
const MEMBERS: readonly Standing[] = ['joining', 'ready'];
const ANYBODY: readonly Standing[] = ['unregistered', 'joining', 'ready', 'gone'];

/** Everything that may be said; docs/wire.md shows the same table. */
export const PERMISSIONS: Readonly<Record<Kind, readonly Permission[]>> = {
  register: [
    { from: 'worker', to: 'coordinator', standings: NEW, about: 'an engine of this run' },
    { from: 'parameter-server', to: 'coordinator', standings: NEW, about: 'a life that the coordinator started' },
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
  heard: [{ from: 'coordinator', to: 'worker', standings: READY, about: 'its heartbeat' }],
  failed: [
    { from: 'worker', to: 'coordinator', standings: MEMBERS, about: 'itself' },
    { from: 'parameter-server', to: 'coordinator', standings: MEMBERS, about: 'itself' },
  ],
  fence: [{ from: 'coordinator', to: 'parameter-server', standings: READY, about: 'a life that is gone' }],
  offence: [{ from: 'parameter-server', to: 'coordinator', standings: MEMBERS, about: 'whoever sent it that' }],
  unreached: [{ from: 'worker', to: 'coordinator', standings: MEMBERS, about: 'a server that its welcome names' }],
  shutdown: toBoth('the end'),
  stepAssignment: [{ from: 'coordinator', to: 'worker', standings: READY, about: 'a step' }],
  stepReport: [{ from: 'worker', to: 'coordinator', standings: READY, about: 'a step that it was dealt' }],
  committed: [{ from: 'parameter-server', to: 'coordinator', standings: READY, about: 'a step that was dealt; by the lead' }],
  commitReport: [{ from: 'parameter-server', to: 'coordinator', standings: READY, about: 'a step that was dealt; not by the lead' }],
  commitInquiry: [{ from: 'coordinator', to: 'parameter-server', standings: READY, about: 'a step that was dealt; to the lead' }],
  evaluate: [{ from: 'coordinator', to: 'worker', standings: READY, about: 'a task' }],
  evaluated: [{ from: 'worker', to: 'coordinator', standings: READY, about: 'a task that it was dealt' }],
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

/** Whether the message may be looked at at all. */
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
