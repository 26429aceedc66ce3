import { SetMetadata } from '@nestjs/common';

export const publicMetadata = 'kanade:public';

/** Marks a route that nobody needs to be signed in for; every other route refuses strangers. */
export function Public() {
  return SetMetadata(publicMetadata, true);
}
