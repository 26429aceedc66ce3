export { ApiError, UnreachableError, type FieldProblem } from './errors.ts';
export { configureApi, type ApiConfiguration, type RequestOptions } from './transport.ts';
