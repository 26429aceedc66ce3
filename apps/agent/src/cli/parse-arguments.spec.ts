import { describe, expect, test } from 'vitest';
import { parseArguments } from './parse-arguments.ts';

describe('the command line', () => {
  test.each([
    [['enrol', 'TOKEN', '--data-dir', 'd'], { command: 'enrol', token: 'TOKEN', dataDir: 'd', simulated: false }],
    [['enrol', '-', '--data-dir', 'd', '--simulated'], { command: 'enrol', token: '-', dataDir: 'd', simulated: true }],
    [['run', '--data-dir=d'], { command: 'run', dataDir: 'd' }],
    [['simulate', '--count', '25', '--token', 'T', '--data-dir', 'd'], { command: 'simulate', count: 25, token: 'T', dataDir: 'd' }],
    [['simulate', '--count', '25', '--data-dir', 'd'], { command: 'simulate', count: 25, token: undefined, dataDir: 'd' }],
    [['version'], { command: 'version' }],
    [['--version'], { command: 'version' }],
    [[], { command: 'help' }],
    [['run', '--help'], { command: 'help' }],
  ])('%j', (args, expected) => {
    expect(parseArguments(args)).toEqual(expected);
  });

  test.each([
    [['go'], /"go" is no command/],
    [['run'], /run needs --data-dir/],
    [['enrol', '--data-dir', 'd'], /enrol needs the token/],
    [['run', 'now', '--data-dir', 'd'], /run does not take "now"/],
    [['run', '--data-dir', 'd', '--count', '3'], /run takes no --count/],
    [['run', '--dta-dir', 'd'], /--dta-dir/],
    [['simulate', '--count', 'many', '--data-dir', 'd'], /--count must be a whole number/],
    [['simulate', '--count', '0', '--data-dir', 'd'], /--count must be a whole number/],
  ])('%j is refused', (args, message) => {
    expect(() => parseArguments(args)).toThrow(message);
    expect(() => parseArguments(args)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
