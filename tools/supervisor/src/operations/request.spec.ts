import { describe, expect, it } from 'vitest';
import { readRequest } from './request.ts';

const read = (...args: string[]) => readRequest(args, { KANADE_DATA_DIR: '/data' });
const shared = { dataDir: '/data', json: false };

describe('what an operation is asked for', () => {
  it.each([
    [['key']], [['key', 'list', 'command']], [['key', 'rotate']], [['key', 'rotate', 'root']], [['key', 'rotate', 'all', 'command']], [['key', 'retire', 'command', '--at-once']],
    [['key', 'list', '--at-once']], [['key', 'list', '--agents-of', '/x']], [['backup', '/b', '--at-once']], [['backup']], [['forget', '/b']],
    [['event', 'archive']], [['event', 'archive', 'drop', '--archive-dir', '/a', '--keep', '0']], [['event', 'archive', 'seal', '--archive-dir', '/a']], [['backup', '/b', '--archive-dir', '/a']],
    [['event', 'replay', 'x', '--keep', '5']], [['event', 'recover', 'x']], [['event', 'recover', '--archive-dir', '/a', '--keep', '5']], [['event', 'archive', 'drop', '--archive-dir', '/a', '--dry-run']],
  ])('is not understood from %j', (args) => expect(read(...args)).toBeUndefined());

  it('names keys, once each, or all', () => {
    expect(read('key', 'list', '--json')).toEqual({ verb: 'key list', dataDir: '/data', json: true });
    expect(read('key', 'rotate', 'control', 'command', 'control', '--at-once')).toEqual({ verb: 'key rotate', uses: ['command', 'control'], atOnce: true, ...shared });
    expect(read('key', 'retire', 'signing-enrol')).toEqual({ verb: 'key retire', uses: ['signing-enrol'], ...shared });
    expect(read('key', 'rotate', 'all')).toMatchObject({ uses: expect.arrayContaining(['operator', 'command', 'signing-sys']), atOnce: false });
  });

  it('names an archive, how far to drop, and how much stays', () => {
    expect(read('event', 'archive', 'drop', '--archive-dir', '/a')).toEqual({ verb: 'event archive drop', archiveDir: '/a', through: undefined, keep: 100_000, ...shared });
    expect(read('event', 'archive', 'drop')).toMatchObject({ archiveDir: '/data/archive' });
    expect(read('event', 'archive', 'drop', '--archive-dir', '/a', '--through', '0badcafe:7', '--keep', '3')).toMatchObject({ through: '0badcafe:7', keep: 3 });
  });

  it('names an archive to recover from', () => {
    expect(read('event', 'recover', '--archive-dir', '/a', '--dry-run')).toEqual({ verb: 'event recover', archiveDir: '/a', checkpointFile: undefined, discard: false, dryRun: true, ...shared });
  });

  it('names folders, and the data directory where it is another', () => {
    expect(read('backup', '/b', '--data-dir', '/other')).toEqual({ verb: 'backup', dir: '/b', dataDir: '/other', json: false });
    expect(read('restore', '/b', '--agents-of', '/old')).toEqual({ verb: 'restore', dir: '/b', agentsOf: '/old', ...shared });
  });
});
