import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { hasEnded } from '../api/choices.ts';
import { readOutput } from '../api/output.ts';
import { useExecutionLive } from '../live/live-context.tsx';
import type { OutputStream, RunView } from '../api/types.ts';
import { OutputFeed } from './output-feed.ts';

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** One output stream of a run, live. `version` changes with every change of the feed's buffer. */
export function useOutput(run: RunView, stream: OutputStream): { readonly feed: OutputFeed; readonly version: number } {
  const { runId, executionId } = run;
  const feed = useMemo(
    () => new OutputFeed((offset, limit, signal) => readOutput(runId, stream, { offset, limit }, signal)),
    [runId, stream],
  );
  const version = useSyncExternalStore(feed.buffer.subscribe, feed.buffer.getVersion);
  const hasBegun = run.state !== 'queued' && run.state !== 'accepted';
  const goesOn = hasBegun && !hasEnded(run.state);
  useEffect(() => {
    feed.goesOn(goesOn);
  }, [feed, goesOn]);
  useEffect(() => {
    if (hasBegun) feed.refresh();
    return () => {
      feed.stop();
    };
  }, [feed, hasBegun]);
  const knownBytes = stream === 'stdout' ? run.stdoutBytes : run.stderrBytes;
  useEffect(() => {
    if (hasBegun) feed.expect(knownBytes);
  }, [feed, hasBegun, knownBytes]);
  useExecutionLive(
    executionId,
    (message) => {
      if (message.type === 'output' && message.runId === runId && message.stream === stream) feed.hear(message.offset, bytesOf(message.data));
    },
    () => {
      feed.refresh();
    },
  );
  return { feed, version };
}
