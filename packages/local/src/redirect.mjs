// `node --import @parley/local/redirect server.mjs`: a program of one's own verifies tokens of the local user pools, without a change in it.
// Verifiers ask `https://cognito-idp.<region>.amazonaws.com/<pool>` for the keys, which has no other name. Functions have a redirection of
// their own, of all hosts of AWS. https://nodejs.org/api/cli.html#--importmodule
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

const endpoint = process.env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER;
if (!endpoint) {
  throw new Error(
    'unable to find the local user pools; set AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER, for instance to http://127.0.0.1:8080/_aws/cognito-idp',
  );
}

const poolAddress = /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com(\/[a-z0-9-]+_[A-Za-z0-9]+\/.*)$/;

/** The local address of a pool's document, or undefined for what is no business of ours. */
const localOf = (url) => {
  const [, path] = poolAddress.exec(url) ?? [];
  return path && `${endpoint}${path}`;
};

const { fetch } = globalThis;
globalThis.fetch = function fetchRedirected(input, init) {
  const local = localOf(input instanceof Request ? input.url : String(input));
  if (local === undefined) return fetch(input, init);
  return fetch(input instanceof Request ? new Request(local, input) : local, init);
};

const { request } = https;
https.request = function requestRedirected(...args) {
  const given = typeof args[0] === 'string' || args[0] instanceof URL ? args.shift() : undefined;
  const [options = {}, ...rest] = typeof args[0] === 'function' ? [{}, ...args] : args;
  const local = localOf(given === undefined ? addressOf(options) : String(given));
  if (local === undefined)
    return request.apply(https, given === undefined ? [options, ...rest] : [given, options, ...rest]);
  const { agent, protocol, host, hostname, port, path, ...kept } = options;
  return http.request(local, kept, ...rest);
};
https.get = function get(...args) {
  const outgoing = https.request(...args);
  outgoing.end();
  return outgoing;
};
// For `import { request } from 'node:https'`.
syncBuiltinESMExports();

const addressOf = ({ hostname, host, path = '/' }) => `https://${hostname ?? host ?? ''}${path}`;
