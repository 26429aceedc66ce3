export { ApiError, UnreachableError, type FieldProblem } from './errors.ts';
export { configureApi, readAsOf, type ApiConfiguration, type RequestOptions } from './transport.ts';
export * from './generated/operations.ts';
export type * from './generated/types.ts';
