import { randomBytes } from 'node:crypto';
import { MsgHdrsImpl } from '@nats-io/nats-core/internal';
import { describe, expect, it } from 'vitest';
import { readAsBroker, readDirectHeaders, readHeaders, readStatus } from './headers.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const block = (...lines: string[]): Uint8Array => bytes(['NATS/1.0', ...lines, '', ''].join('\r\n'));

describe('a block that anybody may have written', () => {
  it('is read as the client library writes it', () => {
    const written = new MsgHdrsImpl();
    written.set('Kanade-Signature', 'x=');
    written.set('Nats-Msg-Id', '端末: 1');
    expect(readHeaders(written.encode())).toEqual({ 'Kanade-Signature': 'x=', 'Nats-Msg-Id': '端末: 1' });
    expect(readHeaders(undefined)).toEqual({});
    expect(readHeaders(block())).toEqual({});
    expect(readHeaders(block('a:', '__proto__: b'))).toEqual(Object.fromEntries([['a', ''], ['__proto__', 'b']]));
  });

  it.each([
    ['without a colon', 'NATS/1.0\r\nnothing\r\n\r\n'],
    ['with an empty name', 'NATS/1.0\r\n: value\r\n\r\n'],
    ['with a blank in a name', 'NATS/1.0\r\na b: value\r\n\r\n'],
    ['with a name twice', 'NATS/1.0\r\na: 1\r\na: 2\r\n\r\n'],
    ['with an empty line inside', 'NATS/1.0\r\n\r\na: 1\r\n\r\n'],
    ['of bytes that are no text', 'NATS/1.0\r\na: \xff\xfe\r\n\r\n'],
    ['with a status', 'NATS/1.0 404 No Messages\r\n\r\n'],
    ['of another version', 'NATS/2.0\r\na: 1\r\n\r\n'],
    ['that does not end', 'NATS/1.0\r\na: 1\r\n'],
    ['of nothing', ''],
  ])('is kept whole %s', (_, text) => {
    expect(readHeaders(bytes(text))).toEqual({ '': text });
  });

  it('never throws, whatever bytes it is of', () => {
    for (let round = 0; round < 2000; round += 1) {
      const made = Buffer.concat([round % 2 === 0 ? bytes('NATS/1.0\r\n') : bytes(''), randomBytes(round % 60), bytes(round % 3 === 0 ? '\r\n\r\n' : '')]);
      expect(readHeaders(made)).toBeTypeOf('object');
      readDirectHeaders(made);
      readStatus(made);
      readAsBroker(made, 'a');
    }
  });
});

describe('a direct get’s answer', () => {
  const time = '2026-01-02T03:04:05.678901234Z';
  const added = ['Nats-Stream: S', 'Nats-Subject: kanade.x', 'Nats-Sequence: 7', `Nats-Time-Stamp: ${time}`];
  const place = { subject: 'kanade.x', sequence: 7, recordedAt: Date.parse(time) };

  it('takes the place from the broker, alone and in a batch', () => {
    expect(readDirectHeaders(block(...added))).toEqual({ ...place, headers: {} });
    expect(readDirectHeaders(block('a: 1', ...added))).toEqual({ ...place, headers: { a: '1' } });
    expect(readDirectHeaders(block('a: 1', ...added, 'Nats-Num-Pending: 3', 'Nats-Last-Sequence: 6'))).toEqual({ ...place, headers: { a: '1' } });
  });

  it('leaves the message what the message says of the same names', () => {
    const own = ['Nats-Sequence: 99', 'Nats-Subject: kanade.other', 'Nats-Num-Pending: 0', 'Nats-Last-Sequence: 1', 'Nats-Time-Stamp: then', 'Nats-Stream: T'];
    expect(readDirectHeaders(block(...own, ...added))).toMatchObject({ ...place, headers: { 'Nats-Sequence': '99', 'Nats-Subject': 'kanade.other', 'Nats-Stream': 'T' } });
  });

  it('keeps what cannot be read, also where the broker wrote on in an unended line', () => {
    expect(readDirectHeaders(bytes(`NATS/1.0 404 Gone\r\n${added.join('\r\n')}\r\n\r\n`))).toEqual({ ...place, headers: { '': 'NATS/1.0 404 Gone\r\n\r\n' } });
    expect(readDirectHeaders(bytes(`NATS/1.0\r\nNats-Seq${added.join('\r\n')}\r\n\r\n`))).toMatchObject({ ...place, headers: { '': expect.stringContaining('Nats-Seq') } });
    expect(readDirectHeaders(bytes(`\xff\xfe${added.join('\r\n')}\r\n\r\n`))).toMatchObject(place);
  });

  it('is a status where nothing stored stands', () => {
    for (const text of ['NATS/1.0 404 Message Not Found\r\n\r\n', 'NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 9\r\n\r\n', 'NATS/1.0 503\r\n\r\n']) {
      expect(readDirectHeaders(bytes(text))).toBeUndefined();
    }
    expect(readStatus(bytes('NATS/1.0 404 Message Not Found\r\n\r\n'))).toEqual({ code: 404, description: 'Message Not Found' });
    expect(readStatus(bytes('NATS/1.0 503\r\n\r\n'))).toEqual({ code: 503, description: '' });
    expect(readStatus(block('a: 1')).code).toBe(0);
  });
});

it('finds a header where the broker does, and nowhere else', () => {
  const of = (text: string) => readAsBroker(bytes(text), 'Id');
  expect(of('NATS/1.0\r\nId: a\r\nId: b\r\n\r\n')).toBe('a');
  expect(of('NATS/1.0\r\nId:   a \t\r\n\r\n')).toBe('a \t');
  expect(of('NATS/1.0\r\nId:\ta\r\n\r\n')).toBe('\ta');
  expect(of('NATS/1.0\r\nId: \xff\r\n\r\n')).toBe('\xff');
  expect(of('NATS/1.0\r\nId:\r\n\r\n')).toBe('');
  expect(of('NATS/1.0\r\nx\r\n: y\r\nId: a')).toBe('a');
  for (const unseen of ['NATS/1.0\r\nid: a\r\n\r\n', 'NATS/1.0\r\nId : a\r\n\r\n', 'NATS/1.0\nId: a\r\n\r\n', 'NATS/1.0\r\n Id: a\r\n\r\n', 'NATS/1.0\r\nx-Id: a\r\n\r\n']) expect(of(unseen)).toBeUndefined();
});
