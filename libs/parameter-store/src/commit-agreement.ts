import { LetheError } from '@lethe/errors';
import { clipScale, fixedTreeTotal } from '@lethe/optim';
import { NORM_BLOCK_LENGTH, type Prepared, type Slice } from '@lethe/protocol';

/** What the lead decides about a version once every server has all of it. */
export type Decision =
  | { readonly kind: 'commit'; readonly version: number; readonly scale: number; readonly gradientNorm: number; readonly followers: readonly string[] }
  | { readonly kind: 'refuse'; readonly version: number; readonly notFinite: string };

interface Vote {
  readonly prepared: Prepared;
  /** The transport's name of the server; null for the lead itself. */
  readonly peer: string | null;
}

/**
 * The lead server's side of a commit: collects what the servers holding a group have prepared. The norm is summed over
 * fixed blocks along a fixed tree, so it does not depend on how many servers there are or who answered first.
 */
export class CommitAgreement {
  readonly #holders: readonly Slice[];
  readonly #clipNorm: number | null;
  #votes = new Map<number, Vote>();
  /** For a server that did not hear of it. */
  lastDecision: Decision | null = null;

  /** @param holders the slices of all servers that hold something of the group, in order. */
  constructor(holders: readonly Slice[], clipNorm: number | null) {
    this.#holders = holders;
    this.#clipNorm = clipNorm;
  }

  /**
   * Takes one server's vote.
   *
   * @returns the decision if it was the last one missing, else null.
   * @throws LetheError MESSAGE_MALFORMED for a vote that no server of this run has.
   */
  vote(prepared: Prepared, peer: string | null): Decision | null {
    this.#check(prepared);
    this.#votes.set(prepared.firstNormBlock, { prepared, peer });
    if (this.#votes.size < this.#holders.length) return null;
    const votes = [...this.#votes.values()].sort((a, b) => a.prepared.firstNormBlock - b.prepared.firstNormBlock);
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
    const notFinite = votes.find(({ prepared }) => prepared.notFinite !== '')?.prepared.notFinite;
    if (notFinite !== undefined) return { kind: 'refuse', version, notFinite };
    const followers = votes.flatMap(({ peer }) => (peer === null ? [] : [peer]));
    if (this.#clipNorm === null) return { kind: 'commit', version, scale: 1, gradientNorm: 0, followers };
    const gradientNorm = Math.sqrt(fixedTreeTotal(Float64Array.from(votes.flatMap(({ prepared }) => [...prepared.squares]))));
    return { kind: 'commit', version, scale: clipScale(gradientNorm, this.#clipNorm), gradientNorm, followers };
  }

  #check({ group, version, firstNormBlock, squares, notFinite }: Prepared): void {
    const holder = this.#holders.find(({ from }) => from === firstNormBlock * NORM_BLOCK_LENGTH);
    if (holder === undefined) throw malformed(`no server holds ${group} from norm block ${firstNormBlock}`);
    const [vote] = this.#votes.values();
    if (vote !== undefined && vote.prepared.version !== version) throw malformed(`version ${vote.prepared.version} of ${group} is being decided, found version ${version}`);
    const expected = this.#clipNorm === null ? 0 : Math.ceil((holder.to - holder.from) / NORM_BLOCK_LENGTH);
    if (notFinite === '' && squares.length !== expected) throw malformed(`expected ${expected} squares of ${group}, found ${squares.length}`);
  }
}

function malformed(what: string): LetheError {
  return new LetheError('MESSAGE_MALFORMED', `vote of a parameter server: ${what}`);
}
