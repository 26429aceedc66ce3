export * from './generated/types.ts';
export * from './generated/validators.ts';
export * from './parse-event.ts';
export { check, type Checked, type Report, type Validator } from './validator.ts';
