import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { httpUrl, natsUrl, publicNatsUrls } from './addresses.ts';
import { childEnvironment } from './child-environment.ts';
import { root, type DataPaths } from './paths.ts';
import type { Ports } from './ports.ts';
import type { Settings } from './settings.ts';
import type { ChildPlan } from './supervised-child.ts';
import type { Certificates } from './tls/certificates.ts';

/** Starts the backend; it is ready when its health page says so. */
export function backendPlan(settings: Settings, paths: DataPaths, ports: Ports, certificates: Certificates | undefined): ChildPlan {
  return {
    name: 'the backend',
    logFile: join(paths.logs, 'backend.log'),
    holdFile: join(paths.hold, 'backend'),
    stopGraceMs: 15_000,
    command: () => ({
      file: process.execPath,
      args: ['--enable-source-maps', join(root, 'apps/backend/dist/main.js')],
      env: childEnvironment({
        KANADE_HTTP_HOST: settings.httpHost,
        KANADE_HTTP_PORT: String(ports.http),
        KANADE_NATS_URL: natsUrl(settings, ports),
        KANADE_NATS_PUBLIC_URLS: publicNatsUrls(settings, ports).join(','),
        ...(certificates === undefined ? {} : { KANADE_TLS_CERT: certificates.certFile, KANADE_TLS_KEY: certificates.keyFile }),
        // For whom it dials itself, the broker, and for the tokens it makes.
        ...(certificates?.caFile === undefined ? {} : { KANADE_TLS_CA: certificates.caFile, NODE_EXTRA_CA_CERTS: certificates.caFile }),
        KANADE_DATA_DIR: paths.dataDir,
        KANADE_ARCHIVE_DIR: settings.archiveDir ?? paths.archive,
        KANADE_CONSOLE_DIR: join(root, 'apps/console/dist'),
        KANADE_ADMIN_PASSWORD_FILE: paths.adminPassword,
        ...settings.forBackend,
        KANADE_LOG_LEVEL: settings.logLevel,
        NODE_ENV: 'production',
      }),
    }),
    ready: (_pid, signal) => untilHealthy(`${httpUrl(settings, ports)}/health/ready`, signal),
  };
}

async function untilHealthy(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(2000)]) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    await delay(200, undefined, { signal }).catch(() => undefined);
  }
}
