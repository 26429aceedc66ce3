import { describe, expect, it } from 'vitest';
import { OutputAssembler } from './output-assembler.ts';

function assemble(pieces: readonly (readonly [number, string])[]) {
  let text = '';
  const assembler = new OutputAssembler((bytes) => (text += Buffer.from(bytes).toString()));
  for (const [offset, piece] of pieces) assembler.add(offset, Buffer.from(piece));
  return { text, position: assembler.position, hasGap: assembler.hasGap };
}

describe('OutputAssembler', () => {
  it('lets bytes through in order', () => {
    expect(assemble([[0, 'abc'], [3, 'def']])).toEqual({ text: 'abcdef', position: 6, hasGap: false });
  });

  it('emits repeated and overlapping bytes once', () => {
    expect(assemble([[0, 'abc'], [0, 'abc'], [1, 'bcde'], [2, 'c']]).text).toBe('abcde');
  });

  it('holds what lies behind a gap until the gap is filled', () => {
    expect(assemble([[3, 'def']])).toEqual({ text: '', position: 0, hasGap: true });
    expect(assemble([[3, 'def'], [6, 'ghi'], [0, 'abc']])).toEqual({ text: 'abcdefghi', position: 9, hasGap: false });
  });

  it('forgets what a fetched piece has already covered', () => {
    expect(assemble([[2, 'c'], [0, 'abcd']])).toEqual({ text: 'abcd', position: 4, hasGap: false });
  });

  it('drops what is too far ahead rather than hold it all: it will be fetched', () => {
    const assembler = new OutputAssembler(() => undefined);
    assembler.add(10, new Uint8Array(OutputAssembler.maxAheadBytes));
    assembler.add(OutputAssembler.maxAheadBytes + 10, new Uint8Array(1));
    assembler.add(0, new Uint8Array(10));
    expect(assembler.position).toBe(OutputAssembler.maxAheadBytes + 10);
  });
});
