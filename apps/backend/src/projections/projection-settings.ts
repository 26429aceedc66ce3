import type { WorkerSettings } from './fold-messages.ts';

/** What the read side needs to know; provided by whoever reads the configuration. */
export abstract class ProjectionSettings {
  abstract readonly worker: WorkerSettings;
}
