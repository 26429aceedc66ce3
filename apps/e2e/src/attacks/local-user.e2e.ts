import { chmodSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { detachedSchema, resultSchema } from '../answers.ts';
import { Installation } from '../installation.ts';
import { startProgram } from '../program.ts';
import type { Ended } from '../program.ts';
import { until } from '../until.ts';

/** The user and group that every Linux has for who may do nothing. */
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

/** Processes below one, itself included. */
function tree(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter((child) => child !== '');
  return [pid, ...children.flatMap((child) => tree(Number(child)))];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}

/** Ports that something listens on, by the inodes of the sockets. */
function listeningInodes(): string[] {
  return ['/proc/net/tcp', '/proc/net/tcp6', '/proc/net/udp', '/proc/net/udp6'].flatMap((file) =>
    readFileSync(file, 'utf8').split('\n').slice(1).map((line) => line.trim().split(/\s+/)).filter(([, , , state]) => state === '0A' || file.includes('udp')).map((columns) => columns[9] ?? ''));
}

describe('somebody without rights on an endpoint', () => {
  let kanade: Installation;
  let agentDir: string;
  let agentPid: number;
  let running: number[];
  let endpointId: string;
  const marker = `staged-${crypto.randomUUID()}`;

  /** Runs a line of shell as that user, who knows every path and process id. */
  const asNobody = (line: string, ...args: readonly string[]): Promise<Ended> =>
    startProgram('/bin/sh', ['-c', line, 'sh', ...args], { cwd: '/', uid: nobody, gid: nobody, env: { PATH: process.env['PATH'] } }).ended;
  const pids = () => running.map(String);
  /** What must be nowhere: the script, keys of the endpoint and of the installation, credentials, the password. */
  const secrets = () => {
    const keys = readdirSync(join(kanade.dataDir, 'keys')).map((name) => readFileSync(join(kanade.dataDir, 'keys', name), 'utf8').trim());
    const lines = keys.flatMap((text) => text.split('\n')).filter((line) => line.length >= 32 && !line.startsWith('-----'));
    const identity = readFileSync(join(agentDir, 'identity.json'), 'utf8').match(/"[\w.+/=-]{40,}"/g) ?? [];
    return [marker, kanade.token, readFileSync(join(kanade.dataDir, 'admin-password'), 'utf8').trim(), ...lines, ...identity.map((text) => text.slice(1, -1))];
  };

  beforeAll(async () => {
    if (!isRoot) return;
    kanade = await Installation.start();
    // The folder above would keep others out by itself; what kanade made has to.
    chmodSync(dirname(kanade.dataDir), 0o755);
    const [agent] = kanade.runtime.agents;
    if (agent === undefined) throw new Error('this machine is no endpoint');
    ({ dataDir: agentDir, pid: agentPid, endpointId } = agent);
    const { executionId } = await kanade.json(detachedSchema, 'run', '--endpoint', endpointId, '--detach', '--', `: ${marker}\nsleep 600`);
    await until('the script to run', async () => ((await kanade.json(resultSchema, 'execution', 'show', executionId)).runs[0]?.state === 'started' || undefined));
    const { broker, backend } = kanade.runtime.pids;
    running = [...tree(broker), ...tree(backend), ...tree(agentPid)];
  });
  beforeEach((context) => {
    context.skip(!isRoot, 'only root can become another user');
  });
  afterAll(async () => {
    if (isRoot) await kanade.discard();
  });

  it('cannot read staged scripts, ledger, outbox, keys or anything else of it, nor list them', async () => {
    const files = filesBelow(kanade.dataDir);
    const names = files.map((file) => file.slice(kanade.dataDir.length + 1));
    // All that is to be protected is there: the script that runs, the agent's database and keys, keys and credentials of the installation.
    for (const wanted of [/^agents\/local\/agent-scripts\//, /^agents\/local\/agent\.sqlite/, /^agents\/local\/identity\.json$/, /^agents\/local\/nats\.creds$/, /^keys\/command\.pem$/, /^creds\//, /^admin-password$/, /^profiles\//]) {
      expect(names.filter((name) => wanted.test(name)), String(wanted)).not.toEqual([]);
    }
    const { stdout } = await asNobody('for file; do cat "$file" >/dev/null 2>&1 && echo "$file"; done; exit 0', ...files);
    expect(stdout).toBe('');
    const folders = [...new Set(files.map((file) => dirname(file)))];
    expect((await asNobody('for folder; do ls "$folder" 2>/dev/null; done; exit 0', ...folders)).stdout).toBe('');
    // The staged script is where it was looked for, and says what it was looked for by.
    const staged = files.filter((file) => file.includes('/agent-scripts/') && statSync(file).isFile());
    expect(staged.some((file) => readFileSync(file, 'utf8').includes(marker))).toBe(true);
  });

  it('cannot write there: no file, no link, no command, no planted script, ledger or outbox', async () => {
    const before = filesBelow(agentDir).sort();
    const places = [kanade.dataDir, join(kanade.dataDir, 'hold'), join(kanade.dataDir, 'keys'), agentDir, join(agentDir, 'agent-scripts'), ...readdirSync(join(agentDir, 'agent-scripts')).map((name) => join(agentDir, 'agent-scripts', name))];
    const lines = ['echo evil >"$place/planted"', 'mkdir "$place/planted"', 'ln -s /etc/passwd "$place/planted"', 'mv "$place" "$place.old"', 'chmod 777 "$place"'];
    const { stdout } = await asNobody(`for place; do ${lines.map((line) => `{ ${line}; } 2>/dev/null && echo "done: $place"`).join('; ')}; done; exit 0`, ...places);
    expect(stdout).toBe('');
    const files = ['agent.sqlite', 'identity.json', 'nats.creds'].map((name) => join(agentDir, name));
    expect((await asNobody('for file; do { echo evil >>"$file" || rm -f "$file"; } 2>/dev/null && echo "$file"; done; exit 0', ...files)).stdout).toBe('');
    expect(filesBelow(agentDir).sort()).toEqual(before);
  });

  it('finds nobody to give orders to: the agent listens nowhere, and takes no signals', async () => {
    const sockets = new Set(listeningInodes());
    const inodes = readdirSync(`/proc/${agentPid}/fd`).flatMap((fd) => {
      const found = /^\d+$/.test(fd) ? linkOf(`/proc/${agentPid}/fd/${fd}`) : undefined;
      return found === undefined ? [] : [found];
    });
    expect(inodes.length).toBeGreaterThan(0);
    expect(inodes.filter((inode) => sockets.has(inode))).toEqual([]);
    const named = readFileSync('/proc/net/unix', 'utf8').split('\n').filter((line) => inodes.some((inode) => line.includes(` ${inode} `)) && /[@/]/.test(line.slice(line.lastIndexOf(' '))));
    expect(named).toEqual([]);
    const { stdout } = await asNobody('for pid; do kill -TERM "$pid" 2>/dev/null && echo "$pid"; kill -USR1 "$pid" 2>/dev/null && echo "$pid"; done; exit 0', ...pids());
    expect(stdout).toBe('');
  });

  it('learns no secret from /proc', async () => {
    const { stdout: lines } = await asNobody('for pid; do tr "\\000" " " <"/proc/$pid/cmdline"; echo; done', ...pids());
    // Command lines are for everybody, and that they were read is seen by what may stand there.
    expect(lines).toContain('main.cjs run --data-dir');
    expect(secrets().length).toBeGreaterThan(15);
    expect(secrets().filter((secret) => lines.includes(secret))).toEqual([]);
    const closed = ['environ', 'mem', 'maps', 'fd', 'cwd', 'root', 'stack'];
    const tried = closed.map((name) => `{ cat "/proc/$pid/${name}" || ls "/proc/$pid/${name}/" || cat "/proc/$pid/${name}/0"; } >/dev/null 2>&1 && echo "/proc/$pid/${name}"`);
    expect((await asNobody(`for pid; do ${tried.join('; ')}; done; exit 0`, ...pids())).stdout).toBe('');
  });

  it('finds none on the disk outside of it either', async () => {
    const { stdout } = await asNobody('find /tmp /run /var/tmp /dev/shm -xdev -type f -mmin -10 -exec grep -lsF -e "$1" -e "$2" {} + 2>/dev/null; exit 0', marker, kanade.token);
    expect(stdout).toBe('');
  });

  it('is a stranger to the broker and to the backend', async () => {
    const { natsUrl, httpUrl } = kanade.runtime;
    const { host } = new URL(natsUrl);
    const script = `
      const [host, port] = process.argv[1].split(':');
      const socket = require('node:net').connect(Number(port), host);
      socket.on('connect', () => socket.write('CONNECT {"verbose":true}\\r\\nPUB kanade.commands.${endpointId} 2\\r\\n{}\\r\\n'));
      socket.on('data', (data) => process.stdout.write(data));
    `;
    const said = await startProgram(process.execPath, ['-e', script, host], { cwd: '/', uid: nobody, gid: nobody, env: {} }).ended;
    expect(said.stdout).toMatch(/-ERR 'Authorization Violation'/i);
    const answers = await asNobody(`"$1" -e 'fetch(process.argv[1]).then((answer) => console.log(answer.status))' "$2"`, process.execPath, `${httpUrl}/api/v1/endpoints`);
    expect(answers.stdout.trim()).toBe('401');
  });
});

/** The inode of the socket a descriptor stands for. */
function linkOf(path: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1];
  } catch {
    // Descriptors come and go.
    return undefined;
  }
}
