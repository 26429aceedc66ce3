import { describe, expect, it } from 'vitest';
import { certifiedNames, httpUrl, natsUrl, publicNatsUrls } from './addresses.ts';

const ports = { http: 8080, nats: 4222, webSocket: 4443 };
const plain = { httpHost: '127.0.0.1', natsHost: '::1', tls: undefined };
const open = { httpHost: '0.0.0.0', natsHost: '::', tls: { publicNames: ['kanade.example', '2001:db8::1'], own: undefined } };
const own = { ...open, tls: { ...open.tls, own: { certFile: '/c', keyFile: '/k', caFile: undefined } } };

describe('addresses', () => {
  it('are plain on loopback', () => {
    expect([httpUrl(plain, ports), natsUrl(plain, ports), publicNatsUrls(plain, ports)]).toEqual(['http://127.0.0.1:8080', 'nats://[::1]:4222', ['nats://[::1]:4222']]);
  });

  it('are the public names for endpoints, and loopback for this machine, with TLS', () => {
    expect([httpUrl(open, ports), natsUrl(open, ports)]).toEqual(['https://127.0.0.1:8080', 'tls://[::1]:4222']);
    expect(publicNatsUrls(open, ports)).toEqual(['tls://kanade.example:4222', 'tls://[2001:db8::1]:4222', 'wss://kanade.example:4443', 'wss://[2001:db8::1]:4443']);
    expect(publicNatsUrls({ ...open, natsHost: '127.0.0.1' }, ports)).toEqual(['tls://127.0.0.1:4222']);
  });

  it('are public for everybody where the certificate names nothing else', () => {
    expect([httpUrl(own, ports), natsUrl(own, ports)]).toEqual(['https://kanade.example:8080', 'tls://kanade.example:4222']);
  });

  it('are all in a certificate of our own', () => {
    expect(certifiedNames(open)).toEqual(['kanade.example', '2001:db8::1', 'localhost', '127.0.0.1', '::1']);
  });
});
