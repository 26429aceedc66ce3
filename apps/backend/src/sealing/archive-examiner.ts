import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { readRotations } from '@kanade/messaging';
import type { Worker } from 'node:worker_threads';
import { Broker } from '../broker/broker.ts';
import { Config } from '../config/config.ts';
import { DomainError } from '../domain-error.ts';
import { startWorker } from '../projections/started-worker.ts';
import type { ExamineMessage, ExamineRequest, Listing } from './examine-messages.ts';

type Answer<Task extends ExamineMessage['task']> = Extract<ExamineMessage, { readonly task: Task }>;

/** Reads the archive in a thread of its own, for it may be larger than memory and slower than anybody waits for the main thread. */
@Injectable()
export class ArchiveExaminer implements OnApplicationShutdown {
  private readonly workers = new Set<Worker>();
  private reading = false;

  constructor(
    private readonly broker: Broker,
    private readonly config: Config,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.workers].map((worker) => worker.terminate()));
  }

  /** The archive's directory; throws `conflict` where nothing is archived. */
  get root(): string {
    const { archiveDir } = this.config;
    if (archiveDir === undefined) throw new DomainError('conflict', 'Nothing is archived here: set KANADE_ARCHIVE_DIR to a directory on another disk, and start kanade again.');
    return archiveDir;
  }

  async list(): Promise<Listing> {
    const answer = await this.ask('list', 0);
    return answer.listing;
  }

  /** Reads everything up to a position, one call at a time; throws `conflict` while another is under way. */
  async examine<Task extends 'verify' | 'seal'>(task: Task, size: number): Promise<Answer<Task>> {
    if (this.reading) throw new DomainError('conflict', 'The archive is being read for somebody else; try again when that is done.', { retryable: true });
    this.reading = true;
    try {
      return await this.ask(task, size);
    } finally {
      this.reading = false;
    }
  }

  private async ask<Task extends ExamineRequest['task']>(task: Task, size: number): Promise<Answer<Task>> {
    const message = await this.run({ task, root: this.root, directory: this.config.readModelDir, incarnation: this.broker.get().events.incarnation, size, keys: this.keys() });
    if (message.task === 'failed') throw new DomainError('internal', `The archive could not be read: ${message.reason}`);
    if (!isAnswer(message, task)) throw new Error(`the archive was asked to ${task} and answered to ${message.task}`);
    return message;
  }

  private keys(): ExamineRequest['keys'] {
    const replaced = readRotations(this.config.keysDir).flatMap(({ use, previous }) => (use === 'checkpoint' ? [previous] : []));
    return [this.broker.get().keys.checkpoint, ...replaced].map(({ id, publicKey }) => ({ id, publicKey }));
  }

  private run(request: ExamineRequest): Promise<ExamineMessage> {
    const worker = startWorker('archive-examiner', '../sealing/examine.worker', request);
    this.workers.add(worker);
    return new Promise<ExamineMessage>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => {
        this.workers.delete(worker);
        reject(new DomainError('internal', 'The thread that read the archive ended.'));
      });
    });
  }
}

const isAnswer = <Task extends ExamineMessage['task']>(message: ExamineMessage, task: Task): message is Answer<Task> => message.task === task;
