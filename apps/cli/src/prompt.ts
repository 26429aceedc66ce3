import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { usageFailure } from './failure.ts';

/** Asks on the terminal without showing what is typed. */
export async function askHidden(question: string): Promise<string> {
  if (!process.stdin.isTTY) throw usageFailure('There is no terminal to ask for the password on.', 'Pipe it in with --password-stdin.');
  process.stderr.write(question);
  const muted = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: muted, terminal: true });
  const answer = Promise.withResolvers<string>();
  prompt.once('line', (line) => answer.resolve(line));
  prompt.once('SIGINT', () => answer.reject(usageFailure('Interrupted.')));
  try {
    return await answer.promise;
  } finally {
    prompt.close();
    process.stderr.write('\n');
  }
}

/** Everything a stream has, as UTF-8 text. */
export async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  return (await readAllBytes(stream)).toString('utf8');
}

/** Everything a stream has. */
export async function readAllBytes(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
