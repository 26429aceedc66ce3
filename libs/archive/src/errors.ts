/** Part of the archive cannot be read, or is not what was written; the positions from `first` to `last` are in doubt. */
export class ArchiveDamagedError extends Error {
  override readonly name = 'ArchiveDamagedError';
  readonly first: number;
  readonly last: number;
  readonly file: string;

  constructor(file: string, { first, last }: { readonly first: number; readonly last: number }, reason: string) {
    super(`the archive is damaged between positions ${first} and ${last}: ${reason} (${file})`);
    this.file = file;
    this.first = first;
    this.last = last;
  }
}

/** The archive does not have what was asked for. */
export class ArchiveLacksError extends Error {
  override readonly name = 'ArchiveLacksError';
  readonly position: number;

  constructor(position: number) {
    super(`the archive has no event at position ${position}`);
    this.position = position;
  }
}

/** A segment that was being written is not where it was. */
export class ArchiveGoneError extends Error {
  override readonly name = 'ArchiveGoneError';

  constructor(file: string) {
    super(`${file} is gone, with what was archived in it; is the archive's disk there?`);
  }
}

/** Somebody else writes to the same segment. */
export class ArchiveTakenError extends Error {
  override readonly name = 'ArchiveTakenError';

  constructor(file: string) {
    super(`somebody else writes to ${file}; give every installation an archive directory of its own`);
  }
}
