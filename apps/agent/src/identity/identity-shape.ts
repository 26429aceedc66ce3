import { check, validateSignedKeyset } from '@kanade/messages';
import type { EndpointKeys, StoredIdentity, StoredKeys } from './identity.ts';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function isKeys(value: unknown): value is EndpointKeys {
  return isObject(value) && ['nkeySeed', 'nkey', 'signingKey', 'sealingKey', 'recordKey'].every((name) => isText(value[name]));
}

/** True for an identity.json whose enrolment was begun and not finished. */
export function isStoredKeys(value: unknown): value is StoredKeys {
  return isObject(value) && value['version'] === 1 && value['pending'] === true && isKeys(value['keys']);
}

function isWay(value: unknown): boolean {
  return isObject(value) && Array.isArray(value['urls']) && value['urls'].length > 0 && value['urls'].every(isText) && (value['ca'] === null || isText(value['ca']));
}

/** True for a complete identity.json. */
export function isStoredIdentity(value: unknown): value is StoredIdentity {
  return (
    isObject(value) &&
    value['version'] === 1 &&
    isText(value['endpointId']) &&
    isWay(value) &&
    (value['fallback'] === undefined || isWay(value['fallback'])) &&
    isText(value['root']) &&
    typeof value['simulated'] === 'boolean' &&
    isKeys(value['keys']) &&
    isText(value['jwt']) &&
    isText(value['renewalJwt']) &&
    check(validateSignedKeyset, value['keyset']).ok
  );
}
