import { readCreds } from '../crypto/credentials.ts';
import { readJwt } from '../crypto/jwt.ts';
import { readPrivateFile } from '../crypto/private-files.ts';
import { MessagingError } from '../errors.ts';
import { openWire } from '../wire/connect.ts';
import { request } from '../wire/jetstream.ts';
import { isRecord, listAt, numberAt, parseRecord, recordAt, textAt } from '../wire/json.ts';
import { listen } from '../wire/listen.ts';
import { watchConnection } from '../wire/status.ts';
import { holdWire, wireOf } from './connection.ts';
import type { CoreConnectOptions } from './connection.ts';
import type { ConnectionEvent, Stoppable } from './types.ts';

/** The system account's connection: who is connected, told by the broker. */
export interface SystemConnection {
  readonly connected: boolean;
  /** Public key of the AGENTS account, the one this credential may watch. */
  readonly agentsAccount: string;
  onReconnect(listener: () => void): () => void;
  close(): Promise<void>;
}

/** The account a system credential may watch is told by its own permissions. */
function watchedAccount(jwt: string): string {
  for (const allowed of listAt(recordAt(readJwt(jwt).nats, 'sub'), 'allow')) {
    const account = typeof allowed === 'string' ? /^\$SYS\.ACCOUNT\.(A[A-Z2-7]{55})\.CONNECT$/.exec(allowed)?.[1] : undefined;
    if (account !== undefined) return account;
  }
  throw new MessagingError('invalid', 'the credential may not watch the connections of any account');
}

/** Opens the system connection with `sys.creds`. */
export async function connectSystem(options: CoreConnectOptions): Promise<SystemConnection> {
  const credentials = () => readCreds(readPrivateFile(options.credsFile));
  const agentsAccount = watchedAccount(credentials().jwt);
  const nc = await openWire({ urls: [options.url], name: options.name, inboxPrefix: '_INBOX.sys', credentials, ca: options.ca ?? null, reconnect: true });
  const watch = watchConnection(nc);
  const connection: SystemConnection = {
    get connected() {
      return watch.connected();
    },
    agentsAccount,
    onReconnect: watch.onReconnect,
    close: () => nc.close(),
  };
  return holdWire(connection, nc);
}

/** Connects and disconnects of endpoints (and of enrolment tokens, by their NKey) as the broker sees them. */
export function subscribeConnectionEvents(system: SystemConnection, handler: (event: ConnectionEvent) => void): Stoppable {
  const nc = wireOf(system);
  const stops = (['connect', 'disconnect'] as const).map((kind) =>
    listen(nc, `$SYS.ACCOUNT.${system.agentsAccount}.${kind.toUpperCase()}`, {
      onMessage: ({ body }) => {
        const event = parseRecord(body, 'a connection event');
        const reason = textAt(event, 'reason');
        const client = recordAt(event, 'client');
        handler({
          kind,
          nkey: textAt(client, 'user'),
          connection: numberAt(client, 'id'),
          reason: reason === '' ? null : reason,
          at: Date.parse(textAt(event, 'timestamp')),
        });
      },
    }),
  );
  return {
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

/** A connection of an endpoint, or of who enrols, as the broker lists it. */
export interface ListedConnection {
  readonly nkey: string;
  readonly connection: number;
}

const pageSize = 1024;

/** One page of the connections there are now, of one key where it is given, and the id of the server that has them. */
export async function listPage(system: SystemConnection, query: { readonly offset: number; readonly nkey?: string }): Promise<{ server: string; connections: ListedConnection[]; more: boolean }> {
  const { offset, nkey } = query;
  const body = JSON.stringify({ auth: true, limit: pageSize, offset, ...(nkey === undefined ? {} : { user: nkey }) });
  const reply = await request(wireOf(system), `$SYS.REQ.ACCOUNT.${system.agentsAccount}.CONNZ`, body, 'list connections');
  const answer = parseRecord(reply.body, 'the list of connections');
  const listed = listAt(recordAt(answer, 'data'), 'connections').filter(isRecord);
  const connections = listed.map((each) => ({ nkey: textAt(each, 'authorized_user'), connection: numberAt(each, 'cid') }));
  return {
    server: textAt(recordAt(answer, 'server'), 'id'),
    connections: connections.filter((each) => each.nkey !== '' && (nkey === undefined || each.nkey === nkey)),
    more: listed.length >= pageSize,
  };
}

/** The connections there are now, of one key where it is given; to be asked after every reconnect, as events of the time between are lost. */
export async function listConnections(system: SystemConnection, nkey?: string): Promise<ListedConnection[]> {
  const all: ListedConnection[] = [];
  for (let offset = 0; ; offset += pageSize) {
    const { connections, more } = await listPage(system, { offset, ...(nkey === undefined ? {} : { nkey }) });
    all.push(...connections);
    if (!more) return all;
  }
}

/** Public NKeys of the endpoints connected now. */
export async function listConnectedNkeys(system: SystemConnection): Promise<Set<string>> {
  return new Set((await listConnections(system)).map(({ nkey }) => nkey));
}
