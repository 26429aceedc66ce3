import { signedText } from '@kanade/contracts';
import { sha256Hex, verifyBytes } from '@kanade/messaging';
import type { Keyset, SignedKeyset } from '@kanade/messages';
import { readKeyset } from '../messages.ts';

/** The keyset's place in the signed text: it has no subject of its own. */
const keysetSubject = 'kanade.keyset';

/** The keyset, if the root key (base64url raw Ed25519) signed exactly these bytes. */
export function believedKeyset(signed: SignedKeyset, root: string): Keyset | undefined {
  const body = Buffer.from(signed.body, 'base64url');
  if (!verifyBytes(root, signedText('keyset', keysetSubject, sha256Hex(body)), signed.signature)) return undefined;
  return readKeyset(body);
}
