import { parentPort, workerData } from 'node:worker_threads';
import { measureTables } from '@kanade/read-models';
import { z } from 'zod';

parentPort?.postMessage(measureTables(z.string().parse(workerData)));
