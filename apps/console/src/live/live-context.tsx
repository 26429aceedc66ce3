import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import type { LiveMessage, LiveTopic } from '../api/types.ts';
import { useMoment } from '../moment/moment-context.tsx';
import { Invalidator, keysOf } from './invalidation.ts';
import { LiveClient } from './live-client.ts';
import type { LiveHandlers, LiveSocket, LiveStatus } from './live-client.ts';

function openSocket({ opened, closed, received }: LiveHandlers): LiveSocket {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/v1/live`);
  socket.addEventListener('open', opened);
  socket.addEventListener('close', closed);
  socket.addEventListener('message', (event) => {
    received(event.data);
  });
  return {
    send: (data) => {
      socket.send(data);
    },
    close: () => {
      socket.close();
    },
  };
}

/** The console's one connection; made here, opened only while somebody is signed in. */
const liveClient = new LiveClient({ open: openSocket, random: Math.random });

const LiveContext = createContext(liveClient);

function sequenceOf(data: unknown): number | undefined {
  if (typeof data !== 'object' || data === null || !('position' in data) || typeof data.position !== 'string') return undefined;
  return Number(data.position.split(':')[1]);
}

function stopAll(stops: readonly (() => void)[]): void {
  for (const stop of stops) stop();
}

/** Keeps everything shown up to date for as long as it is mounted. */
export function LiveUpdates({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  useEffect(() => {
    const invalidator = new Invalidator(queries);
    const stops = [
      liveClient.subscribe({ kind: 'changes' }),
      liveClient.onMessage((message) => {
        invalidator.add(keysOf(message));
        // What was answered before the subscription began may have missed a change in between.
        if (message.type !== 'subscribed') return;
        const from = sequenceOf(message) ?? 0;
        const older = queries.getQueryCache().findAll({ predicate: (query) => (sequenceOf(query.state.data) ?? from) < from });
        invalidator.add(older.map((query) => query.queryKey));
      }),
      liveClient.onReconnect(() => {
        void queries.invalidateQueries();
      }),
      // A refused handshake does not tell why; asking who is signed in does.
      liveClient.onStatus(() => {
        if (liveClient.getStatus() === 'waiting') void queries.invalidateQueries({ queryKey: ['session'] });
      }),
    ];
    const retry = () => {
      if (document.visibilityState === 'visible') liveClient.retryNow();
    };
    window.addEventListener('online', retry);
    document.addEventListener('visibilitychange', retry);
    liveClient.start();
    return () => {
      window.removeEventListener('online', retry);
      document.removeEventListener('visibilitychange', retry);
      stopAll(stops);
      liveClient.stop();
    };
  }, [queries]);
  return <LiveContext value={liveClient}>{children}</LiveContext>;
}

function useTopic(
  kind: 'execution' | 'endpoint',
  id: string,
  listener: (message: LiveMessage) => void,
  onReconnect: () => void,
): void {
  const client = use(LiveContext);
  const isPast = useMoment() !== undefined;
  const hear = useEffectEvent(listener);
  const reconnected = useEffectEvent(onReconnect);
  useEffect(() => {
    // What happens now is nothing of the past.
    if (isPast) return undefined;
    const topic: LiveTopic = kind === 'execution' ? { kind, executionId: id } : { kind, endpointId: id };
    const stops = [
      client.onMessage((message) => {
        hear(message);
      }),
      client.onReconnect(() => {
        reconnected();
      }),
      client.subscribe(topic),
    ];
    return () => {
      stopAll(stops);
    };
  }, [client, isPast, kind, id]);
}

const nothing = () => undefined;

/** Hears of one execution's runs and their output while mounted. */
export function useExecutionLive(executionId: string, listener: (message: LiveMessage) => void, onReconnect: () => void = nothing): void {
  useTopic('execution', executionId, listener, onReconnect);
}

/** Hears of one endpoint's presence and performance while mounted. */
export function useEndpointLive(endpointId: string, listener: (message: LiveMessage) => void): void {
  useTopic('endpoint', endpointId, listener, nothing);
}

export function useLiveStatus(): LiveStatus {
  const client = use(LiveContext);
  return useSyncExternalStore(client.onStatus, client.getStatus);
}

export function useLiveClient(): LiveClient {
  return use(LiveContext);
}
