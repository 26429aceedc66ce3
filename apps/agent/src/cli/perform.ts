import { readConfig } from '../config.ts';
import { dataDirAt } from '../data-dir/data-dir.ts';
import { AgentError, exitCodes } from '../errors.ts';
import { Identity } from '../identity/identity.ts';
import { agentVersion } from '../version.ts';
import { enrolInto, readToken } from './enrol-command.ts';
import { helpText, parseArguments } from './parse-arguments.ts';
import { runAgent } from './run-command.ts';
import { simulate } from './simulate-command.ts';

/** Does what the command line asks; returns the exit code, having told standard error what was wrong. */
export async function perform(args: readonly string[]): Promise<number> {
  try {
    await dispatch(args);
    return exitCodes.ok;
  } catch (error) {
    const known = error instanceof AgentError;
    const text = known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`kanade-agent: ${text}\n`);
    return known ? error.exitCode : exitCodes.failure;
  }
}

async function dispatch(args: readonly string[]): Promise<void> {
  const invocation = parseArguments(args);
  switch (invocation.command) {
    case 'enrol': {
      const identity = await enrolInto(invocation.dataDir, await readToken(invocation.token), invocation.simulated);
      process.stdout.write(`enrolled as ${identity.stored.endpointId}\n`);
      return;
    }
    case 'run':
      // An endpoint that was enrolled as a simulated one never runs a real script.
      if (Identity.load(dataDirAt(invocation.dataDir)).stored.simulated) {
        throw new AgentError('this is a simulated endpoint: start it with kanade-agent simulate');
      }
      return runAgent(invocation.dataDir, readConfig(process.env));
    case 'simulate':
      return simulate(invocation, readConfig(process.env));
    case 'version':
      process.stdout.write(`${agentVersion}\n`);
      return;
    case 'help':
      process.stdout.write(helpText);
      return;
    default:
      invocation satisfies never;
  }
}
