// Modules of layers that a function names by their path: `require('/opt/nodejs/tools')`.
import Module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @param opt the folder that is `/opt` on AWS */
export function serveOpt(opt) {
  const { _resolveFilename: resolve } = Module;
  Module._resolveFilename = function (name, ...rest) {
    return resolve.call(this, name.startsWith('/opt/') ? join(opt, name.slice('/opt'.length)) : name, ...rest);
  };
  // Node.js 20 has none, so there an ES module cannot import such a path.
  Module.registerHooks?.({
    resolve: (name, context, next) =>
      next(name.startsWith('/opt/') ? pathToFileURL(join(opt, name.slice('/opt'.length))).href : name, context),
  });
}
