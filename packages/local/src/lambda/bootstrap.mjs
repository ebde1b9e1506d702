// The Node.js runtime inside an execution environment. It is plain JavaScript, because it runs in a worker thread without loaders.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { callServicesDirectly } from './direct-http.mjs';
import { redirectPools } from './redirect-pools.mjs';

const {
  directory,
  handler: handlerName,
  functionName,
  functionArn,
  memory,
  logGroup,
  logStream,
  jsonLogs,
  services,
  userPools,
} = workerData;
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

function fail(error, errorType, fatal = false) {
  const described = describe(error, errorType);
  console.error(
    errorType ?? 'Invoke Error',
    JSON.stringify({ ...described, stack: described.trace, trace: undefined }),
  );
  send({ kind: 'failed', fatal, ...described });
}

// As on AWS, both end the process: the invocation fails, and the next one starts cold.
process.on('uncaughtException', (error) => die(error));
process.on('unhandledRejection', (reason) => die(describe(reason).errorMessage, 'Runtime.UnhandledPromiseRejection'));
function die(error, errorType) {
  fail(error, errorType, true);
  process.exit(1);
}

async function load() {
  const [file = '', name = ''] = handlerName.split(/\.(?=[^./]*$)/);
  const path = ['.mjs', '.js', '.cjs'].map((extension) => join(directory, file + extension)).find(existsSync);
  if (!path) throw Object.assign(new Error(`Cannot find module '${file}'`), { type: 'Runtime.ImportModuleError' });
  const module = await import(pathToFileURL(path).href).catch((error) => {
    throw Object.assign(error, { type: error instanceof SyntaxError ? 'Runtime.UserCodeSyntaxError' : undefined });
  });
  const found = module[name] ?? module.default?.[name];
  if (typeof found !== 'function') {
    throw Object.assign(new Error(`${handlerName} is undefined or not exported`), { type: 'Runtime.HandlerNotFound' });
  }
  return found;
}

function contextOf({ milliseconds }) {
  const deadline = Date.now() + milliseconds;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: String(memory),
    awsRequestId: requestId,
    logGroupName: logGroup,
    logStreamName: logStream,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

// Before the function's code takes `http.request`.
if (services) callServicesDirectly(services);
if (userPools.length > 0) {
  redirectPools(process.env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER, (pool) => userPools.includes(pool));
}

let handler;
try {
  handler = await load();
} catch (error) {
  die(error, error?.type);
}

parentPort.on('message', async (invocation) => {
  requestId = invocation.requestId;
  process.env._X_AMZN_TRACE_ID = invocation.traceId;
  try {
    const result = await handler(JSON.parse(invocation.event), contextOf(invocation));
    // Lambda responds with null for undefined.
    send({ kind: 'done', payload: JSON.stringify(result) ?? 'null' });
  } catch (error) {
    fail(error);
  }
});
send({ kind: 'ready' });
