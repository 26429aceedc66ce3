import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { openVerdicts } from '@kanade/read-models';
import type { Invalid, Verdicts } from '@kanade/read-models';
import { Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Subtrees } from '@kanade/proof';
import type { VerifierMessage } from './fold-messages.ts';
import { ProjectionSettings } from './projection-settings.ts';
import { SupervisedWorker } from './supervised-worker.ts';

export interface VerifierStatus {
  readonly state: 'starting' | 'running' | 'down';
  readonly detail: string;
  readonly lagEvents: number;
  readonly invalidCount: number;
}

/** The Merkle tree over the events that are verified. */
export interface VerifiedTree {
  readonly incarnation: string;
  readonly size: number;
  /** Its complete parts. */
  readonly subtrees: Subtrees;
}

/** The main thread's side of the verifier: what it has found, and what it still has to look at. */
@Injectable()
export class VerifierClient implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('verifier');
  private readonly directory: string;
  private readonly worker: SupervisedWorker<VerifierMessage>;
  private readonly found = new Subject<Invalid>();
  private readonly progress = new Subject<VerifierStatus>();
  private verdicts: Verdicts | undefined;
  private current: VerifierStatus = { state: 'starting', detail: 'The verifier is starting.', lagEvents: 0, invalidCount: 0 };

  constructor(settings: ProjectionSettings) {
    this.directory = settings.worker.directory;
    this.worker = new SupervisedWorker({
      name: 'verifier',
      module: './verifier.worker',
      data: () => settings.worker,
      onMessage: (message) => this.receive(message),
      onCrash: (reason, restartMs) => {
        this.current = { ...this.current, state: 'down', detail: `The verifier has stopped: ${reason}` };
        this.logger.error(`the verifier has stopped and starts again in ${restartMs} ms: ${reason}`);
      },
    });
  }

  onApplicationBootstrap(): void {
    this.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stop();
  }

  start(): void {
    this.worker.start();
  }

  async stop(): Promise<void> {
    await this.worker.stop();
    this.verdicts?.close();
    this.verdicts = undefined;
  }

  /** Every event found invalid from now on; what was found before is in `allInvalid`. */
  get invalid(): Observable<Invalid> {
    return this.found;
  }

  /** Everything found invalid so far, oldest first; empty before the verifier is open. */
  allInvalid(): Invalid[] {
    return this.verdicts?.invalid() ?? [];
  }

  /** How it is, whenever it has looked at something or for something. */
  get progressed(): Observable<VerifierStatus> {
    return this.progress;
  }

  /** The tree over what is verified; undefined before the verifier is open. */
  tree(): VerifiedTree | undefined {
    const reached = this.verdicts?.reached();
    return reached === undefined || this.verdicts === undefined ? undefined : { incarnation: reached.incarnation, size: reached.sequence, subtrees: this.verdicts.subtrees };
  }

  verdict(sequence: number): 'valid' | 'invalid' | 'pending' {
    return this.verdicts?.verdict(sequence) ?? 'pending';
  }

  status(): VerifierStatus {
    return this.current;
  }

  private receive(message: VerifierMessage): void {
    switch (message.type) {
      case 'opened':
        this.verdicts?.close();
        this.verdicts = openVerdicts(this.directory);
        this.current = { ...this.current, state: 'running', detail: 'The verifier is running.' };
        return;
      case 'verified':
        this.current = { ...this.current, lagEvents: message.lagEvents, invalidCount: message.invalidCount };
        this.progress.next(this.current);
        return;
      case 'invalid':
        for (const one of message.invalid) {
          this.logger.warn(`event ${one.sequence} of endpoint ${one.endpointId} is not vouched for: ${one.reason}`);
          this.found.next(one);
        }
        return;
      case 'failed':
        this.logger.error(`the verifier has failed: ${message.reason}`);
        return;
      default:
        message satisfies never;
    }
  }
}
