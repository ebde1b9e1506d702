// Calls a function's handler as the runtimes up to Node.js 22 do, where a handler may answer by a callback.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html#nodejs-handler-callback

/**
 * @param port the runtime's own channel, which keeps the thread's event loop from being empty
 * @returns a function of event and context whose promise has the result
 */
export function callWithCallback(handler, port) {
  return (event, context) =>
    new Promise((resolve, reject) => {
      // The first of callback, promise and `context.done` counts.
      const settle = (action, value) => {
        process.off('beforeExit', onEmpty);
        port.ref();
        action(value);
      };
      const isFailure = (error) => error !== undefined && error !== null;
      const done = (error, result) => (isFailure(error) ? settle(reject, error) : settle(resolve, result));
      // What happens when nothing is left to do: a handler that never called back has the result null. The promise of an async function that
      // nothing can settle any more is an error.
      let onEmpty = () =>
        handler.constructor.name === 'AsyncFunction' ? settle(reject, nodeJsExit()) : settle(resolve, null);
      const whenEmpty = (then) => {
        process.off('beforeExit', onEmpty);
        onEmpty = then;
        process.once('beforeExit', onEmpty);
      };
      whenEmpty(onEmpty);
      port.unref();

      const callbackContext = {
        callbackWaitsForEmptyEventLoop: true,
        ...context,
        done,
        succeed: (result) => done(null, result),
        fail: (error) => done(error ?? 'handled'),
      };
      let called = false;
      const callback = (error, result) => {
        if (called) return;
        called = true;
        if (isFailure(error) || !callbackContext.callbackWaitsForEmptyEventLoop) done(error, result);
        else whenEmpty(() => done(null, result));
      };
      try {
        const returned = handler(event, callbackContext, callback);
        if (typeof returned?.then === 'function') returned.then(callbackContext.succeed, callbackContext.fail);
      } catch (error) {
        done(error);
      }
    });
}

function nodeJsExit() {
  const message =
    'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes';
  return Object.assign(new Error(message), { name: 'Runtime.NodeJsExit' });
}
