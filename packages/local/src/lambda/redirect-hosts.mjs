// A function's calls to hosts of AWS, which this machine answers. Most code makes no connection to such a host, because `AWS_ENDPOINT_URL_…`
// names the local address. But code that makes an address itself, as every example of `@connections` does, would leave the machine: it would
// fail, or reach a stranger's API. So a connection to a served host becomes one to the local port, which knows the host from the request's
// `Host` header; and one to any other host of AWS is refused.
import { syncBuiltinESMExports } from 'node:module';

// Imported, they would make a cold start longer by a millisecond.
const [https, net, tls] = ['https', 'net', 'tls'].map((name) => process.getBuiltinModule(name));

const awsHost = /(^|\.)(amazonaws\.com(\.cn)?|api\.aws|on\.aws)$/i;

/**
 * Node's HTTP client, `fetch`, `WebSocket` and all libraries for them connect with `tls.connect` or `net.Socket`.
 * @param host the runtime's own address, like `127.0.0.1:8080`
 * @param served expressions for the hosts of AWS that it answers
 * @param direct expressions for `//<host><path>` of requests that need no connection
 * @param region of the stack
 * @param callDirectly like `https.request`; undefined for requests that need a connection after all
 * @param report gets a sentence about a refused connection
 */
export function redirectAwsHosts({ host: local, served, direct, region, callDirectly, report }) {
  const [host, port] = local.split(':');
  const isServed = (name) => served.some((one) => one.test(name.toLowerCase()));
  /** Of AWS, or a custom domain of the stack. */
  const isOurs = (name) => typeof name === 'string' && (awsHost.test(name) || isServed(name));
  const refusal = (name) => {
    const message = `unable to reach ${name}; it is not served here (region ${region}), and nothing that a local function does goes to AWS`;
    report(message);
    return Object.assign(new Error(message), { code: 'ERR_NOT_SERVED_LOCALLY' });
  };
  const refuse = (socket, name) => {
    const error = refusal(name);
    process.nextTick(() => socket.destroy(error));
    return socket;
  };

  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...given) {
    const [options, callback] = Array.isArray(given[0]) ? given[0] : connectArguments(given);
    const name = options?.host;
    if (!isOurs(name)) return connect.apply(this, given);
    // A TLS handshake would meet no certificate of AWS here, and other protocols than HTTP have no host to be known by.
    if (this instanceof tls.TLSSocket || !isServed(name) || Number(options.port) !== 80) return refuse(this, name);
    return connect.call(this, { ...options, host, port, lookup: undefined }, callback);
  };

  const { connect: connectSecurely } = tls;
  tls.connect = (...given) => {
    const [options, callback] = connectArguments(given);
    const name = options?.host ?? options?.servername;
    if (!isOurs(name)) return connectSecurely.apply(tls, given);
    const socket = Object.assign(new net.Socket(), pretendedTls);
    if (callback) socket.once('secureConnect', callback);
    const onlyHttp2 = [options.ALPNProtocols].flat().join() === 'h2';
    // A given socket is a tunnel of a proxy, which has connected to AWS already.
    if (!isServed(name) || options.socket || onlyHttp2) return refuse(socket, name);
    socket.once('connect', () => socket.emit('secureConnect'));
    return connect.call(socket, { host, port });
  };

  const { request } = https;
  https.request = (options, onResponse, ...rest) => {
    if (isPlain(options) && direct.some((one) => one.test(`//${options.hostname ?? options.host}${options.path}`))) {
      const outgoing = callDirectly(options, onResponse, https.Agent);
      if (outgoing) return outgoing;
    }
    return request.call(https, options, onResponse, ...rest);
  };
  https.get = (...given) => {
    const outgoing = https.request(...given);
    outgoing.end();
    return outgoing;
  };
  syncBuiltinESMExports();
}

const isPlain = (options) => typeof options === 'object' && options !== null && !(options instanceof URL);

/** What is asked of a TLS socket besides what every socket has. */
const pretendedTls = {
  encrypted: true,
  authorized: true,
  authorizationError: null,
  alpnProtocol: false,
  getPeerCertificate: () => ({}),
  getProtocol: () => 'TLSv1.3',
  getCipher: () => ({ name: 'TLS_AES_128_GCM_SHA256', version: 'TLSv1.3' }),
  getSession: () => undefined,
  isSessionReused: () => false,
  setServername: () => {},
  disableRenegotiation: () => {},
};

/** Options and callback of `connect(options, callback)` and `connect(port, host, options, callback)`, where all but the first may be left out. */
function connectArguments(given) {
  const callback = given.find((one) => typeof one === 'function');
  const options = given.filter(isPlain);
  const [port, host] = given;
  const place = isPlain(port) ? {} : { port, ...(typeof host === 'string' && { host }) };
  return [Object.assign(place, ...options), callback];
}
