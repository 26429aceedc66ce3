import { foldSchema } from './fold/schema.ts';
import { accountsSchema } from './projections/accounts/schema.ts';
import { auditSchema } from './projections/audit/schema.ts';
import { brokerMovesSchema } from './projections/broker-moves/schema.ts';
import { endpointsSchema } from './projections/endpoints/schema.ts';
import { enrolmentTokensSchema } from './projections/enrolment-tokens/schema.ts';
import { erasureSchema } from './projections/erasure/schema.ts';
import { eventsSchema } from './projections/events/schema.ts';
import { executionsSchema } from './projections/executions/schema.ts';
import { jobsSchema } from './projections/jobs/schema.ts';
import { outputSchema } from './projections/output/schema.ts';
import { privatePartsSchema } from './projections/private-parts/schema.ts';
import { samplesSchema } from './projections/samples/schema.ts';
import { retentionSchema } from './retention/schema.ts';
import { secretsSchema } from './projections/secrets/schema.ts';
import { sitesSchema } from './projections/sites/schema.ts';

/** The SQL that makes every table and index of the read model. */
export const schemas: readonly string[] = [
  foldSchema, accountsSchema, auditSchema, brokerMovesSchema, endpointsSchema, enrolmentTokensSchema, erasureSchema, eventsSchema, executionsSchema, jobsSchema, outputSchema, privatePartsSchema,
  retentionSchema, samplesSchema, secretsSchema, sitesSchema,
];
