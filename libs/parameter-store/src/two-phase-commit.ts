import { LetheError } from '@lethe/errors';
import { clipScale, fixedTreeTotal } from '@lethe/optim';
import { NORM_TILE_LENGTH, type Prepared, type Slice } from '@lethe/protocol';

/** That a version is committed, which the lead decides when every server has prepared it. */
export interface Decision {
  readonly version: number;
  readonly scale: number;
  readonly gradientNorm: number;
  readonly followers: readonly string[];
}

/** Place of the lead among the servers. */
export const LEAD = 0;

/** A server that says that its slice is complete. */
export interface Voter {
  /** The transport's name of the server; null for the lead itself. */
  readonly peer: string | null;
  /** Among the servers, from 0. */
  readonly place: number;
}

interface Vote {
  readonly prepared: Prepared;
  readonly peer: string | null;
}

/**
 * The lead server's side of a commit: it collects the votes of the servers that hold a group. The norm is summed over fixed tiles along a
 * fixed tree, so it does not depend on how many servers there are or which voted first.
 */
export class TwoPhaseCommit {
  readonly #slices: readonly Slice[];
  /** How many servers hold a part of the group. */
  readonly #voters: number;
  readonly #clipNorm: number | null;
  #votes = new Map<number, Vote>();
  /** Kept for a server that did not receive it. */
  lastDecision: Decision | null = null;

  /** @param slices of all servers, by their places; empty for those that hold nothing of the group. */
  constructor(slices: readonly Slice[], clipNorm: number | null) {
    this.#slices = slices;
    this.#voters = slices.filter(({ from, to }) => to > from).length;
    this.#clipNorm = clipNorm;
  }

  /** Whether the lead decides at once when its own slice is complete, as it holds the whole group. */
  get isAlone(): boolean {
    return this.#voters === 1;
  }

  /**
   * Takes one server's vote.
   *
   * @returns the decision if it was the last one missing, else null.
   * @throws LetheError MESSAGE_MALFORMED for a vote that this server does not have.
   */
  vote(prepared: Prepared, { peer, place }: Voter): Decision | null {
    this.#check(prepared, place);
    this.#votes.set(prepared.firstNormTile, { prepared, peer });
    if (this.#votes.size < this.#voters) return null;
    const votes = [...this.#votes.values()].sort((a, b) => a.prepared.firstNormTile - b.prepared.firstNormTile);
    this.#votes = new Map();
    this.lastDecision = this.#decide(prepared.version, votes);
    return this.lastDecision;
  }

  /** Forgets the votes so far: another state was loaded. */
  reset(): void {
    this.lastDecision = null;
    this.#votes = new Map();
  }

  #decide(version: number, votes: readonly Vote[]): Decision {
    const followers = votes.flatMap(({ peer }) => (peer === null ? [] : [peer]));
    if (this.#clipNorm === null) return { version, scale: 1, gradientNorm: 0, followers };
    const gradientNorm = Math.sqrt(fixedTreeTotal(Float64Array.from(votes.flatMap(({ prepared }) => [...prepared.squares]))));
    return { version, scale: clipScale(gradientNorm, this.#clipNorm), gradientNorm, followers };
  }

  #check({ group, version, firstNormTile, squares }: Prepared, place: number): void {
    const slice = this.#slices[place];
    if (slice === undefined || slice.to <= slice.from || slice.from !== firstNormTile * NORM_TILE_LENGTH) {
      throw malformed(`parameter server ${place + 1} does not hold ${group} from norm tile ${firstNormTile}`);
    }
    const [vote] = this.#votes.values();
    if (vote !== undefined && vote.prepared.version !== version) {
      throw malformed(`version ${vote.prepared.version} of ${group} is being decided, found version ${version}`);
    }
    const expected = this.#clipNorm === null ? 0 : Math.ceil((slice.to - slice.from) / NORM_TILE_LENGTH);
    if (squares.length !== expected) throw malformed(`expected ${expected} squares of ${group}, found ${squares.length}`);
  }
}

function malformed(what: string): LetheError {
  return new LetheError('MESSAGE_MALFORMED', `vote of a parameter server: ${what}`);
}
