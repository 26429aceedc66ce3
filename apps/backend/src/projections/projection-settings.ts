import type { WorkerSettings } from './fold-messages.ts';

/** What the read side needs to know; provided by whoever reads the configuration. */
export abstract class ProjectionSettings {
  abstract readonly worker: WorkerSettings;
  /** How long a read model that was replaced stays, ms. */
  abstract readonly replacedForMs: number;
}
