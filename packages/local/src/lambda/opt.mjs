// Modules of layers that a function names by their path: `require('/opt/nodejs/tools')`.
import Module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @param opt the folder that is `/opt` on AWS */
export function serveOpt(opt) {
  const isInOpt = (name) => name.startsWith('/opt/');
  const local = (name) => join(opt, name.slice('/opt'.length));
  const { _resolveFilename: resolve } = Module;
  Module._resolveFilename = function (name, ...rest) {
    return resolve.call(this, isInOpt(name) ? local(name) : name, ...rest);
  };
  // For `import`. Node.js 20 has no such hooks.
  Module.registerHooks?.({
    resolve: (name, context, next) =>
      next(isInOpt(name) && context.conditions.includes('import') ? pathToFileURL(local(name)).href : name, context),
  });
}
