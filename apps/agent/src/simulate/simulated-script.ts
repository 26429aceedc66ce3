/** One thing a simulated script does: after `afterMs` it prints, or ends. */
export type Step =
  | { readonly kind: 'print'; readonly stream: 'stdout' | 'stderr'; readonly text: string; readonly afterMs: number }
  | { readonly kind: 'wait'; readonly afterMs: number }
  | { readonly kind: 'exit'; readonly code: number; readonly afterMs: number };

/** No statement takes longer than this, whatever a script says it sleeps. */
const longestSleepMs = 600_000;

/** What a script would do on a machine that is not there: echo, sleep, uname, hostname and exit are understood, all else prints a line. */
export function stepsOf(script: string, hostname: string, random: () => number = Math.random): Step[] {
  const steps: Step[] = [];
  for (const statement of script.split(/\n|;|&&/)) {
    const text = statement.trim();
    if (text === '' || text.startsWith('#')) continue;
    const step = stepOf(text, hostname, random);
    steps.push(step);
    if (step.kind === 'exit') return steps;
  }
  return [...steps, { kind: 'exit', code: 0, afterMs: 50 }];
}

function stepOf(text: string, hostname: string, random: () => number): Step {
  const afterMs = 50 + Math.floor(random() * 250);
  const exit = /^exit(?:\s+(\d{1,3}))?$/i.exec(text);
  if (exit) return { kind: 'exit', code: Number(exit[1] ?? 0) & 255, afterMs };
  const sleep = /^sleep\s+(\d+(?:\.\d+)?)$/.exec(text);
  if (sleep) return { kind: 'wait', afterMs: Math.min(Number(sleep[1]) * 1000, longestSleepMs) };
  const toStderr = /\s*1?>&2\s*/.test(text);
  const command = text.replace(/\s*1?>&2\s*/, ' ').trim();
  const stream = toStderr ? 'stderr' : 'stdout';
  const echo = /^(?:echo|Write-Output|Write-Host)\s+(.*)$/.exec(command);
  if (echo) return { kind: 'print', stream, text: (echo[1] ?? '').replace(/^(["'])(.*)\1$/, '$2'), afterMs };
  if (/^uname\b/.test(command)) return { kind: 'print', stream, text: `Simulated ${hostname} 1.0 x86_64`, afterMs };
  if (command === 'hostname') return { kind: 'print', stream, text: hostname, afterMs };
  return { kind: 'print', stream, text: `${hostname}: ${command.slice(0, 60)}: done (simulated)`, afterMs };
}
