import { createHash, randomUUID } from 'node:crypto';
import { chainStart, chainText, headers as names, subjects } from '@kanade/contracts';
import { generateNkey, sha256Hex, signMessage, type SigningKey } from '@kanade/messaging';
import type { RawMessage } from '../bare/publish.ts';

/** A fleet whose runs all wait, and the results that end them: one run.finished and one output chunk each. */
export interface BenchHistory {
  readonly setup: RawMessage[];
  readonly results: RawMessage[];
  readonly output: RawMessage[];
}

const time = new Date().toISOString();
const os = { family: 'linux', name: 'Debian GNU/Linux', version: '12', architecture: 'x86_64' } as const;
const salt = '0'.repeat(32);
const text = Buffer.from('checking the volumes of this host, all is well\n'.repeat(9).slice(0, 400));

export function makeHistory(key: SigningKey, endpointCount: number, rounds: number): BenchHistory {
  const control = (aggregate: 'endpoint' | 'execution', id: string, type: string, data: unknown): RawMessage => {
    const subject = subjects.controlEvents(aggregate, id);
    const body = Buffer.from(JSON.stringify({ specversion: '1.0', id: randomUUID(), source: `control/${aggregate}/${id}`, type, time, principal: 'system', data }));
    return { subject, body, headers: signMessage(key, 'control', subject, body) };
  };
  const endpoints = Array.from({ length: endpointCount }, () => randomUUID());
  const setup = endpoints.map((endpointId, index) =>
    control('endpoint', endpointId, 'kanade.endpoint.enrolled.v1', {
      endpointId, hostname: `host-${index}`, os, agentVersion: '0.1.0', site: 'default', tokenId: 'bench', simulated: true,
      nkey: generateNkey('user').publicKey, signingKey: 'bench', sealingKey: 'bench',
    }));
  const results: RawMessage[] = [];
  const output: RawMessage[] = [];
  const chains = new Map(endpoints.map((id) => [id, { sequence: 0, hash: chainStart }]));
  for (let round = 0; round < rounds; round++) {
    const executionId = randomUUID();
    const targets = endpoints.map((endpointId) => ({ endpointId, runId: randomUUID() }));
    setup.push(
      control('execution', executionId, 'kanade.execution.requested.v1', {
        executionId, job: null, execute: { shell: 'sh', timeoutMs: 900_000, runAs: 'system', cwd: null }, scriptDigest: 'a'.repeat(64), selector: { kind: 'all' },
        targetCount: targets.length, expiresAt: new Date(Date.now() + 86_400_000).toISOString(), supersede: false,
      }));
    for (let block = 0; block * 1000 < targets.length; block++) {
      setup.push(control('execution', executionId, 'kanade.execution.targeted.v1', { executionId, block, targets: targets.slice(block * 1000, block * 1000 + 1000) }));
    }
    for (const target of targets) {
      results.push(finished(executionId, target, chains));
      output.push({ subject: subjects.output(target.endpointId, target.runId, 'stdout', 0), body: text, headers: { [names.offset]: '0', [names.salt]: salt } });
    }
  }
  return { setup, results, output };
}

function finished(executionId: string, { endpointId, runId }: { endpointId: string; runId: string }, chains: Map<string, { sequence: number; hash: string }>): RawMessage {
  const subject = subjects.endpointEvents(endpointId);
  const digest = createHash('sha256').update(Buffer.from(salt, 'hex')).update(text).digest('hex');
  const data = {
    runId, executionId, state: 'succeeded', exitCode: 0, signal: null, reason: null, startedAt: time, finishedAt: time, durationMs: 12,
    output: { stdout: { bytes: text.length, chunks: 1, digest }, stderr: { bytes: 0, chunks: 0, digest } },
  };
  const event = { specversion: '1.0', id: randomUUID(), source: `endpoint/${endpointId}`, subject: `run/${runId}`, type: 'kanade.run.finished.v1', time, correlationid: executionId, data };
  const body = Buffer.from(JSON.stringify(event));
  const known = chains.get(endpointId) ?? { sequence: 0, hash: chainStart };
  const link = { subject, epoch: 1, sequence: known.sequence + 1, previous: known.hash, bodyDigest: sha256Hex(body) };
  chains.set(endpointId, { sequence: link.sequence, hash: sha256Hex(Buffer.from(chainText(link))) });
  return { subject, body, headers: { [names.epoch]: '1', [names.sequence]: String(link.sequence), [names.previous]: link.previous } };
}
