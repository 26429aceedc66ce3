import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect as connectTcp } from 'node:net';
import type { Duplex } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAgent, type AgentConnection } from '@kanade/messaging';
import { issueTestEndpoint, startTestBroker, type TestBroker } from '@kanade/messaging/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ensureCertificates, type CertificateFiles } from './certificates.ts';

let scratch = '';
let files: CertificateFiles;
let broker: TestBroker;
let plain: TestBroker;
let ca = '';
let foreignCa = '';
const open: AgentConnection[] = [];

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'kanade-wires-'));
  files = await ensureCertificates(join(scratch, 'keys'), ['localhost']);
  ca = readFileSync(files.caFile, 'utf8');
  foreignCa = readFileSync((await ensureCertificates(join(scratch, 'foreign'), ['localhost'])).caFile, 'utf8');
  broker = await startTestBroker({ tls: files });
  plain = await startTestBroker();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(open.splice(0).map((connection) => connection.close()));
});
afterAll(async () => {
  await broker.stop();
  await plain.stop();
  rmSync(scratch, { recursive: true });
});

const portOf = (url: string): string => new URL(url).port;
const tlsUrl = () => `tls://localhost:${portOf(broker.url)}`;
const wssUrl = () => `wss://localhost:${portOf(broker.wsUrl)}`;

let count = 0;
/** One attempt of a new endpoint's agent to connect. */
async function agentAt(urls: readonly string[], pinned: string | null = ca, at: TestBroker = broker): Promise<AgentConnection> {
  const { endpointId, credentials } = issueTestEndpoint(at, `e${(count += 1)}`);
  const connection = await connectAgent({ urls, ca: pinned, endpointId, credentials: () => credentials });
  open.push(connection);
  return connection;
}

/** A proxy that lets nobody through without name and password; tells what it was asked for. */
async function startProxy(): Promise<{ server: Server; url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer();
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    const known = request.headers['proxy-authorization'] === `Basic ${Buffer.from('alice:secret').toString('base64')}`;
    asked.push(`${request.url ?? ''} ${known ? 'let through' : 'refused'}`);
    if (!known) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(`http://${request.url ?? ''}`);
    const target = connectTcp(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
    socket.on('error', () => target.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { server, asked, url: `http://alice:secret@127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` };
}

// First: a WebSocket makes the whole process trust the pinned CA, as only an agent's may.
describe('an agent that pins nothing', () => {
  it.each([
    ['the server, for nobody vouches for it', () => tlsUrl()],
    ['a server without TLS', () => `tls://localhost:${portOf(plain.url)}`],
  ])('refuses %s', async (_what, url) => {
    expect((await agentAt([url()], null)).connected).toBe(false);
  });
});

describe('an agent that pins the CA', () => {
  it('connects over TLS', async () => {
    const agent = await agentAt([tlsUrl()]);
    expect(agent.connected).toBe(true);
    expect(await agent.readLastEvent()).toBeUndefined();
  });

  it('connects over a secure WebSocket', async () => {
    const agent = await agentAt([wssUrl()]);
    expect(agent.connected).toBe(true);
    expect(await agent.readLastEvent()).toBeUndefined();
  });

  it('connects over a secure WebSocket through a proxy that wants to know who it is', async () => {
    const proxy = await startProxy();
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    vi.stubEnv('NO_PROXY', '');
    const agent = await agentAt([wssUrl()]);
    expect(agent.connected).toBe(true);
    expect(proxy.asked).toEqual([`localhost:${portOf(broker.wsUrl)} let through`]);
    await agent.close();
    proxy.server.close();
  });

  it('takes the other way when one is blocked', async () => {
    const agent = await agentAt(['tls://localhost:1', wssUrl()]);
    await expect.poll(() => agent.connected, { timeout: 20_000 }).toBe(true);
  });

  it.each([
    ['a server of another CA', () => [tlsUrl()], () => foreignCa],
    ['a server of another CA, over WebSocket', () => [wssUrl()], () => foreignCa],
    ['a name that the certificate does not have', () => [tlsUrl().replace('localhost', '127.0.0.1')], () => ca],
    ['such a name over WebSocket', () => [wssUrl().replace('localhost', '127.0.0.1')], () => ca],
    ['a server without TLS', () => [`tls://localhost:${portOf(plain.url)}`], () => ca],
  ])('refuses %s', async (_what, urls, pinned) => {
    const agent = await agentAt(urls(), pinned());
    expect(agent.connected).toBe(false);
    expect(agent.lastFailure).toBeDefined();
  });
});
