// Calls a handler that streams its response (`awslambda.streamifyResponse`), and gathers what it writes.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** @returns a function of event and context whose promise has the response in payload format 2.0 */
export function callWithStream(handler) {
  return async (event, context) => {
    const chunks = [];
    const stream = new Writable({
      write(chunk, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    });
    let type = 'application/octet-stream';
    stream.setContentType = (given) => {
      type = given;
    };
    await handler(event, stream, context);
    if (!stream.writableEnded) throw new Error('Response stream is not finished.');
    await finished(stream);
    const { statusCode = 200, headers, cookies } = stream.metadata ?? {};
    const body = Buffer.concat(chunks).toString('base64');
    return { statusCode, headers: { 'content-type': type, ...headers }, cookies, body, isBase64Encoded: true };
  };
}
