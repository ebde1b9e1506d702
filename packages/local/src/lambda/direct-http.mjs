// Requests of a function to the local services, without a connection. `http.request` is the border: what the function's SDK sends and gets is
// the same as over a connection, and is checked in the same way. But nothing is written, parsed and read through the system in between,
// which takes longer than the services themselves. Everything that is not such a request takes the usual way.
import { EventEmitter } from 'node:events';
import http, { IncomingMessage, validateHeaderName, validateHeaderValue } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { Writable } from 'node:stream';

/**
 * @param port a MessagePort to the services
 * @param host the runtime's own address, like `127.0.0.1:8080`
 * @param paths expressions for the paths of services that answer messages
 */
export function callServicesDirectly({ port, host, paths }) {
  const open = new Map();
  let lastId = 0;
  port.on('message', (message) => {
    const [line, headers, body] = splitLines(message);
    const [id, status] = line.split(' ');
    const request = open.get(id);
    forget(id);
    request?.answered(Number(status), JSON.parse(headers), Buffer.from(body, 'latin1'));
  });
  // Only open requests keep the thread running, as open connections do.
  port.unref();
  const forget = (id) => {
    if (open.delete(id) && open.size === 0) port.unref();
  };

  const isDirect = (options) =>
    typeof options === 'object' &&
    !(options instanceof URL) &&
    (options.protocol ?? 'http:') === 'http:' &&
    `${options.hostname ?? options.host}:${options.port}` === host &&
    paths.some((path) => path.test(options.path)) &&
    isWhole(options, http.Agent);
  /** Nothing about the request needs a connection. */
  const isWhole = (options, { prototype }) =>
    !/[^\x21-\x7e]/.test(options.path) &&
    (!options.agent || Object.getPrototypeOf(options.agent) === prototype) &&
    !options.signal &&
    !options.socketPath &&
    !options.createConnection &&
    !Array.isArray(options.headers) &&
    !options.headers?.expect;

  const send = (outgoing, text) => {
    const id = String(++lastId);
    if (open.size === 0) port.ref();
    open.set(id, outgoing);
    port.postMessage(`${id} ${text}`);
    return () => forget(id);
  };
  const { request: requestOverConnection } = http;
  http.request = function request(options, onResponse, ...rest) {
    if (!isDirect(options)) return requestOverConnection.call(http, options, onResponse, ...rest);
    return new DirectRequest(options, host, onResponse, send);
  };
  http.get = function get(...options) {
    const outgoing = http.request(...options);
    outgoing.end();
    return outgoing;
  };
  syncBuiltinESMExports();
  /** For a request by HTTPS to a host of AWS that such a service answers; undefined if it needs a connection. */
  return (options, onResponse, Agent) =>
    isWhole(options, Agent)
      ? new DirectRequest(options, options.hostname ?? options.host, onResponse, send)
      : undefined;
}

function splitLines(message) {
  const first = message.indexOf('\n');
  const second = message.indexOf('\n', first + 1);
  return [message.slice(0, first), message.slice(first + 1, second), message.slice(second + 1)];
}

/** What a request's connection is for its callers. */
class ConnectedSocket extends EventEmitter {
  connecting = false;
  destroyed = false;
  readable = false;
  remoteAddress = '127.0.0.1';
  #request;

  constructor(request) {
    super();
    this.#request = request;
  }
  setKeepAlive() {
    return this;
  }
  setNoDelay() {
    return this;
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
  setTimeout(milliseconds, onTimeout) {
    if (onTimeout) this.once('timeout', onTimeout);
    this.#request.once('timeout', () => this.emit('timeout'));
    this.#request.setTimeout(milliseconds);
    return this;
  }
  destroy(error) {
    this.destroyed = true;
    this.#request.destroy(error);
    return this;
  }
}

/** What `http.ClientRequest` is for its callers. */
class DirectRequest extends Writable {
  #headers = {};
  #chunks = [];
  #send;
  #cancel = () => {};
  #response;
  #timer;
  #socket;
  reusedSocket = true;
  aborted = false;
  finished = false;

  constructor({ method = 'GET', path = '/', headers = {}, host, port, protocol, timeout }, address, onResponse, send) {
    super({ autoDestroy: false });
    this.method = method.toUpperCase();
    this.path = path;
    this.host = host;
    this.protocol = protocol ?? 'http:';
    this.port = port;
    this.#send = send;
    for (const name in headers) if (headers[name] !== undefined) this.setHeader(name, headers[name]);
    if (!this.hasHeader('host')) this.setHeader('host', address);
    if (onResponse) this.once('response', onResponse);
    if (timeout) this.setTimeout(timeout);
    process.nextTick(() => {
      if (!this.destroyed && this.listenerCount('socket') > 0) this.emit('socket', this.socket);
    });
  }

  setHeader(name, value) {
    const text = Array.isArray(value) ? value.join(', ') : String(value);
    validateHeaderName(name);
    validateHeaderValue(name, text);
    this.#headers[name.toLowerCase()] = text;
    return this;
  }
  getHeader(name) {
    return this.#headers[name.toLowerCase()];
  }
  hasHeader(name) {
    return name.toLowerCase() in this.#headers;
  }
  removeHeader(name) {
    delete this.#headers[name.toLowerCase()];
  }
  getHeaders() {
    return { ...this.#headers };
  }
  getHeaderNames() {
    return Object.keys(this.#headers);
  }
  flushHeaders() {}
  setNoDelay() {}
  setSocketKeepAlive() {}

  get headersSent() {
    return this.writableFinished;
  }
  /** Says that it is connected. A timeout that is set on it is the request's. */
  get socket() {
    this.#socket ??= new ConnectedSocket(this);
    return this.#socket;
  }
  get connection() {
    return this.socket;
  }

  setTimeout(milliseconds, onTimeout) {
    if (onTimeout) this.once('timeout', onTimeout);
    clearTimeout(this.#timer);
    this.#timer = milliseconds > 0 ? setTimeout(() => this.emit('timeout'), milliseconds) : undefined;
    return this;
  }

  _write(chunk, _encoding, done) {
    this.#chunks.push(chunk);
    done();
  }

  _final(done) {
    this.finished = true;
    const body = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    this.#chunks = [];
    if (!this.hasHeader('content-length')) this.setHeader('content-length', body.length);
    const head = `${this.method} ${this.path}\n${JSON.stringify(this.#headers)}\n`;
    this.#cancel = this.#send(this, head + body.toString('latin1'));
    done();
  }

  answered(status, headers, body) {
    clearTimeout(this.#timer);
    const response = new IncomingMessage(this.socket);
    this.#response = response;
    this.res = response;
    response.statusCode = status;
    response.statusMessage = http.STATUS_CODES[status] ?? '';
    response.httpVersion = '1.1';
    response.httpVersionMajor = 1;
    response.httpVersionMinor = 1;
    response.headers = headers;
    response.rawHeaders = Object.entries(headers).flat();
    response.req = this;
    response.complete = true;
    if (body.length > 0) response.push(body);
    response.push(null);
    response.once('close', () => this.destroy());
    // As `ClientRequest` does: without a listener nobody reads the answer.
    if (!this.emit('response', response)) response.resume();
  }

  abort() {
    this.aborted = true;
    this.destroy();
  }

  _destroy(error, done) {
    clearTimeout(this.#timer);
    this.#cancel();
    if (!this.#response) {
      const hungUp = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      return done(error ?? hungUp);
    }
    this.#response.destroy(error);
    done();
  }
}
