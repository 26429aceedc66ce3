// No schema library here: an agent needs these words, and cannot spare the memory.

/** Keys of the backend that sign messages; `command`, `desired`, `control` and `checkpoint` stand in the keyset agents believe. */
export const messageKeyUses = ['command', 'desired', 'control', 'checkpoint'] as const;
/** Keys of the broker's trust: the operator's, and those that sign in the name of the accounts. What an account is called stays, and its own key signs nothing. */
export const brokerKeyUses = ['operator', 'signing-agent', 'signing-renew', 'signing-enrol', 'signing-backend', 'signing-admin', 'signing-sys'] as const;
/** Every key that can be replaced without touching the fleet. */
export const rotatableKeyUses = [...messageKeyUses, ...brokerKeyUses] as const;
export type MessageKeyUse = (typeof messageKeyUses)[number];
export type BrokerKeyUse = (typeof brokerKeyUses)[number];
export type RotatableKeyUse = (typeof rotatableKeyUses)[number];
