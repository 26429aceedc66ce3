import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getStatus } from '@kanade/api-client';
import { TestProvider } from '@kanade/test-provider';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { freePort } from './free-port.ts';
import { findSchemathesis } from './fuzz/schemathesis.ts';
import type { Found } from './fuzz/schemathesis.ts';
import { approvalEndpoints, makeScene, simulatedEndpoints } from './fuzz/seed.ts';
import type { Scene } from './fuzz/seed.ts';
import { Installation } from './installation.ts';
import { startProgram } from './program.ts';
import type { Ended, Running } from './program.ts';

const openApi = join(import.meta.dirname, '../../backend/openapi.json');
const fuzzFolder = join(import.meta.dirname, 'fuzz');
const seed = Number(process.env['KANADE_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** Requests of each operation that takes anything at all; with those at the edges of the schema this comes to more than is wanted in all. */
const examples = Number(process.env['KANADE_FUZZ_EXAMPLES'] ?? 360);
const wanted = process.env['KANADE_FUZZ_EXAMPLES'] === undefined ? 20_000 : 0;
const tell = (text: string) => process.stdout.write(`${text}\n`);

const countsSchema = z.strictObject({ statuses: z.record(z.string(), z.record(z.string(), z.int())), serverErrors: z.array(z.string()) });
const reportSchema = z.looseObject({ complete: z.boolean(), failures: z.array(z.looseObject({ title: z.string(), operations: z.array(z.string()) })), errors: z.array(z.unknown()).optional() });
const documentSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string(), responses: z.record(z.string(), z.unknown()) }))) });

/** Each operation with the statuses it answers when it has done what was asked: 2xx, or the redirect of those that do nothing else. */
function operations(): { readonly id: string; readonly done: readonly string[] }[] {
  const { paths } = documentSchema.parse(JSON.parse(readFileSync(openApi, 'utf8')));
  return Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId, responses }) => ({ id: operationId, done: Object.keys(responses).filter((status) => /^[23]/.test(status)) })));
}

describe('the API under made-up requests', () => {
  let kanade: Installation;
  let provider: TestProvider;
  let found: Found;
  let scene: Scene;
  let waiting: Running | undefined;
  let folder: string;

  beforeAll(async () => {
    found = await findSchemathesis();
    if (found.python === undefined) return;
    folder = mkdtempSync(join(tmpdir(), 'kanade-fuzz-'));
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}`;
    provider = await TestProvider.start(`${publicUrl}/api/v1/oidc/callback`);
    provider.people.set('provided', { username: 'provided', groups: ['watchers'] });
    const rolesFile = join(provider.directory, 'roles.yaml');
    writeFileSync(rolesFile, 'claim: groups\nmap:\n  watchers: [viewer]\n');
    kanade = await Installation.start({
      endpoints: simulatedEndpoints,
      environment: {
        KANADE_HTTP_PORT: String(port), KANADE_PUBLIC_URL: publicUrl, KANADE_OIDC_ISSUER: provider.issuer, KANADE_OIDC_CLIENT_ID: 'kanade', KANADE_OIDC_CLIENT_SECRET_FILE: provider.secretFile,
        KANADE_OIDC_CA_FILE: provider.caFile, KANADE_OIDC_ROLES_FILE: rolesFile, KANADE_APPROVAL_ENDPOINTS: String(approvalEndpoints),
      },
    });
    ({ scene, waiting } = await makeScene(kanade));
  });
  beforeEach((context) => {
    context.skip(found.python === undefined, `schemathesis cannot be run here: ${found.reason ?? ''}`);
  });
  afterAll(async () => {
    if (found.python === undefined) return;
    waiting?.process.kill('SIGTERM');
    await waiting?.ended;
    await kanade.discard();
    await provider.stop();
    rmSync(folder, { recursive: true });
  });

  function fuzz(python: string): Promise<Ended> {
    const settings = join(folder, 'settings.json');
    writeFileSync(settings, JSON.stringify({ ...scene, seed, countsFile: join(folder, 'counts.json'), providerCa: provider.caFile }), { mode: 0o600 });
    const args = [
      '-m', 'schemathesis.cli', '--config-file', join(fuzzFolder, 'schemathesis.toml'), 'run', openApi, '--url', scene.url, '--seed', String(seed), '--max-examples', String(examples),
      '--report', 'json', '--report-json-path', join(folder, 'report.json'), '--no-color',
    ];
    return startProgram(python, args, { cwd: folder, env: { ...process.env, PYTHONPATH: fuzzFolder, PYTHONDONTWRITEBYTECODE: '1', KANADE_FUZZ_SETTINGS: settings } }).ended;
  }

  it('breaks nowhere, answers as it says it does, and does what each operation is for', { timeout: 900_000 }, async () => {
    const began = Date.now();
    tell(`seed ${seed} (KANADE_FUZZ_SEED=${seed} repeats it)`);
    const ended = await fuzz(found.python ?? '');
    const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
    if (ended.code !== 0) tell(ended.stdout + ended.stderr);
    const { statuses, serverErrors } = countsSchema.parse(read('counts.json'));
    const report = reportSchema.parse(read('report.json'));

    const totals = new Map<string, number>();
    for (const answers of Object.values(statuses)) for (const [status, count] of Object.entries(answers)) totals.set(status, (totals.get(status) ?? 0) + count);
    const requests = [...totals.values()].reduce((sum, count) => sum + count, 0);
    tell(`${requests} requests in ${((Date.now() - began) / 1000).toFixed(0)} s: ${[...totals].sort().map(([status, count]) => `${count} × ${status}`).join(', ')}`);
    const never = operations().filter(({ id, done }) => !done.some((status) => (statuses[id]?.[status] ?? 0) > 0)).map(({ id }) => `${id}: ${JSON.stringify(statuses[id])}`);

    expect(serverErrors).toEqual([]);
    expect(report.failures.map(({ title, operations: where }) => `${title}: ${where.join(', ')}`)).toEqual([]);
    expect([ended.code, report.complete]).toEqual([0, true]);
    expect(never, 'operations that never did what they are for').toEqual([]);
    expect((totals.get('429') ?? 0) / requests).toBeLessThan(0.01);
    expect(requests).toBeGreaterThanOrEqual(wanted);
    const { fold, verifier } = await getStatus();
    // The one that was put there to be looked at, and nothing else.
    expect([fold.poisonCount, verifier.invalidCount]).toEqual([1, 1]);
  });
});
