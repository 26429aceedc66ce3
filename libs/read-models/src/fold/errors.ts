/** The history is not the one that was folded: a gap, a rewound sequence, another incarnation, other bytes. The read model must be rebuilt, never continued. */
export class HistoryMismatchError extends Error {
  override readonly name = 'HistoryMismatchError';
  readonly kind: 'gap' | 'rewound' | 'incarnation' | 'altered';
  readonly sequence: number;

  constructor(kind: 'gap' | 'rewound' | 'incarnation' | 'altered', sequence: number, message: string) {
    super(message);
    this.kind = kind;
    this.sequence = sequence;
  }
}
