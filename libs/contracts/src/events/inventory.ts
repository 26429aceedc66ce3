import { z } from 'zod';
import { eventSchema } from './envelope.ts';
import { factLimits } from '../limits.ts';
import { osSchema } from './endpoints.ts';

const text = z.string().max(factLimits.text);
const bytes = z.int().nonnegative();

export const hardwareSchema = z.strictObject({
  manufacturer: text,
  model: text,
  serialNumber: text,
  cpu: z.strictObject({ model: text, physicalCores: z.int().nonnegative(), logicalCores: z.int().nonnegative(), sockets: z.int().nonnegative() }),
  memoryBytes: bytes,
  virtual: z.boolean(),
});

export const osDetailSchema = z.strictObject({
  ...osSchema.shape,
  kernel: text,
  hostname: z.string().max(factLimits.hostname),
  timezone: text,
  bootedAt: z.string().max(factLimits.bootedAt),
});

export const diskSchema = z.strictObject({
  name: text,
  kind: z.enum(['disk', 'partition', 'logical', 'loop', 'rom', 'other']),
  sizeBytes: bytes,
  model: text,
  removable: z.boolean(),
});

export const filesystemSchema = z.strictObject({ device: text, type: text, mount: z.string().max(factLimits.mount), sizeBytes: bytes });

export const networkInterfaceSchema = z.strictObject({
  name: text,
  mac: text,
  ipv4: z.array(z.string().max(factLimits.ipv4)).max(factLimits.addresses),
  ipv6: z.array(z.string().max(factLimits.ipv6)).max(factLimits.addresses),
  up: z.boolean(),
  speedMbps: z.number().nullable(),
});

/** The facets of an inventory that are small enough to be replaced as a whole. */
export const facetSchemas = {
  hardware: hardwareSchema,
  os: osDetailSchema,
  disks: z.strictObject({ disks: z.array(diskSchema).max(factLimits.disks), filesystems: z.array(filesystemSchema).max(factLimits.filesystems) }),
  network: z.strictObject({ interfaces: z.array(networkInterfaceSchema).max(factLimits.interfaces) }),
} as const;
export type FacetName = keyof typeof facetSchemas;

/** One facet as it is now; the newest replaces the one before. */
export const inventoryChangedSchema = eventSchema(
  'kanade.inventory.changed.v1',
  z.discriminatedUnion('facet', [
    z.strictObject({ facet: z.literal('hardware'), value: facetSchemas.hardware }),
    z.strictObject({ facet: z.literal('os'), value: facetSchemas.os }),
    z.strictObject({ facet: z.literal('disks'), value: facetSchemas.disks }),
    z.strictObject({ facet: z.literal('network'), value: facetSchemas.network }),
  ]),
);

export const installedPackageSchema = z.strictObject({
  name: z.string().max(factLimits.packageText),
  version: z.string().max(factLimits.packageText),
  architecture: z.string().max(factLimits.architecture),
  source: z.enum(['dpkg', 'rpm', 'registry', 'pkgutil']),
});

/** Installed software as a difference, at most 1,000 packages an event: `reset` forgets all, then removed go and present are set. */
export const packagesChangedSchema = eventSchema(
  'kanade.inventory.packages-changed.v1',
  z.strictObject({
    reset: z.boolean(),
    present: z.array(installedPackageSchema).max(1000),
    removed: z.array(installedPackageSchema.pick({ name: true, architecture: true, source: true })).max(1000),
  }),
);
