import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { manifestSchema, maxScriptBytes, type Execute, type SecretReference } from '@kanade/contracts';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { messageOf, usageFailure } from '../failure.ts';

/** One mistake in a manifest, where its author can find it. */
export interface ManifestProblem {
  readonly file: string;
  /** From 1; 1 where the mistake is something missing from the whole file. */
  readonly line: number;
  /** Path in the document, such as `execute.shell`. */
  readonly path: string;
  readonly message: string;
}

/** A manifest ready to be sent: its script read in. */
export interface ReadManifest {
  readonly id: string;
  readonly version: string;
  readonly description: string;
  readonly execute: Execute;
  readonly secrets: readonly SecretReference[];
}

/** Reads and checks a manifest without a backend; every mistake comes with file, line and path. */
export function readManifest(file: string): { manifest: ReadManifest } | { problems: ManifestProblem[] } {
  const text = readText(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map((error) => ({
        file,
        line: error.linePos?.[0].line ?? 1,
        path: '',
        message: error.message.split('\n')[0] ?? error.message,
      })),
    };
  }
  const parsed = manifestSchema.safeParse(document.toJS());
  if (!parsed.success) {
    const at = (path: readonly PropertyKey[]) => lineOf(document, lines, path);
    return {
      problems: parsed.error.issues.flatMap((issue) =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map((key) => problem(file, at([...issue.path, key]), [...issue.path, key], 'unknown key; remove it or correct its name'))
          : [problem(file, at(issue.path), issue.path, issue.message)],
      ),
    };
  }
  const { script, scriptFile, ...execute } = parsed.data.execute;
  const content = script ?? readScript(file, scriptFile ?? '');
  const bytes = Buffer.byteLength(content);
  if (bytes > maxScriptBytes) {
    const path = ['execute', script === undefined ? 'scriptFile' : 'script'];
    return { problems: [problem(file, lineOf(document, lines, path), path, `the script has ${bytes} bytes; at most ${maxScriptBytes} can be sent`)] };
  }
  const { id, version, description, secrets } = parsed.data;
  return { manifest: { id, version, description, execute: { ...execute, script: content }, secrets } };
}

/** One line per mistake, in the form editors and terminals make clickable. */
export function formatProblem(found: ManifestProblem): string {
  return `${found.file}:${found.line}: ${found.path ? `${found.path}: ` : ''}${found.message}`;
}

function problem(file: string, line: number, path: readonly PropertyKey[], message: string): ManifestProblem {
  return { file, line, path: path.map(String).join('.'), message };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usageFailure(`${file} cannot be read: ${messageOf(error)}`);
  }
}

function readScript(manifestFile: string, scriptFile: string): string {
  const path = resolve(dirname(manifestFile), scriptFile);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    throw usageFailure(`${manifestFile}: execute.scriptFile: ${path} cannot be read: ${messageOf(error)}`, 'The path is relative to the manifest, the text UTF-8.');
  }
}

/** The line of the deepest part of `path` that is in the document. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
