import { SetMetadata } from '@nestjs/common';
import type { Permission } from '@kanade/contracts';

export const needsMetadata = 'kanade:needs';

/** Says what a route needs; one that says neither this nor that it is for everybody lets nobody in. */
export function Needs(permission: Permission) {
  return SetMetadata(needsMetadata, permission);
}
