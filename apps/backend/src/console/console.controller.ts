import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../config/config.ts';
import { DomainError } from '../domain-error.ts';
import { Public } from '../http/public.decorator.ts';

const year = 31_536_000;
/** Vite puts what it names by content there. */
const hashed = '/assets/';
const ofTheApi = /^\/(api|health|metrics)(\/|$)/;

const helpPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>kanade</title>
<h1>kanade is running, but its console is not built</h1>
<p>Build it with <code>npx nx run @kanade/console:build</code> and set <code>KANADE_CONSOLE_DIR</code> to its <code>dist</code> folder, or use <code>npm start</code>, which does both.</p>
<p>The API is at <a href="/api/v1/openapi.json">/api/v1</a>; the command line works without the console.</p>
`;

/** Everything that is no API is the console: its files, and its index page for every path of its own. */
@ApiExcludeController()
@Controller()
export class ConsoleController {
  private readonly directory: string | undefined;

  constructor(config: Config) {
    this.directory = config.consoleDir === undefined ? undefined : resolve(config.consoleDir);
  }

  @Get(['/', '*'])
  @Public()
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const path = new URL(request.url, 'http://local').pathname;
    if (ofTheApi.test(path)) throw new DomainError('not-found', `there is nothing at ${path}`);
    const { directory } = this;
    if (directory === undefined || !existsSync(join(directory, 'index.html'))) {
      await reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(helpPage);
      return;
    }
    const file = this.fileOf(directory, path);
    if (file === undefined && path.startsWith(hashed)) throw new DomainError('not-found', `there is nothing at ${path}`);
    if (file !== undefined && path.startsWith(hashed)) void reply.header('cache-control', `public, max-age=${year}, immutable`);
    // The page names the hashed files: it must never be older than they are.
    else void reply.header('cache-control', 'no-cache');
    await reply.sendFile(file ?? 'index.html', directory);
  }

  /** The path of a file inside the console's directory; undefined when there is none. */
  private fileOf(directory: string, path: string): string | undefined {
    const name = decode(path)?.slice(1);
    if (name === undefined || name === '' || name.split('/').some((part) => part.startsWith('.'))) return undefined;
    return existsSync(join(directory, name)) && name.includes('.') ? name : undefined;
  }
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
