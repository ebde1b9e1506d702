// The Node.js runtime inside an execution environment. It is plain JavaScript, because it runs in a worker thread without loaders.
import { format } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { createInvoke } from './call-handler.mjs';
import { callServicesDirectly } from './direct-http.mjs';
import { loadHandler } from './load-handler.mjs';
import { redirectAwsHosts } from './redirect.mjs';

const { functionName, memory, logGroup, logStream, jsonLogs, services } = workerData;
const send = (message) => parentPort.postMessage(message);
let requestId;

for (const stream of [process.stdout, process.stderr]) {
  // Lines use the same channel as the results, so that they are logged before the END line.
  stream.write = (chunk, encoding, done) => {
    send({ kind: 'log', text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8') });
    const callback = typeof encoding === 'function' ? encoding : done;
    if (callback) queueMicrotask(callback);
    return true;
  };
}
for (const [method, level] of Object.entries({
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  log: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
})) {
  console[method] = (...values) => {
    const [timestamp, message] = [new Date().toISOString(), format(...values)];
    const line = jsonLogs
      ? JSON.stringify({ timestamp, level, requestId, message })
      : [timestamp, requestId ?? 'undefined', level, message].join('\t').replaceAll('\n', '\r');
    process.stdout.write(`${line}\n`);
  };
}

/** Lambda's description of an error. For another thrown value, `errorType` is its type. */
function describe(error, errorType) {
  if (error instanceof Error) {
    return { errorType: errorType ?? error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
  }
  return { errorType: errorType ?? typeof error, errorMessage: String(error), trace: [] };
}

function fail(error, { errorType, title = errorType ?? 'Invoke Error', fatal = false } = {}) {
  const described = describe(error, errorType);
  console.error(title, JSON.stringify({ ...described, stack: described.trace, trace: undefined }));
  send({ kind: 'failed', fatal, ...described });
}

// As on AWS, both end the process: the invocation fails, and the next one starts cold.
process.on('uncaughtException', (error) => die(error));
process.on('unhandledRejection', (reason) => die(describe(reason).errorMessage, 'Runtime.UnhandledPromiseRejection'));
function die(error, errorType, title) {
  fail(error, { errorType, title, fatal: true });
  process.exit(1);
}

function contextOf({ milliseconds, invokedArn, version }) {
  const deadline = Date.now() + milliseconds;
  return {
    functionName,
    functionVersion: version,
    invokedFunctionArn: invokedArn,
    memoryLimitInMB: String(memory),
    awsRequestId: requestId,
    logGroupName: logGroup,
    logStreamName: logStream,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

// Before the function's code takes `http.request`.
if (services) {
  const callDirectly = callServicesDirectly(services);
  redirectAwsHosts({ ...services, callDirectly, report: (text) => send({ kind: 'notice', text }) });
}

let invoke;
try {
  invoke = createInvoke(await loadHandler(workerData), { runtime: workerData.runtime, port: parentPort });
} catch (error) {
  die(error, error?.errorType, 'Init Error');
}

parentPort.on('message', (invocation) => {
  requestId = invocation.requestId;
  process.env._X_AMZN_TRACE_ID = invocation.traceId;
  invoke(JSON.parse(invocation.event), contextOf(invocation)).then(
    // Lambda responds with null for undefined.
    (result) => send({ kind: 'done', payload: JSON.stringify(result) ?? 'null' }),
    (error) => fail(error),
  );
});
send({ kind: 'ready' });
