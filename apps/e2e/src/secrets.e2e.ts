import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventListSchema, resultSchema } from './answers.ts';
import { Observer } from './attacks/observer.ts';
import { commandLinesWith, filesWith, formsOf, messagesWith } from './attacks/traces.ts';
import { Installation } from './installation.ts';
import { until } from './until.ts';

const word = () => randomBytes(18).toString('hex');
const password = word();
const keyFile = `-----BEGIN PLANTED KEY-----\n${word()}\n${word()}\n-----END PLANTED KEY-----\n`;
/** What none of it may ever hold; the lines that say BEGIN and END are no secret by themselves, but are masked. */
const planted = [...formsOf(password), ...formsOf(keyFile)];
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const cliPath = join(import.meta.dirname, '../../cli/bin/kanade.mjs');

const shownSchema = z.looseObject({ executionId: z.string(), runs: z.array(z.looseObject({ runId: z.string() })), position: z.string() });

let kanade: Installation;
let observer: Observer;
let outside: string;

beforeAll(async () => {
  kanade = await Installation.start({ dataDir: Installation.newDataDir(), environment: { KANADE_LOG_LEVEL: 'debug' } });
  observer = await Observer.connect(kanade.runtime);
  outside = join(kanade.dataDir, '..', 'outside');
  mkdirSync(outside);
});
afterAll(async () => {
  await observer.nc.close();
  await kanade.discard();
});

const pipe = (input: string, ...args: readonly string[]) => execFileSync(process.execPath, [cliPath, ...args], { cwd: kanade.dataDir, env: kanade.environment, input, encoding: 'utf8' });

const script = `
    printf %s "$PLANTED" | sha256sum
    sha256sum < "$KEY_FILE"
    echo "plain $PLANTED"
    printf 'split '; printf %s "$PLANTED" | head -c 10; sleep 0.2; printf '%s\\n' "$PLANTED" | tail -c +11
    printf %s "$PLANTED" | base64
    echo "$PLANTED" | base64 -w0; echo
    cat "$KEY_FILE" >&2
    base64 "$KEY_FILE" >&2
    until [ -e "$1" ]; do sleep 0.05; done
    echo "late $PLANTED"
`;

function manifest(version: string): string {
  const file = join(outside, `job-${version}.yaml`);
  writeFileSync(file, `id: uses-secrets\nversion: ${version}\nsecrets:\n  - { name: planted, as: env }\n  - { name: tls-key, as: file, variable: KEY }\nexecute:\n  shell: sh\n  arguments: ['${join(outside, 'go')}']\n  script: |${script}`);
  return file;
}

describe('a secret of a job', () => {
  it('is given to the script, and found nowhere else: in no log, stream, record, table, file or process list', async () => {
    writeFileSync(join(outside, 'planted.pem'), keyFile);
    expect(pipe(`${password}\n`, 'secret', 'set', 'planted')).toMatch(/is set/);
    expect((await kanade.cli('secret', 'set', 'tls-key', '--from-file', join(outside, 'planted.pem'))).code).toBe(0);
    expect((await kanade.cli('job', 'apply', manifest('1.0.0'))).stderr).toBe('');
    const running = kanade.startCli('job', 'run', 'uses-secrets', '--all');
    await until('the script to have printed', () => running.said().includes('split') || undefined);
    const [agent] = kanade.runtime.agents;
    const staged = await until('the staged file', () => filesWith(join(agent?.dataDir ?? '', 'agent-scripts'), [keyFile])[0]);
    expect(commandLinesWith(planted)).toEqual([]);
    expect(filesWith(kanade.dataDir, planted, /\/agent-scripts\//)).toEqual([]);
    expect(await messagesWith(observer, planted)).toEqual([]);
    writeFileSync(join(outside, 'go'), '');

    const ended = await running.ended;
    expect(ended.code).toBe(0);
    expect(ended.stdout.split('\n')).toEqual([`${sha256(password)}  -`, `${sha256(keyFile)}  -`, 'plain ***', 'split ***', '***', '***', 'late ***', '']);
    for (const form of planted) expect(ended.stdout + ended.stderr).not.toContain(form);
    expect(existsSync(staged)).toBe(false);
    expect(filesWith(kanade.dataDir, planted)).toEqual([]);
    expect(await messagesWith(observer, planted)).toEqual([]);
    // The search finds what is there: the digest that the script printed.
    expect(await messagesWith(observer, [sha256(password)])).toEqual([expect.stringMatching(/^KANADE_OUTPUT kanade\.output\./)]);
  });

  it('is not missed by whoever looks for the run, nor kept in what is sent', async () => {
    const listed = await kanade.cli('secret', 'list');
    expect(listed.stdout).toMatch(/planted +1 +all .*uses-secrets/);
    const stopped = kanade.hold('agent');
    const pid = kanade.kill('agent');
    await until('the agent to be gone', () => (existsSync(`/proc/${pid}`) ? undefined : true));
    const waiting = kanade.startCli('job', 'run', 'uses-secrets', '--all');
    const queued = await until('the command to wait in its queue', async () => (await messagesWith(observer, ['"sealed"'])).find((found) => found.startsWith('KANADE_COMMANDS')));
    expect(queued).toMatch(/kanade\.commands\./);
    expect(await messagesWith(observer, planted)).toEqual([]);
    // Deleted after the command was sealed: this run still has it, the next has not.
    expect((await kanade.cli('secret', 'delete', 'tls-key')).code).toBe(0);
    stopped();
    expect((await waiting.ended).stdout).toContain(sha256(keyFile));
    const refused = await kanade.cli('job', 'run', 'uses-secrets', '--all');
    expect(refused.stderr).toMatch(/there is no secret tls-key; set it with: kanade secret set tls-key/i);
    expect(refused.code).not.toBe(0);
  });

  it('that is not for the endpoint’s site ends the run with that reason', async () => {
    expect(await kanade.cli('site', 'create', 'elsewhere')).toMatchObject({ code: 0 });
    pipe(keyFile, 'secret', 'set', 'tls-key', '--site', 'elsewhere');
    const { runs } = await kanade.json(resultSchema, 'job', 'run', 'uses-secrets', '--all');
    expect(runs[0]).toMatchObject({ state: 'refused', reason: { code: 'secret-other-site', message: expect.stringContaining('default') } });
  });

  it('was looked for in logs at their most talkative', () => {
    expect(filesWith(kanade.dataDir, ['"level":20'])).toContainEqual(expect.stringMatching(/backend\.log$/));
    expect(filesWith(kanade.dataDir, ['a run ended'])).toContainEqual(expect.stringMatching(/agent\.log$/));
    expect(planted.filter((form) => kanade.said().includes(form))).toEqual([]);
  });
});

describe('erased output', () => {
  const personal = `personal ${word()}`;
  const eventSchema = z.looseObject({ type: z.string(), signature: z.string(), body: z.string() });

  it('is in no stream, table, log or backup made afterwards, while the record stays whole', async () => {
    const ran = await kanade.json(resultSchema, 'run', '--all', '--', `echo '${personal}'; echo '${personal}' >&2`);
    expect(ran.runs[0]?.stdout).toBe(`${personal}\n`);
    expect((await messagesWith(observer, [personal])).map((found) => found.split(' ')[0]).sort()).toEqual(['KANADE_OUTPUT', 'KANADE_OUTPUT', 'KANADE_PRIVATE']);
    const [agent] = kanade.runtime.agents;
    // The agent's own copy ends with its outbox, some days later.
    const ours = () => filesWith(kanade.dataDir, [personal]).filter((file) => !file.startsWith(agent?.dataDir ?? '-'));
    expect(ours().length).toBeGreaterThan(0);

    const erased = await kanade.cli('output', 'erase', '--execution', ran.executionId, '--reason', 'it names somebody');
    expect(erased).toMatchObject({ code: 0, stdout: expect.stringContaining('being erased') });
    await until('the streams to be without it', async () => ((await messagesWith(observer, [personal])).length === 0 ? true : undefined));
    await until('every file to be without it', () => (ours().length === 0 ? true : undefined));
    const shown = await kanade.cli('execution', 'show', ran.executionId);
    expect(shown.stdout).toMatch(/erased +erased/);
    const output = await kanade.cli('execution', 'output', ran.runs[0]?.runId ?? '');
    expect(output.stderr).toContain('was erased');

    const { items } = await kanade.json(eventListSchema, 'event', 'list', '--execution', ran.executionId, '--limit', '100');
    const finished = await kanade.json(eventSchema, 'event', 'show', items.find(({ type }) => type === 'kanade.run.finished.v1')?.position ?? '');
    const told = await kanade.json(eventSchema, 'event', 'show', items.find(({ type }) => type === 'kanade.execution.output-erased.v1')?.position ?? '');
    expect([finished.signature, told.signature]).toEqual(['valid', 'valid']);
    expect(told.body).toContain('it names somebody');

    const backup = join(kanade.dataDir, '..', 'backup');
    expect((await kanade.cli('backup', backup)).code).toBe(0);
    const restored = join(kanade.dataDir, '..', 'restored');
    expect((await kanade.cli('restore', backup, '--data-dir', restored)).code).toBe(0);
    const before = await kanade.json(shownSchema, 'execution', 'show', ran.executionId);
    const second = await Installation.start({ dataDir: restored });
    const there = await Observer.connect(second.runtime);
    try {
      expect(await messagesWith(there, [personal])).toEqual([]);
      expect(filesWith(restored, [personal])).toEqual([]);
      // Folded from nothing, the same is told of it.
      expect({ ...(await second.json(shownSchema, 'execution', 'show', ran.executionId)), position: '' }).toEqual({ ...before, position: '' });
      expect(before.runs[0]).toMatchObject({ stdout: '', stderr: '', outputState: 'erased', state: 'succeeded' });
    } finally {
      await there.nc.close();
      await second.stop();
    }
  });

  it('is of a retired endpoint all there was', async () => {
    const [agent] = kanade.runtime.agents;
    const id = agent?.endpointId ?? '';
    const refused = await kanade.cli('endpoint', 'erase', id, '--reason', 'it left');
    expect(refused.stderr).toContain(`kanade endpoint retire ${id}`);
    await kanade.cli('endpoint', 'retire', id);
    expect((await kanade.cli('endpoint', 'erase', id, '--reason', 'it left')).code).toBe(0);
    await until('the endpoint to be without a name', async () => ((await kanade.cli('endpoint', 'show', id)).stdout.includes('(erased)') ? true : undefined));
    await until('the streams to be without its output', async () => ((await messagesWith(observer, [sha256(password)])).length === 0 ? true : undefined));
  });
});
