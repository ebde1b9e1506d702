/** What `@parley/cdk` exports. */
export { OptionsError } from './options-error.ts';
export { Parley } from './parley.ts';
export type { BudgetProps, IssuerProps, ParleyProps, PushProps, Throttle, Throttles } from './parley-props.ts';
