import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { describe, expect, it } from 'vitest';
import { AppModule } from '../app.module.ts';
import { readConfig } from '../config/config.ts';
import { createLog } from '../log.ts';
import { buildOpenApi } from './openapi.ts';

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

async function document() {
  const config = readConfig({ KANADE_NATS_URL: 'nats://127.0.0.1:4222', KANADE_DATA_DIR: '.' });
  const options = { preview: true, logger: false } as const;
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with({ config, log: createLog('fatal') }), new FastifyAdapter(), options);
  return buildOpenApi(app);
}

describe('the HTTP API', () => {
  it('has these routes', async () => {
    const { paths } = await document();
    const routes = Object.entries(paths).flatMap(([path, item]) =>
      methods.flatMap((method) => {
        const operation = item[method];
        const open = operation?.security?.length === 0 ? ' (everybody)' : '';
        return operation === undefined ? [] : [`${operation.operationId ?? '?'}: ${method.toUpperCase()} ${path}${open}`];
      }),
    );
    expect(routes.sort()).toMatchInlineSnapshot(`
      [
        "applyJob: PUT /api/v1/jobs/{jobId}",
        "approveEndpoint: POST /api/v1/endpoints/{endpointId}/approve",
        "approveExecution: POST /api/v1/executions/{executionId}/approve",
        "assignEndpointSite: PUT /api/v1/endpoints/{endpointId}/site",
        "beginProviderSignIn: GET /api/v1/oidc/sign-in (everybody)",
        "cancelExecution: POST /api/v1/executions/{executionId}/cancel",
        "changePassword: POST /api/v1/account/password",
        "confirmSecondFactor: POST /api/v1/account/second-factor/confirm",
        "createAccount: POST /api/v1/accounts",
        "createEnrolmentToken: POST /api/v1/enrolment-tokens",
        "createExecution: POST /api/v1/executions",
        "createSession: POST /api/v1/session (everybody)",
        "createSessionToken: POST /api/v1/session/token (everybody)",
        "createSite: PUT /api/v1/sites/{site}",
        "createToken: POST /api/v1/account/tokens",
        "deleteSecret: DELETE /api/v1/secrets/{name}",
        "deleteSession: DELETE /api/v1/session",
        "deleteSite: DELETE /api/v1/sites/{site}",
        "denyExecution: POST /api/v1/executions/{executionId}/deny",
        "diffEndpoint: GET /api/v1/endpoints/{endpointId}/diff",
        "disableAccount: POST /api/v1/accounts/{username}/disable",
        "disableSecondFactor: POST /api/v1/account/second-factor/disable",
        "enableAccount: POST /api/v1/accounts/{username}/enable",
        "endAccountSessions: DELETE /api/v1/accounts/{username}/sessions",
        "endOtherSessions: DELETE /api/v1/sessions",
        "endProviderSignIn: GET /api/v1/oidc/callback (everybody)",
        "endSession: DELETE /api/v1/sessions/{sessionId}",
        "eraseEndpoint: POST /api/v1/endpoints/{endpointId}/erase",
        "eraseOutput: POST /api/v1/executions/{executionId}/erase-output",
        "exportAudit: GET /api/v1/audit/export",
        "exportEvents: GET /api/v1/events/export",
        "getAccount: GET /api/v1/accounts/{username}",
        "getArchive: GET /api/v1/archive",
        "getConsistency: GET /api/v1/checkpoints/consistency",
        "getEndpoint: GET /api/v1/endpoints/{endpointId}",
        "getEndpointPerformance: GET /api/v1/endpoints/{endpointId}/performance",
        "getEvent: GET /api/v1/events/{position}",
        "getExecution: GET /api/v1/executions/{executionId}",
        "getJob: GET /api/v1/jobs/{jobId}",
        "getLatestCheckpoint: GET /api/v1/checkpoints/latest",
        "getOverview: GET /api/v1/overview",
        "getOwnAccount: GET /api/v1/account",
        "getPoison: GET /api/v1/read-model/poison/{position}",
        "getReadModel: GET /api/v1/read-model",
        "getRun: GET /api/v1/runs/{runId}",
        "getRunOutput: GET /api/v1/runs/{runId}/output/{stream}",
        "getSession: GET /api/v1/session",
        "getSignInOptions: GET /api/v1/sign-in-options (everybody)",
        "getStatus: GET /api/v1/status",
        "listAccountSessions: GET /api/v1/accounts/{username}/sessions",
        "listAccounts: GET /api/v1/accounts",
        "listAudit: GET /api/v1/audit",
        "listBrokerMoves: GET /api/v1/broker/moves",
        "listCheckpoints: GET /api/v1/checkpoints",
        "listEndpointPackages: GET /api/v1/endpoints/{endpointId}/packages",
        "listEndpoints: GET /api/v1/endpoints",
        "listEnrolmentTokens: GET /api/v1/enrolment-tokens",
        "listEvents: GET /api/v1/events",
        "listExecutionResults: GET /api/v1/executions/{executionId}/results",
        "listExecutions: GET /api/v1/executions",
        "listJobs: GET /api/v1/jobs",
        "listOwnTokens: GET /api/v1/account/tokens",
        "listPoison: GET /api/v1/read-model/poison",
        "listRuns: GET /api/v1/runs",
        "listSecrets: GET /api/v1/secrets",
        "listSessions: GET /api/v1/sessions",
        "listSites: GET /api/v1/sites",
        "listTokens: GET /api/v1/tokens",
        "moveBroker: POST /api/v1/broker/moves",
        "offerSecondFactor: POST /api/v1/account/second-factor",
        "rebuildReadModel: POST /api/v1/read-model/rebuilds",
        "releaseEndpoint: POST /api/v1/endpoints/{endpointId}/release",
        "resetAccount: POST /api/v1/accounts/{username}/reset",
        "retireEndpoint: POST /api/v1/endpoints/{endpointId}/retire",
        "retryPoison: POST /api/v1/read-model/poison/retries",
        "revokeEndpoint: POST /api/v1/endpoints/{endpointId}/revoke",
        "revokeEnrolmentToken: POST /api/v1/enrolment-tokens/{tokenId}/revoke",
        "revokeOwnToken: DELETE /api/v1/account/tokens/{tokenId}",
        "revokeToken: DELETE /api/v1/tokens/{tokenId}",
        "sealArchive: POST /api/v1/archive/seals",
        "setAccountGrants: PUT /api/v1/accounts/{username}/grants",
        "setEndpointAlias: PUT /api/v1/endpoints/{endpointId}/alias",
        "setPassword: POST /api/v1/set-password (everybody)",
        "setSecret: PUT /api/v1/secrets/{name}",
        "verifyArchive: GET /api/v1/archive/verification",
      ]
    `);
  });

  it('is described in openapi.json as it is', async () => {
    const committed: unknown = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'));
    expect(JSON.parse(JSON.stringify(await document()))).toEqual(committed);
  });

  it('says of every operation what it does and what can go wrong', async () => {
    const { paths } = await document();
    for (const item of Object.values(paths)) {
      for (const method of methods) {
        const operation = item[method];
        if (operation === undefined) continue;
        expect(operation.summary, operation.operationId).toMatch(/\.$/);
        expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '500']));
        expect(operation.security, operation.operationId).toBeDefined();
      }
    }
  });
});
