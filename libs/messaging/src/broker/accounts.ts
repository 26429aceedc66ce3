import { agentSubjects, askSubject, forAnyEndpoint, forOwnName, heldSubject } from './agent-subjects.ts';
import type { AgentRole } from './agent-subjects.ts';
import type { BrokerKeyUse } from '@kanade/contracts';
import type { BrokerKeys } from './keys.ts';
import { backendPermissions } from './permissions.ts';
import { issueJwt } from '../crypto/jwt.ts';

// A limit that is not spelled out is 0, not unlimited: no connection would be let in.
const unlimited = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: 0 } as const;
const noJetStream = { mem_storage: 0, disk_storage: 0, streams: 0, consumer: 0 } as const;
const jetStream = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1, max_ack_pending: -1 } as const;

/** Connections may be plain TCP or WebSocket from the start: adding a type later would be a new template. */
export const connectionTypes = ['STANDARD', 'WEBSOCKET'] as const;

const published = (role: AgentRole): string[] => agentSubjects.filter((row) => row.roles.includes(role)).map((row) => forOwnName(row.subject));

const secondsInNs = 1_000_000_000;

/** Signing keys that were replaced and still count, by use: they keep their scope, for dropping one disconnects its holders. */
type EarlierSigners = ReadonlyMap<BrokerKeyUse, readonly string[]>;

/** The rights behind each scoped signing key. Changing one disconnects all its holders: a new template is a new key. */
const currentTemplates = (keys: BrokerKeys) => [
  {
    kind: 'user_scope',
    key: keys.agentSigner.publicKey,
    role: 'agent' as const,
    template: {
      // The broker asks for the right to where a closed subject leads, too; nobody is there.
      pub: { allow: [...published('agent'), forOwnName(heldSubject)] },
      sub: { allow: ['_INBOX.{{name()}}.>', forOwnName(askSubject)] },
      // One answer to an ask, within a minute, at the ask's own reply subject.
      resp: { max: 1, ttl: 60 * secondsInNs },
      subs: 50,
      data: -1,
      payload: 1_048_576,
      allowed_connection_types: connectionTypes,
    },
  },
  {
    kind: 'user_scope',
    key: keys.renewSigner.publicKey,
    role: 'renew' as const,
    template: {
      pub: { allow: published('renew') },
      sub: { allow: ['_INBOX.{{name()}}.>'] },
      subs: 4,
      data: -1,
      payload: 16_384,
      allowed_connection_types: connectionTypes,
    },
  },
  {
    kind: 'user_scope',
    key: keys.enrolSigner.publicKey,
    role: 'enrol' as const,
    template: {
      pub: { allow: published('enrol') },
      sub: { allow: ['_INBOX.enrol.{{name()}}.>'] },
      subs: 4,
      data: -1,
      payload: 16_384,
      bearer_token: true,
      allowed_connection_types: connectionTypes,
    },
  },
];

const usesOfRoles = { agent: 'signing-agent', renew: 'signing-renew', enrol: 'signing-enrol' } as const;

const templates = (keys: BrokerKeys, earlier: EarlierSigners) =>
  currentTemplates(keys).flatMap((scope) => [scope, ...(earlier.get(usesOfRoles[scope.role]) ?? []).map((key) => ({ ...scope, key }))]);

const coreExports = () =>
  agentSubjects.map((row) => ({ name: row.name, subject: forAnyEndpoint(row.subject), type: 'service', response_type: row.response }));

const agentsImports = (coreAccount: string) =>
  agentSubjects.map((row) => ({
    name: row.name,
    subject: forAnyEndpoint(row.subject),
    type: 'service',
    account: coreAccount,
    ...(row.share ? { share: true } : {}),
  }));

/** What stands in each account's JWT, keyed by its public key. */
export function accountClaims(keys: BrokerKeys, earlier: EarlierSigners = new Map()): { name: string; subject: string; nats: Readonly<Record<string, unknown>> }[] {
  const ask = forAnyEndpoint(askSubject);
  return [
    { name: 'SYS', subject: keys.sysAccount.publicKey, nats: { limits: { ...unlimited, ...noJetStream }, signing_keys: [keys.sysSigner.publicKey], default_permissions: {} } },
    {
      name: 'CORE',
      subject: keys.coreAccount.publicKey,
      nats: {
        limits: { ...unlimited, ...jetStream },
        exports: coreExports(),
        imports: [{ name: 'ask', subject: ask, type: 'service', account: keys.agentsAccount.publicKey }],
        // A scope too: in the backend's own JWT its lists would exceed the server's longest control line.
        signing_keys: [
          keys.adminSigner.publicKey,
          {
            kind: 'user_scope',
            key: keys.backendSigner.publicKey,
            role: 'backend',
            template: { ...backendPermissions, subs: -1, data: -1, payload: -1, allowed_connection_types: connectionTypes },
          },
        ],
        default_permissions: {},
      },
    },
    {
      name: 'AGENTS',
      subject: keys.agentsAccount.publicKey,
      nats: {
        limits: { ...unlimited, ...noJetStream },
        signing_keys: templates(keys, earlier),
        exports: [{ name: 'ask', subject: ask, type: 'service', response_type: 'Singleton' }],
        imports: agentsImports(keys.coreAccount.publicKey),
        default_permissions: {},
      },
    },
  ];
}

/** The operator's JWT: it names the system account and nothing else. */
export function operatorJwt(keys: BrokerKeys): string {
  return issueJwt({
    name: 'kanade',
    subject: keys.operator.publicKey,
    type: 'operator',
    issuerSeed: keys.operator.seed,
    nats: { system_account: keys.sysAccount.publicKey },
  });
}
