import { Module } from '@nestjs/common';
import { loadServerKeys, readRotations } from '@kanade/messaging';
import { Broker } from './broker/broker.ts';
import { Config } from './config/config.ts';
import { controlTrust } from './projections/control-keys.ts';
import { FoldClient } from './projections/fold-client.ts';
import type { WorkerSettings } from './projections/fold-messages.ts';
import { LiveOverlay } from './projections/live-overlay.ts';
import { ProjectionSettings } from './projections/projection-settings.ts';
import { queryHandlers } from './projections/query-handlers.ts';
import { RawEvents } from './projections/raw-events.ts';
import { TableScales } from './projections/table-sizes.ts';
import { VerifierClient } from './projections/verifier-client.ts';

/** How long whoever reads in a read model may still do so once another one answers. */
const replacedForMs = 60_000;

function projectionSettings(config: Config): ProjectionSettings {
  const trust = controlTrust(loadServerKeys(config.keysDir), readRotations(config.keysDir));
  const worker: WorkerSettings = { natsUrl: config.natsUrl, credsFile: config.backendCreds, directory: config.readModelDir, archive: config.archiveDir, trust, kept: config.kept };
  return { worker, replacedForMs };
}

function rawEvents(broker: Broker): RawEvents {
  return { get: (sequence) => broker.get().events.get(sequence) };
}

/** Fold, verifier and queries, given what they need of the rest. */
@Module({
  providers: [
    { provide: ProjectionSettings, useFactory: projectionSettings, inject: [Config] },
    { provide: RawEvents, useFactory: rawEvents, inject: [Broker] },
    FoldClient, VerifierClient, LiveOverlay, TableScales, ...queryHandlers,
  ],
  exports: [FoldClient, VerifierClient, LiveOverlay],
})
export class ReadSideModule {}
