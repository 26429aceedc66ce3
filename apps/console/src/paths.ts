/** Every address of the console; routes and links use these and nothing else. */
export const paths = {
  signIn: '/sign-in',
  setPassword: '/set-password',
  account: '/account',
  users: '/users',
  overview: '/',
  endpoints: '/endpoints',
  endpoint: '/endpoints/$endpointId',
  enrolmentTokens: '/enrolment-tokens',
  jobs: '/jobs',
  job: '/jobs/$jobId',
  run: '/run',
  executions: '/executions',
  execution: '/executions/$executionId',
  events: '/events',
  event: '/events/$position',
  status: '/status',
} as const;
