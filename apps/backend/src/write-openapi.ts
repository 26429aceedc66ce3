import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.ts';
import { readConfig } from './config/config.ts';
import { buildOpenApi } from './http/openapi.ts';
import { createLog } from './log.ts';

// `preview` makes nothing but the module graph, so what is configured here is never looked at: no broker, no keys, no read model.
const config = readConfig({ KANADE_NATS_URL: 'nats://127.0.0.1:4222', KANADE_DATA_DIR: '.' });
const app = await NestFactory.create<NestFastifyApplication>(AppModule.with({ config, log: createLog('error') }), new FastifyAdapter(), {
  preview: true,
  logger: ['error'],
});
const file = process.argv[2] ?? new URL('../openapi.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(buildOpenApi(app), null, 2)}\n`);
await app.close();
