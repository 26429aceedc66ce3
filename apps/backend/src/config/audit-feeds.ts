import { z } from 'zod';

const loopback = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;
/** What each way of syslog listens on where nobody says otherwise. */
const usualPorts: Readonly<Record<string, number>> = { udp: 514, tcp: 601, tls: 6514 };
const syslogHelp = 'must be udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT';

export interface SyslogAddress {
  readonly protocol: 'udp' | 'tcp' | 'tls';
  readonly host: string;
  readonly port: number;
}

const webhookUrl = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const problem =
    url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:') ? 'must be an address such as https://siem.example/kanade'
    : url.username !== '' || url.password !== '' ? 'must have no password in it: what is sent is signed instead'
    : url.protocol === 'http:' && !loopback.test(url.hostname) ? 'must be https: over plain http anybody on the way could read the audit'
    : undefined;
  if (problem === undefined && url !== undefined) return url;
  context.addIssue({ code: 'custom', message: problem ?? '' });
  return z.NEVER;
});

const syslogAddress = z.string().transform((text, context): SyslogAddress => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const protocol = (['udp', 'tcp', 'tls'] as const).find((name) => url?.protocol === `${name}:`);
  if (url === undefined || protocol === undefined || url.hostname === '' || url.username !== '' || !/^\/?$/.test(url.pathname) || url.search !== '') {
    context.addIssue({ code: 'custom', message: syslogHelp });
    return z.NEVER;
  }
  return { protocol, host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? (usualPorts[protocol] ?? 514) : Number(url.port) };
});

/** The variables that say where the audit is sent. */
export const auditFeedVariables = {
  KANADE_AUDIT_WEBHOOK_URL: webhookUrl.optional(),
  KANADE_AUDIT_WEBHOOK_SECRET_FILE: z.string().optional(),
  KANADE_AUDIT_SYSLOG: syslogAddress.optional(),
  KANADE_AUDIT_CA_FILE: z.string().optional(),
} as const;

type Given = { readonly [Name in keyof typeof auditFeedVariables]?: z.output<(typeof auditFeedVariables)[Name]> | undefined };

/** Where the audit is sent. */
export interface AuditFeedsConfig {
  readonly webhook: { readonly url: URL; readonly secretFile: string } | undefined;
  readonly syslog: SyslogAddress | undefined;
  /** Path of an authority that vouches for the receivers, beside the public ones. */
  readonly caFile: string | undefined;
}

/** A webhook goes with its secret: nobody could tell what it gets from what somebody else sends it. */
export function webhookHasSecret(given: Given): boolean {
  return (given.KANADE_AUDIT_WEBHOOK_URL === undefined) === (given.KANADE_AUDIT_WEBHOOK_SECRET_FILE === undefined);
}

export function auditFeedsOf(given: Given): AuditFeedsConfig {
  const { KANADE_AUDIT_WEBHOOK_URL: url, KANADE_AUDIT_WEBHOOK_SECRET_FILE: secretFile, KANADE_AUDIT_SYSLOG: syslog, KANADE_AUDIT_CA_FILE: caFile } = given;
  return { webhook: url === undefined || secretFile === undefined ? undefined : { url, secretFile }, syslog, caFile };
}
