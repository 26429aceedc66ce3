/** What the record says of an endpoint when it enrols. */
export interface Machine {
  readonly endpointId: string;
  readonly nkey: string;
  readonly signingKey: string;
  readonly sealingKey: string;
}

/** What a part of the fleet is told. */
export type FleetRequest =
  | { readonly type: 'make'; readonly count: number; readonly url: string; readonly keysDir: string }
  | { readonly type: 'connect' }
  | { readonly type: 'answer' }
  | { readonly type: 'close' };

/** What it says; `made`, `connected`, `taken` and `answered` come once each, in this order. `acknowledgedMs` is per endpoint, since `answer`. */
export type FleetMessage =
  | { readonly type: 'made'; readonly machines: readonly Machine[] }
  | { readonly type: 'connected' }
  | { readonly type: 'taken' }
  | { readonly type: 'answered'; readonly acknowledgedMs: readonly number[]; readonly retries: number };
