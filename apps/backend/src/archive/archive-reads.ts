import type { PositionRange } from '@kanade/archive';
import type { StoredMessage } from '@kanade/messaging';
import { unpack } from '../projections/packed-batch.ts';
import { SupervisedWorker } from '../projections/supervised-worker.ts';
import type { ArchiveReadsMessage, ArchiveReadsRequest, ArchiveRequest } from './archive-requests.ts';
import type { RecordArchive, RecordArchivePlace } from './record-archive.ts';

interface Question {
  readonly request: ArchiveRequest;
  readonly resolve: (answer: ArchiveReadsMessage) => void;
  readonly reject: (error: Error) => void;
}

/** The archive as the main thread reads it: in a thread that may wait for a disk. */
export class ArchiveReads implements RecordArchive {
  private readonly worker: SupervisedWorker<ArchiveReadsMessage>;
  private readonly open = new Map<number, Question>();
  private asked = 0;
  private ready = false;

  /** `onCrash` is told why the thread has ended; it is started again. */
  constructor(place: RecordArchivePlace, onCrash: (reason: string) => void) {
    this.worker = new SupervisedWorker({
      name: 'archive-reads',
      module: '../archive/archive-reads.worker',
      data: () => place,
      onMessage: (message) => this.receive(message),
      onCrash: (reason) => {
        this.ready = false;
        // Not asked again: one of them may be why it ended.
        this.rejectAll(`the thread that reads the archive has ended: ${reason}`);
        onCrash(reason);
      },
    });
    this.worker.start();
  }

  async last(): Promise<number> {
    const answer = await this.ask({ type: 'last' });
    return answer.type === 'position' ? answer.position : 0;
  }

  async get(sequence: number): Promise<StoredMessage | undefined> {
    return (await this.events({ type: 'get', sequence }))[0];
  }

  readFrom(position: number): Promise<StoredMessage[]> {
    return this.events({ type: 'from', position });
  }

  readSubject(subject: string, ranges: readonly PositionRange[]): Promise<StoredMessage[]> {
    return this.events({ type: 'subject', subject, ranges });
  }

  async readLast(subject: string, ranges: readonly PositionRange[]): Promise<StoredMessage | undefined> {
    return (await this.events({ type: 'newest', subject, ranges }))[0];
  }

  async close(): Promise<void> {
    this.rejectAll('the backend is stopping');
    await this.worker.stop();
  }

  private async events(request: ArchiveRequest): Promise<StoredMessage[]> {
    const answer = await this.ask(request);
    return answer.type === 'events' ? unpack(answer.batch) : [];
  }

  private ask(request: ArchiveRequest): Promise<ArchiveReadsMessage> {
    return new Promise((resolve, reject) => {
      this.asked += 1;
      this.open.set(this.asked, { request, resolve, reject });
      if (this.ready) this.tell(this.asked, request);
    });
  }

  private tell(id: number, request: ArchiveRequest): void {
    const question: ArchiveReadsRequest = { type: 'ask', id, request };
    this.worker.tell(question);
  }

  private receive(message: ArchiveReadsMessage): void {
    if (message.type === 'ready') {
      this.ready = true;
      for (const [id, { request }] of this.open) this.tell(id, request);
      return;
    }
    const question = this.open.get(message.id);
    this.open.delete(message.id);
    if (message.type === 'failed') question?.reject(new Error(message.reason));
    else question?.resolve(message);
  }

  private rejectAll(reason: string): void {
    for (const { reject } of this.open.values()) reject(new Error(reason));
    this.open.clear();
  }
}
