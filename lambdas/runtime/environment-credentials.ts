/** Takes the place of the SDK's `@aws-sdk/credential-provider-node` in bundles: see lib/bundle-function.ts. */
import { callerFrom } from './aws-target.ts';

/** The credentials of the function's role, which are valid for as long as its environment lives. */
export const defaultProvider = () => async () => callerFrom(process.env).credentials;
