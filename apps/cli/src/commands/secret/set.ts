import { readFileSync } from 'node:fs';
import { Args, Flags } from '@oclif/core';
import { setSecret } from '@kanade/api-client';
import { BaseCommand } from '../../base-command.ts';
import { messageOf, usageFailure } from '../../failure.ts';
import { askHidden, readAllBytes } from '../../prompt.ts';

export class SecretSet extends BaseCommand {
  static override readonly summary = 'Give a secret a value, which nothing ever shows again; manifests refer to it by name.';
  static override readonly description =
    'The value comes from a file, or from standard input (a line break at its end does not count), or is asked for. It is never an argument: those are in the process list and the shell’s history.';
  static override readonly examples = [
    '<%= config.bin %> secret set db-password',
    'pass show db | <%= config.bin %> secret set db-password --site tokyo --site osaka',
    '<%= config.bin %> secret set tls-key --from-file key.pem',
  ];
  static override readonly args = { name: Args.string({ required: true, description: 'its name: a-z, 0-9 and -' }) };
  static override readonly flags = {
    'from-file': Flags.string({ description: 'take the file’s bytes as they are' }),
    site: Flags.string({ description: 'let it be used on this site’s endpoints only; several times for several sites', multiple: true, multipleNonGreedy: true, exclusive: ['all-sites'] }),
    'all-sites': Flags.boolean({ description: 'let it be used everywhere; without this and --site, it stays as it was' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SecretSet);
    this.connect(flags);
    const value = flags['from-file'] === undefined ? await this.#ask(args.name) : readBytes(flags['from-file']);
    const sites = flags.site ?? (flags['all-sites'] ? ('all' as const) : undefined);
    const result = await setSecret(args.name, { value: value.toString('base64'), ...(sites === undefined ? {} : { sites }) });
    this.print(flags, { name: args.name, ...result }, () => `Secret ${args.name} is set; runs from here on get the new value.`);
  }

  async #ask(name: string): Promise<Buffer> {
    if (process.stdin.isTTY) return Buffer.from(await askHidden(`Value of ${name}: `));
    const piped = await readAllBytes(process.stdin);
    return /\r?\n$/.test(piped.subarray(-2).toString('latin1')) ? piped.subarray(0, piped.at(-2) === 13 ? -2 : -1) : piped;
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw usageFailure(`${file} cannot be read: ${messageOf(error)}`);
  }
}
