// The Node.js runtime inside an execution environment. It is plain JavaScript, because it runs in a worker thread without loaders.
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { callServicesDirectly } from './direct-http.mjs';
import { redirectAwsHosts } from './redirect-hosts.mjs';

const {
  directory,
  opt,
  handler: handlerName,
  runtime,
  functionName,
  memory,
  logGroup,
  logStream,
  jsonLogs,
  services,
} = workerData;
/** Handlers with a callback exist up to Node.js 22. */
const hasCallbacks = Number(/^nodejs(\d+)/.exec(runtime)?.[1] ?? 24) < 24;
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

/**
 * Loads the handler, with the order of files and the errors of https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
 * @throws an error with Lambda's `errorType`, if it has one of its own
 */
async function loadHandler() {
  const [, file, name] = /^([^.]*)\.(.*)$/.exec(basename(handlerName)) ?? [];
  if (file === undefined || handlerName.includes('..'))
    throw failure('Runtime.MalformedHandlerName', `'${handlerName}' is not a valid handler name`);
  const folder = handlerName.slice(0, handlerName.length - basename(handlerName).length);
  const module = await importFrom(resolve(directory, folder, file));
  const found = find(module, name) ?? find(module.default, name);
  if (!found) throw failure('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  if (typeof found !== 'function') throw failure('Runtime.HandlerNotFound', `${handlerName} is not a function`);
  if (found.length >= 3 && !hasCallbacks) {
    const removed = `ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.`;
    throw failure('Runtime.CallbackHandlerDeprecated', removed);
  }
  return found;
}

async function importFrom(path) {
  const found = ['.js', '.mjs', '.cjs'].map((extension) => path + extension).find(existsSync);
  if (!found) {
    const name = path.slice(join(directory, '/').length);
    throw failure('Runtime.ImportModuleError', `Error: Cannot find module '${name}'`);
  }
  try {
    return await import(pathToFileURL(found).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw Object.assign(error, { errorType: 'Runtime.UserCodeSyntaxError' });
    // An ES module's missing import has another code, and AWS's runtime gives it no name.
    if (error?.code === 'MODULE_NOT_FOUND') throw Object.assign(error, { errorType: 'Runtime.ImportModuleError' });
    throw error;
  }
}

const find = (module, name) => name.split('.').reduce((inner, key) => inner?.[key], module);

const failure = (errorType, message) => Object.assign(new Error(message), { errorType });

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

if (opt) (await import('./opt.mjs')).serveOpt(opt);

let invoke;
try {
  const handler = await loadHandler();
  // Loaded when it is needed, because a cold start should not wait for it.
  invoke = hasCallbacks
    ? (await import('./call-with-callback.mjs')).callWithCallback(handler, parentPort)
    : async (event, context) => handler(event, context);
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
