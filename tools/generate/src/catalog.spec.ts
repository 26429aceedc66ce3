import * as contracts from '@kanade/contracts';
import { describe, expect, it } from 'vitest';
import { nameOfType } from './catalog.ts';
import { generateMessages } from './messages.ts';

describe('the catalog', () => {
  it('names an event after its type', () => {
    expect(nameOfType('kanade.run.finished.v1')).toBe('RunFinished');
    expect(nameOfType('kanade.inventory.packages-changed.v1')).toBe('InventoryPackagesChanged');
    expect(nameOfType('kanade.run.finished.v2')).toBe('RunFinishedV2');
  });

  it('leaves out no schema of the wire', () => {
    const types = generateMessages().find(({ path }) => path.endsWith('types.ts'))?.text ?? '';
    // Events are named after their type, and what only HTTP carries is in the API's own document.
    const events = new Set<unknown>([...contracts.endpointEventSchemas, ...contracts.controlEventSchemas]);
    const isWire = (name: string): boolean =>
      /^(ask|command|cancelCommand|runCommand|presence|performanceSample|keyset|signedKeyset|enrol|renew|identity|live)\w*Schema$/.test(name) && !/(Id|State|View|Page|Query)Schema$/.test(name);
    const wire = Object.entries(contracts).filter(([name, schema]) => isWire(name) && !events.has(schema));
    expect(wire.length).toBeGreaterThan(10);
    for (const [name] of wire) {
      const type = name.charAt(0).toUpperCase() + name.slice(1, -'Schema'.length);
      expect(types).toContain(`export type ${type} =`);
    }
  });

  it('writes the same bytes each time', () => {
    expect(generateMessages()).toEqual(generateMessages());
  });
});
