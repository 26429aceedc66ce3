import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { checkpointText, formatPosition, parsePosition } from '@kanade/contracts';
import type { Checkpoint } from '@kanade/contracts';
import { loadServerKeys, readRotations, signBytes } from '@kanade/messaging';
import type { SigningKey } from '@kanade/messaging';
import { checkpointFault, treeRoot } from '@kanade/proof';
import { Subject, filter, firstValueFrom, take, timeout } from 'rxjs';
import type { Observable, Subscription } from 'rxjs';
import { Clock } from '../clock.ts';
import { Config } from '../config/config.ts';
import { DomainError } from '../domain-error.ts';
import { Log } from '../log.ts';
import { positionUnknown } from '../projections/past.ts';
import { VerifierClient } from '../projections/verifier-client.ts';
import type { VerifiedTree, VerifierStatus } from '../projections/verifier-client.ts';
import { CheckpointFile } from './checkpoint-file.ts';

const periodMs = 60_000;
/** So many events are not left without a checkpoint, however quickly they come. */
const mostEvents = 10_000;
/** As many are at hand; the file has them all. */
const mostKept = 10_000;
const longestWaitMs = 5000;

/** Signs what the verifier has seen, every minute in which something happened, and notices when the record is not what was signed before. */
@Injectable()
export class CheckpointKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly file: CheckpointFile;
  private readonly made = new Subject<Checkpoint>();
  private key: SigningKey | undefined;
  private kept: Checkpoint[] = [];
  /** Of the history in `kept` that the tree has been compared to. */
  private compared = false;
  private incarnation: string | undefined;
  private signedAt = 0;
  private found: string | undefined;
  private unwritten: string | undefined;
  private watching: Subscription | undefined;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly verifier: VerifierClient,
    private readonly log: Log,
  ) {
    this.file = new CheckpointFile(config.checkpointFile);
  }

  onApplicationBootstrap(): void {
    this.key = loadServerKeys(this.config.keysDir).checkpoint;
    this.watching = this.verifier.progressed.subscribe((status) => this.look(status));
  }

  onApplicationShutdown(): void {
    this.watching?.unsubscribe();
  }

  /** Every checkpoint as it is signed. */
  get signed(): Observable<Checkpoint> {
    return this.made;
  }

  /** The newest checkpoint of this history. */
  latest(): Checkpoint | undefined {
    return this.kept.at(-1);
  }

  /** Those of fewer events than `before`, newest first. */
  list(limit: number, before = Infinity): Checkpoint[] {
    return this.kept.filter(({ size }) => size < before).slice(-limit).reverse();
  }

  /** The one over so many events. */
  ofSize(size: number): Checkpoint | undefined {
    return this.kept.findLast((checkpoint) => checkpoint.size === size);
  }

  /** In English: how the record is not what was signed; nothing more is signed then. */
  get conflict(): string | undefined {
    return this.found;
  }

  /** Why checkpoints cannot be written to their file. */
  get failure(): string | undefined {
    return this.unwritten;
  }

  /** The tree, for proofs. Throws `read-behind` before the verifier is open. */
  tree(): VerifiedTree {
    const tree = this.verifier.tree();
    if (tree === undefined) throw new DomainError('read-behind', 'The verifier is not open yet; try again in a moment.', { retryable: true });
    return tree;
  }

  /** The newest checkpoint, made now where there is none that covers a position. Throws `read-behind` and `position-unknown`. */
  async covering(position: string): Promise<Checkpoint> {
    const wanted = parsePosition(position) ?? { incarnation: '', sequence: 0 };
    const isReached = () => (this.verifier.tree()?.size ?? -1) >= wanted.sequence;
    if (!isReached()) await firstValueFrom(this.verifier.progressed.pipe(filter(isReached), take(1), timeout(longestWaitMs))).catch(() => undefined);
    const tree = this.tree();
    if (tree.incarnation !== wanted.incarnation) throw positionUnknown(position, { incarnation: tree.incarnation, sequence: tree.size });
    const sound = this.continuesAll(tree, this.verifier.status().lagEvents);
    if (this.found !== undefined) throw new DomainError('read-behind', `No checkpoint is signed: ${this.found}.`);
    if (!isReached() || !sound) throw new DomainError('read-behind', `Position ${position} has not been verified yet; try again.`, { retryable: true, details: { position: formatPosition({ ...tree, sequence: tree.size }) } });
    const latest = this.latest();
    return latest !== undefined && latest.size >= wanted.sequence ? latest : this.signTree(tree);
  }

  /** Signs with the checkpoint key what stands on a checkpoint. */
  signText(text: string): string {
    return signBytes(this.ownKey(), text);
  }

  /** The same, with the key's id. */
  sign(text: string): { readonly key: string; readonly signature: string } {
    return { key: this.ownKey().id, signature: this.signText(text) };
  }

  private ownKey(): SigningKey {
    if (this.key === undefined) throw new Error('something is to be signed before the keys were read');
    return this.key;
  }

  private look({ lagEvents }: VerifierStatus): void {
    const tree = this.verifier.tree();
    if (tree === undefined || tree.size === 0 || !this.continuesAll(tree, lagEvents)) return;
    const fresh = tree.size - (this.latest()?.size ?? 0);
    if (fresh >= mostEvents || (fresh > 0 && this.clock.now() - this.signedAt >= periodMs)) this.signTree(tree);
  }

  private turnTo(incarnation: string): void {
    const { keysDir } = this.config;
    const keys = [...(this.key === undefined ? [] : [this.key]), ...readRotations(keysDir).flatMap(({ use, previous }) => (use === 'checkpoint' ? [previous] : []))];
    this.incarnation = incarnation;
    this.kept = this.file.read().filter((checkpoint) => checkpoint.incarnation === incarnation && checkpointFault(checkpoint, keys) === undefined).slice(-mostKept);
    this.compared = false;
    this.found = undefined;
  }

  /** True once the tree continues the newest checkpoint; before the verifier has got that far again there is nothing to say. */
  private continuesAll(tree: VerifiedTree, lagEvents: number): boolean {
    if (tree.incarnation !== this.incarnation) this.turnTo(tree.incarnation);
    const latest = this.latest();
    if (latest === undefined) return this.found === undefined;
    if (tree.size < latest.size) {
      this.compared = false;
      if (lagEvents === 0) this.contradict(`the record ends at ${tree.size}, and a checkpoint over ${latest.size} events was signed at ${latest.time}`);
      return false;
    }
    if (!this.compared) {
      const root = Buffer.from(treeRoot(tree.subtrees, latest.size)).toString('hex');
      if (root === latest.root) this.found = undefined;
      else this.contradict(`the first ${latest.size} events of the record are not those that were signed at ${latest.time}`);
      this.compared = true;
    }
    return this.found === undefined;
  }

  private contradict(conflict: string): void {
    if (this.found === undefined) this.log.error({ checkpoint: this.latest() }, `the record is not what was signed: ${conflict}`);
    this.found = conflict;
  }

  private signTree(tree: VerifiedTree): Checkpoint {
    const { incarnation, size } = tree;
    const now = this.clock.now();
    const statement = { incarnation, size, root: Buffer.from(treeRoot(tree.subtrees, size)).toString('hex'), time: new Date(now).toISOString() };
    const checkpoint = { ...statement, ...this.sign(checkpointText(statement)) };
    this.write(checkpoint);
    this.kept.push(checkpoint);
    if (this.kept.length > mostKept * 1.1) this.kept = this.kept.slice(-mostKept);
    this.signedAt = now;
    this.made.next(checkpoint);
    return checkpoint;
  }

  private write(checkpoint: Checkpoint): void {
    try {
      this.file.append(checkpoint);
      this.unwritten = undefined;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.unwritten !== reason) this.log.error({ err: error }, `checkpoints cannot be written to ${this.config.checkpointFile}`);
      this.unwritten = reason;
    }
  }
}
