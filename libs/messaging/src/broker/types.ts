export interface BrokerConfigOptions {
  /** The whole installation's data directory: keys in `keys/`, the broker's files in `broker/`. */
  readonly dataDir: string;
  /** Listen address; anything but loopback needs `tls`. */
  readonly host: string;
  /** 0 for any free one: read it back with readBrokerPorts. */
  readonly natsPort: number;
  readonly wsPort: number;
  /** What JetStream may fill, bytes; the streams share 80 % of it. */
  readonly maxFileBytes: number;
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
}

/** Where the running broker listens. */
export interface BrokerPorts {
  readonly natsUrl: string;
  readonly wsUrl: string;
}

/** Paths of the credentials written for this installation. */
export interface CredsFiles {
  readonly admin: string;
  readonly backend: string;
  readonly sys: string;
}

/** One setting that is not as the table says. */
export interface BrokerDifference {
  readonly stream: string;
  /** `missing` when the stream itself is not there. */
  readonly setting: string;
  readonly wanted: unknown;
  readonly found: unknown;
}
