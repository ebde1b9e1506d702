import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import busboy from 'busboy';
import { invalidArgument, notImplemented, S3Error } from './errors.ts';

/** A browser upload as far as its file: S3 ignores all that comes after. */
export interface UploadForm {
  /** Lower-case names: S3 does not tell `Policy` from `policy`. */
  readonly fields: ReadonlyMap<string, string>;
  /** As the part says, without folders. */
  readonly fileName: string | undefined;
  /** Must be read to its end, or `leave` called. */
  readonly file: AsyncIterable<Buffer>;
  /** Stops parsing, so that the rest of the request can be thrown away. */
  leave(): void;
}

/** S3's limit for everything before the file: 20 KB. */
const largestPreamble = 20_480;
/** A file part without a file name is a field for the parser, which holds it in memory. */
const largestPlainFile = 1_048_576;

/**
 * Reads a form up to its file.
 * @throws S3Error PreconditionFailed (not a form), MalformedPOSTRequest, MaxPostPreDataLengthExceeded, InvalidArgument (no file)
 */
export function readForm(request: IncomingMessage): Promise<UploadForm> {
  return new Promise((resolve, reject) => {
    const parser = startParser(request);
    const fields = new Map<string, string>();
    let size = 0;
    let settled = false;

    const leave = (): void => {
      request.unpipe(parser);
      request.off('error', onLost).off('aborted', onLost);
      parser.destroy();
    };
    const fail = (error: Error): void => {
      if (settled) return;
      settled = true;
      leave();
      reject(error);
    };
    const onLost = (): void => void parser.destroy(new Error('the client went away'));
    const succeed = (fileName: string | undefined, file: Readable): void => {
      settled = true;
      resolve({ fields, fileName, file: errorsAsMalformed(file), leave });
    };

    const onField = (name: string, value: string): void => {
      size += Buffer.byteLength(name) + Buffer.byteLength(value);
      if (size > largestPreamble) fail(tooMuchBefore());
      else if (!fields.has(name.toLowerCase())) fields.set(name.toLowerCase(), value);
      else fail(invalidArgument(name, value, `POST requires exactly one '${name}' field per request.`));
    };

    // The parser's types do not say so, but a part may have no name.
    parser.on('field', (name: string | undefined, value, info) => {
      if (settled) return;
      if (name === undefined) fail(new S3Error('MalformedPOSTRequest'));
      else if (name.toLowerCase() !== 'file') onField(name, value);
      else if (info.valueTruncated) fail(notImplemented('A file of more than 1 MB in a part without file name'));
      else succeed(undefined, Readable.from([Buffer.from(value)]));
    });
    parser.on('file', (name: string | undefined, file, info) => {
      // A refused form destroys the parser and with it this stream, which must not bring the process down.
      file.on('error', () => undefined);
      if (settled) file.resume();
      else if (name?.toLowerCase() === 'file') succeed(info.filename, file);
      else fail(noFile());
    });
    parser.on('error', () => fail(new S3Error('MalformedPOSTRequest')));
    parser.on('close', () => fail(noFile()));
    request.on('error', onLost).on('aborted', onLost);
    request.pipe(parser);
  });
}

export const missingField = (name: string): S3Error =>
  // Two blanks, as S3 writes it.
  invalidArgument(
    name,
    '',
    `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
  );

const tooMuchBefore = (): S3Error =>
  new S3Error('MaxPostPreDataLengthExceeded', { details: { MaxPostPreDataLengthBytes: largestPreamble } });

const noFile = (): S3Error => invalidArgument('file', '0', 'POST requires exactly one file upload per request.');

function startParser(request: IncomingMessage): busboy.Busboy {
  if (!/^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')) {
    const condition = 'Bucket POST must be of the enclosure-type multipart/form-data';
    throw new S3Error('PreconditionFailed', { details: { Condition: condition } });
  }
  try {
    return busboy({
      headers: request.headers,
      defParamCharset: 'utf8',
      limits: { fieldSize: largestPlainFile, fieldNameSize: largestPreamble + 1, headerPairs: 100 },
    });
  } catch {
    // No boundary.
    throw new S3Error('MalformedPOSTRequest');
  }
}

/** A form that ends in the middle of its file is an ill-formed one. */
async function* errorsAsMalformed(file: Readable): AsyncGenerator<Buffer> {
  try {
    yield* file;
  } catch {
    throw new S3Error('MalformedPOSTRequest');
  }
}
