import { hash, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../domain-error.ts';

// OWASP's first choice for argon2id, the library's default algorithm: 19 MiB, two passes.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Checks under way at once, and how many may wait: guessing must not take the machine. */
const atOnce = 2;
const mostWaiting = 20;

/** Hashes and checks passwords; a few at a time. */
@Injectable()
export class Passwords {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  /** Checked where there is no account, so that a name that does not exist takes as long as one that does. */
  private decoy: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return this.limited(() => hash(password, cost));
  }

  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    return this.limited(async () => {
      const against = passwordHash ?? (await (this.decoy ??= hash('decoy', cost)));
      return (await verify(against, password)) && passwordHash !== undefined;
    });
  }

  private async limited<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.running >= atOnce) {
      if (this.waiting.length >= mostWaiting) {
        throw new DomainError('too-many-attempts', 'too many sign-ins at once; try again in a few seconds', { retryable: true, details: { retryAfterSeconds: 2 } });
      }
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.running += 1;
    try {
      return await work();
    } finally {
      this.running -= 1;
      this.waiting.shift()?.();
    }
  }
}
