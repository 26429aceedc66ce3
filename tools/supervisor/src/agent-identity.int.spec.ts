import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { simulatedAgents } from './agent-identity.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'kanade-simulated-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

function enrol(...names: string[]): void {
  for (const name of names) {
    mkdirSync(join(parent, name));
    writeFileSync(join(parent, name, 'identity.json'), JSON.stringify({ endpointId: `id-of-${name}` }));
  }
}

const running = (count: number) => simulatedAgents(parent, count).map(({ endpointId }) => endpointId);

describe('the simulated endpoints of a start', () => {
  it('are as many as were asked for, not all that were ever enrolled', () => {
    enrol('sim-0001', 'sim-0002', 'sim-0003', 'sim-10000');
    expect(running(2)).toEqual(['id-of-sim-0001', 'id-of-sim-0002']);
    expect(running(0)).toEqual([]);
  });

  it('are only those that are enrolled yet', () => {
    enrol('sim-0001', 'sim-0003');
    mkdirSync(join(parent, 'sim-0002'));
    expect(running(3)).toEqual(['id-of-sim-0001', 'id-of-sim-0003']);
  });
});
