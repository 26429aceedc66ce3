import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import { fastifyCompress } from '@fastify/compress';
import { fastifyCookie } from '@fastify/cookie';
import { fastifyHelmet } from '@fastify/helmet';
import { fastifyStatic } from '@fastify/static';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { LogController } from 'fastify';
import { AppModule } from '../app.module.ts';
import type { CoreOptions } from '../core.module.ts';
import { NestLog } from '../nest-log.ts';
import { LiveServer } from '../live/live-server.ts';
import { Metrics } from '../system/metrics.ts';
import { OpenApiController } from '../system/openapi.controller.ts';
import { buildOpenApi } from './openapi.ts';
import { answerBadAddress, answerBadRequest } from './unroutable.ts';

/** The largest body: a script, its environment and ten thousand targets, with room. */
const bodyLimit = 2 * 1024 * 1024;
const requestTimeoutMs = 60_000;
/** More connections at once are dropped before they cost anything. */
const mostConnections = 10_000;
const acceptedId = /^[\w.-]{1,64}$/;

/** What the console's pages may load and reach: themselves. Its theme is in its stylesheet, so that no style is inline. */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    'default-src': ["'self'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'img-src': ["'self'", 'data:'],
    'font-src': ["'self'", 'data:'],
    'connect-src': ["'self'"],
    'object-src': ["'none'"],
    'base-uri': ["'self'"],
    'form-action': ["'self'"],
    'frame-ancestors': ["'none'"],
  },
};

function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && acceptedId.test(given) ? given : randomUUID();
}

/** From TLS 1.2 on; undefined for plain HTTP. */
function httpsOptions({ tls }: CoreOptions['config']) {
  return tls === undefined ? {} : { https: { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile), minVersion: 'TLSv1.2' as const } };
}

function createAdapter({ config, log }: CoreOptions): FastifyAdapter {
  return new FastifyAdapter({
    ...httpsOptions(config),
    loggerInstance: log.pino,
    genReqId: requestId,
    frameworkErrors: answerBadAddress,
    clientErrorHandler: answerBadRequest,
    bodyLimit,
    // A TLS proxy on this machine says who is behind it; nobody else is believed.
    trustProxy: 'loopback',
    requestTimeout: requestTimeoutMs,
    // A stop waits for requests that are being answered, not for connections that are merely open.
    forceCloseConnections: 'idle',
    logController: new LogController({ disableRequestLogging: true }),
  });
}

async function addPlugins(app: NestFastifyApplication, { config }: CoreOptions): Promise<void> {
  await app.register(fastifyCookie);
  await app.register(fastifyHelmet, { contentSecurityPolicy, hsts: config.tls === undefined ? false : { includeSubDomains: false }, referrerPolicy: { policy: 'no-referrer' }, crossOriginEmbedderPolicy: false });
  await app.register(fastifyCompress, { threshold: 4096 });
  await app.register(fastifyStatic, { serve: false, root: import.meta.dirname, cacheControl: false, dotfiles: 'deny' });
}

function addHooks(app: NestFastifyApplication, { log }: CoreOptions): void {
  const metrics = app.get(Metrics);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', (request, reply, payload, done) => {
      void reply.header('x-request-id', request.id);
      // Answers of the API are of one moment and one person.
      if (request.url.startsWith('/api/') && !reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
      done(null, payload);
    })
    .addHook('onResponse', (request, reply, done) => {
      metrics.observe(request.method, request.routeOptions.url ?? 'unknown', reply.statusCode, reply.elapsedTime / 1000);
      const path = request.url.split('?')[0];
      const level = request.url.startsWith('/health') ? 'debug' : reply.statusCode >= 500 ? 'warn' : 'info';
      log[level]({ reqId: request.id, method: request.method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request');
      done();
    });
}

/** The application, ready to listen. */
export async function createServer(options: CoreOptions): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(options), createAdapter(options), {
    logger: new NestLog(options.log),
    abortOnError: false,
  });
  await addPlugins(app, options);
  addHooks(app, options);
  app.get(OpenApiController).use(buildOpenApi(app));
  const http: Server = app.getHttpServer();
  http.maxConnections = mostConnections;
  app.get(LiveServer).attach(http);
  return app;
}
