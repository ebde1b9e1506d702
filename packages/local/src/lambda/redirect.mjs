// `node --import @parley/local/redirect server.mjs`: a program of one's own verifies tokens of the local user pools, without a change in it.
// https://nodejs.org/api/cli.html#--importmodule
import { redirectPools } from './redirect-pools.mjs';

const endpoint = process.env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER;
if (!endpoint) {
  throw new Error(
    'unable to find the local user pools; set AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER, for instance to http://127.0.0.1:8080/_aws/cognito-idp',
  );
}
redirectPools(endpoint);
