/** The pairs of /etc/os-release; values may be quoted as for a shell. */
export function parseOsRelease(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const match = /^([A-Z0-9_]+)=(.*)$/.exec(line.trim());
      return match?.[1] === undefined ? [] : [[match[1], unquote(match[2] ?? '')]];
    }),
  );
}

function unquote(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value);
  return (quoted?.[2] ?? value).replace(/\\([\\"'$`])/g, '$1');
}
