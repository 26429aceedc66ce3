import type { Disk, Filesystem, Hardware, NetworkInterface, OsDetail } from '@kanade/messages';

/** The parts of the inventory that are small enough to be sent whole. */
export interface InventoryFacets {
  readonly hardware: Hardware;
  readonly os: OsDetail;
  readonly disks: { disks: Disk[]; filesystems: Filesystem[] };
  readonly network: { interfaces: NetworkInterface[] };
}
