// Loads a function's handler as the Node.js runtime does. Source: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html, and the order
// and errors of https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @throws an error with Lambda's `errorType`, if it has one of its own */
export async function loadHandler({ directory, handler: handlerName, runtime }) {
  const [, file, name] = /^([^.]*)\.(.*)$/.exec(basename(handlerName)) ?? [];
  if (file === undefined || handlerName.includes('..'))
    throw failure('Runtime.MalformedHandlerName', `'${handlerName}' is not a valid handler name`);
  const folder = handlerName.slice(0, handlerName.length - basename(handlerName).length);
  const module = await load(directory, resolve(directory, folder, file));
  const found = find(module, name) ?? find(module.default, name);
  if (!found) throw failure('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  if (typeof found !== 'function') throw failure('Runtime.HandlerNotFound', `${handlerName} is not a function`);
  if (found.length >= 3 && !hasCallbacks(runtime)) {
    const removed = `ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.`;
    throw failure('Runtime.CallbackHandlerDeprecated', removed);
  }
  return found;
}

/** Handlers with a callback exist up to Node.js 22. */
export function hasCallbacks(runtime) {
  return Number(/^nodejs(\d+)/.exec(runtime)?.[1] ?? 24) < 24;
}

async function load(directory, path) {
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
