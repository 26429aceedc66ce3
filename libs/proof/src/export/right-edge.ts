import { emptyRoot, nodeHash } from '../merkle.ts';

/** The complete parts at the right edge of a growing tree, largest first: enough for its root. */
export class RightEdge {
  size = 0;
  private readonly parts: { readonly height: number; readonly hash: Uint8Array }[] = [];

  append(leaf: Uint8Array): void {
    let part = { height: 0, hash: leaf };
    for (let last = this.parts.at(-1); last?.height === part.height; last = this.parts.at(-1)) {
      this.parts.pop();
      part = { height: part.height + 1, hash: nodeHash(last.hash, part.hash) };
    }
    this.parts.push(part);
    this.size += 1;
  }

  root(): Uint8Array {
    const [last, ...others] = [...this.parts].reverse();
    return last === undefined ? emptyRoot : others.reduce((hash, part) => nodeHash(part.hash, hash), last.hash);
  }
}
