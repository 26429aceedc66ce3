import { hash, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../domain-error.ts';

// OWASP's first choice for argon2id, the library's default algorithm: 19 MiB, two passes.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Checks under way at once, and how many may wait: guessing must not take the machine. One source gets a share, so that it cannot take all places. */
const atOnce = 2;
const mostWaiting = 40;
const mostOfOneSource = 4;

function tooMany(): DomainError {
  return new DomainError('too-many-attempts', 'too many sign-ins at once; try again in a few seconds', { retryable: true, details: { retryAfterSeconds: 2 } });
}

/** Hashes and checks passwords; a few at a time. */
@Injectable()
export class Passwords {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly bySource = new Map<string, number>();
  /** Checked where there is no account, so that a name that does not exist takes as long as one that does. */
  private decoy: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return this.limited(() => hash(password, cost));
  }

  /** `source` is where the request came from. */
  async verify(passwordHash: string | undefined, password: string, source: string): Promise<boolean> {
    const underWay = this.bySource.get(source) ?? 0;
    if (underWay >= mostOfOneSource) throw tooMany();
    this.bySource.set(source, underWay + 1);
    try {
      return await this.limited(async () => {
        const against = passwordHash ?? (await (this.decoy ??= hash('decoy', cost)));
        return (await verify(against, password)) && passwordHash !== undefined;
      });
    } finally {
      const left = (this.bySource.get(source) ?? 1) - 1;
      if (left > 0) this.bySource.set(source, left);
      else this.bySource.delete(source);
    }
  }

  private async limited<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.running >= atOnce) {
      if (this.waiting.length >= mostWaiting) throw tooMany();
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
