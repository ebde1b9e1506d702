/** `@parley/local`: serve a synthesized CDK app on this machine. */
export type { Stack } from './assembly/stack.ts';
export { requireUnclaimed } from './claim-folder.ts';
export { openSigningKeys } from './cognito/signing-keys.ts';
export { startEngine } from './dynamodb/engine.ts';
export { type Faults, parseFaults } from './faults.ts';
export type { Credentials } from './iam/access-keys.ts';
export type { Permission } from './iam/policy.ts';
export { functionConfig, servedFunctions } from './lambda/function-config.ts';
export { openPort } from './port.ts';
export { type LocalOptions, type LocalRuntime, startLocal } from './start.ts';
export { isSynthesized, synthesize } from './synthesize.ts';
export { watchProject } from './watch.ts';
export { writeWhole } from './write-whole.ts';
