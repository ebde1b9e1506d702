// Requests for a user pool's keys go to the local runtime: verifiers of tokens ask `https://cognito-idp.<region>.amazonaws.com/<pool>`, which
// has no other name. It is plain JavaScript, because it runs in a function's thread and in other people's programs, without loaders.
import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

const poolAddress = /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com\/([a-z0-9-]+_[A-Za-z0-9]+)\//;

/**
 * @param endpoint the local `/_aws/cognito-idp`
 * @param isOwn whether a user pool is the stack's; others' keys are fetched from where they are
 */
export function redirectPools(endpoint, isOwn = () => true) {
  /** The local address, or undefined for what is no business of ours. */
  const localOf = (url) => {
    const [address = '', pool = ''] = poolAddress.exec(url) ?? [];
    return address !== '' && isOwn(pool) ? `${endpoint}/${pool}/${url.slice(address.length)}` : undefined;
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
}

const addressOf = ({ hostname, host, path = '/' }) => `https://${hostname ?? host ?? ''}${path}`;
