/** `@parley/local` serves a synthesized CDK app on this machine. */
export { BrokenStack } from './assembly/broken-stack.ts';
export type { Resource, ServedStack, Stack } from './assembly/stack.ts';
export type { Call, Calls, Latency } from './calls.ts';
export type { Clock } from './clock.ts';
export type { Counters } from './counters.ts';
export { type Engine, startEngine } from './dynamodb/engine.ts';
export type { EngineOptions } from './dynamodb/find-engine.ts';
export { type Faults, parseFaults } from './faults.ts';
export type { Credentials } from './iam/access-keys.ts';
export type { Permission, Policies } from './iam/policy.ts';
export type { Functions } from './lambda/functions.ts';
export { type ServeOptions, serve } from './serve.ts';
export type { SettingNames } from './setting-names.ts';
export { type LocalOptions, type LocalRuntime, startLocal } from './start.ts';
export { isSynthesized, synthesize } from './synthesize.ts';
