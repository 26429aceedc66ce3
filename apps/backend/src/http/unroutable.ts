import { randomUUID } from 'node:crypto';
import { maxHeaderSize } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../domain-error.ts';
import { toProblem } from './problem.filter.ts';

const problemType = 'application/problem+json';

/** Answers what Fastify itself refuses before there is a route: percent signs that encode nothing, and parts longer than anything has for a name. */
export function answerBadAddress(_error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(new DomainError('invalid-request', 'the address is broken, or a part of it is longer than any name or id; check how it was put together'), request.id);
  void reply.status(problem.status).type(problemType).send(JSON.stringify(problem));
}

function whatIsWrong(code: string): string {
  if (code === 'HPE_HEADER_OVERFLOW') return `the address and the headers are larger than ${maxHeaderSize} bytes together; send less in them`;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'the request did not arrive whole in time';
  return 'this is no HTTP request';
}

/** Answers what Node refuses before there is a request, and ends the connection: nobody knows where in it the next one would begin. */
export function answerBadRequest(error: Error & { readonly code: string }, socket: Socket): void {
  if (error.code !== 'ECONNRESET' && socket.writable) {
    const problem = toProblem(new DomainError('invalid-request', whatIsWrong(error.code)), randomUUID());
    const body = Buffer.from(JSON.stringify(problem));
    socket.write(`HTTP/1.1 ${problem.status} Bad Request\r\ncontent-type: ${problemType}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`);
    socket.write(body);
  }
  socket.destroySoon();
}
