import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from '@kanade/messaging';

/** An enrolled agent's data directory. */
export interface EnrolledAgent {
  readonly endpointId: string;
  readonly dataDir: string;
  readonly natsCreds: string;
}

/** The agent enrolled in a data directory, undefined before its enrolment. */
export function enrolledAgent(dataDir: string): EnrolledAgent | undefined {
  const identity = readIdentity(dataDir);
  const endpointId = identity?.['endpointId'];
  return typeof endpointId === 'string' ? { endpointId, dataDir, natsCreds: join(dataDir, 'nats.creds') } : undefined;
}

/** The agents enrolled in the folders below a directory, by name. */
export function enrolledAgentsBelow(parent: string): EnrolledAgent[] {
  if (!existsSync(parent)) return [];
  const names = readdirSync(parent, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return names.sort().map((name) => enrolledAgent(join(parent, name))).filter((agent) => agent !== undefined);
}

/** Those of the first `count` simulated endpoints that are enrolled: the ones a start with that many runs, by the names the agent gives them. */
export function simulatedAgents(parent: string, count: number): EnrolledAgent[] {
  const names = Array.from({ length: count }, (_, index) => `sim-${String(index + 1).padStart(4, '0')}`);
  return names.map((name) => enrolledAgent(join(parent, name))).filter((agent) => agent !== undefined);
}

/** Where the broker is, and the CA (PEM) to pin. */
export interface BrokerAccess {
  readonly url: string;
  readonly ca: string | null;
}

/** Tells an agent of ours where the broker is now, when it has moved since the enrolment. */
export function pointToBroker(dataDir: string, { url, ca }: BrokerAccess): void {
  const identity = readIdentity(dataDir);
  if (identity?.['endpointId'] === undefined) return;
  if (JSON.stringify([identity['urls'], identity['ca']]) === JSON.stringify([[url], ca])) return;
  writePrivateFile(join(dataDir, 'identity.json'), JSON.stringify({ ...identity, urls: [url], ca }, null, 2));
}

function readIdentity(dataDir: string): Record<string, unknown> | undefined {
  const file = join(dataDir, 'identity.json');
  if (!existsSync(file)) return undefined;
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}
