import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpointListSchema } from './answers.ts';
import { Installation } from './installation.ts';
import { isAlive, startProgram } from './program.ts';
import { until } from './until.ts';

const root = join(import.meta.dirname, '../../..');
const main = ['--conditions=@kanade/source', '--disable-warning=ExperimentalWarning', join(root, 'tools/supervisor/src/main.ts')];

let kanade: Installation;
beforeAll(async () => {
  kanade = await Installation.start({ endpoints: 2 });
});
afterAll(async () => {
  await kanade.discard();
});

const processesOf = (dataDir: string) =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n').filter((line) => line.includes(dataDir));

/** The process id of the supervisor, which is what the lock tells. */
const supervisorPid = () => Number(/"pid":(\d+)/.exec(readFileSync(join(kanade.dataDir, 'lock-holder.json'), 'utf8'))?.[1]);

/** A start that is expected to fail, with what it said and its exit code. */
async function refusedStart(dataDir: string, environment: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; stderr: string }> {
  return startProgram(process.execPath, main, { cwd: root, env: { ...kanade.environment, KANADE_DATA_DIR: dataDir, ...environment } }).ended;
}

describe('simulated endpoints', () => {
  it('are listed after the real one, marked as such, each with its own credential', async () => {
    const { agents, pids } = kanade.runtime;
    expect(agents.map(({ dataDir }) => dataDir.startsWith(join(kanade.dataDir, 'simulated')))).toEqual([false, true, true]);
    expect(new Set(agents.map(({ natsCreds }) => natsCreds)).size).toBe(3);
    expect(pids.agents).toEqual([agents[0]?.pid, agents[1]?.pid]);
    const { items } = await kanade.json(endpointListSchema, 'endpoint', 'list');
    expect(items.map(({ simulated }) => simulated).sort()).toEqual([false, true, true]);
  });
});

describe('a start that cannot be', () => {
  it('names the port that is taken, and the way out', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const refused = await refusedStart(`${kanade.dataDir}-other`, { KANADE_HTTP_PORT: port });
    server.close();
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`Port ${port} on 127.0.0.1 is taken`);
    expect(refused.stderr).toContain('KANADE_HTTP_PORT=');
    expect(processesOf(`${kanade.dataDir}-other`)).toEqual([]);
  });

  it('says that the data directory is of a newer version', async () => {
    const dataDir = `${kanade.dataDir}-newer`;
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'version.json'), JSON.stringify({ format: 99, createdBy: '9.0.0' }));
    const refused = await refusedStart(dataDir);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/written by kanade 9\.0\.0, which is newer/);
  });

  it('refuses to listen where others could hear', async () => {
    const refused = await refusedStart(`${kanade.dataDir}-open`, { KANADE_HTTP_HOST: '0.0.0.0' });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('TLS');
  });

  it('leaves nothing when it is interrupted half-way', async () => {
    const dataDir = `${kanade.dataDir}-half`;
    const running = startProgram(process.execPath, main, { cwd: root, env: { ...kanade.environment, KANADE_DATA_DIR: dataDir } });
    await until('it to start the backend', () => running.said().includes('starting the backend') || undefined);
    running.process.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
    expect(processesOf(dataDir)).toEqual([]);
  });
});

describe('a supervisor that is killed outright', () => {
  it('leaves no processes behind, and the next start is as if nothing had been', async () => {
    const { pids, httpUrl, natsUrl } = kanade.runtime;
    process.kill(supervisorPid(), 'SIGKILL');
    await until('its children to be gone', () => ![pids.broker, pids.backend, ...pids.agents].some(isAlive) || undefined);
    await kanade.start(2);
    expect(kanade.runtime).toMatchObject({ httpUrl, natsUrl });
    const { items } = await kanade.json(endpointListSchema, 'endpoint', 'list');
    expect(items).toHaveLength(3);
  });
});
