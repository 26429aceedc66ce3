import { describe, expect, it } from 'vitest';
import { checkSameOrigin } from './same-origin.ts';

const host = '127.0.0.1:8080';
const own = `http://${host}`;

describe('where a cookie’s request comes from', () => {
  it.each([
    ['another origin', { host, origin: 'http://evil.example' }],
    ['another port of the same host', { host, origin: 'http://127.0.0.1:9999' }],
    ['another site, as the browser says', { host, 'sec-fetch-site': 'cross-site' as const }],
    ['another site that claims our origin', { host, origin: own, 'sec-fetch-site': 'cross-site' as const }],
    ['a sandboxed frame', { host, origin: 'null' }],
    ['nowhere', { host }],
    ['a browser that names no origin but another site', { host, 'sec-fetch-site': 'same-site' as const }],
  ])('refuses %s', (_name, headers) => {
    expect(() => checkSameOrigin(headers)).toThrow(/another site/);
  });

  it.each([
    ['our own page', { host, origin: own, 'sec-fetch-site': 'same-origin' as const }],
    ['our own page in an older browser', { host, origin: own }],
    ['our own page, origin left out', { host, 'sec-fetch-site': 'same-origin' as const }],
  ])('lets %s pass', (_name, headers) => {
    expect(() => checkSameOrigin(headers)).not.toThrow();
  });
});
