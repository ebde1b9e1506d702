import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import busboy from 'busboy';
import { invalidArgument, notImplemented, S3Error } from './errors.ts';

/** A browser upload up to its file. S3 ignores everything after it. */
export interface UploadForm {
  /** By lower-case name, because S3 ignores case. */
  readonly fields: ReadonlyMap<string, string>;
  /** Without folders. */
  readonly fileName: string | undefined;
  /** Must be read to its end, unless `abort` is called. */
  readonly file: AsyncIterable<Buffer>;
  /** Stops parsing, so that the rest of the request can be discarded. */
  abort(): void;
}

/** S3's limit for everything before the file: 20 KB. */
const maxFieldsBytes = 20_480;
/** For the parser, a file without a file name is a field, which it holds in memory. */
const maxUnnamedFileBytes = 1_048_576;

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

    const abort = (): void => {
      request.unpipe(parser);
      request.off('error', onDisconnect).off('aborted', onDisconnect);
      parser.destroy();
    };
    const fail = (error: Error): void => {
      if (settled) return;
      settled = true;
      abort();
      reject(error);
    };
    const onDisconnect = (): void => void parser.destroy(new Error('the client disconnected'));
    const succeed = (fileName: string | undefined, file: Readable): void => {
      settled = true;
      resolve({ fields, fileName, file: errorsAsMalformed(file), abort });
    };

    const onField = (name: string, value: string): void => {
      size += Buffer.byteLength(name) + Buffer.byteLength(value);
      if (size > maxFieldsBytes) fail(fieldsTooLarge());
      else if (!fields.has(name.toLowerCase())) fields.set(name.toLowerCase(), value);
      else fail(invalidArgument(name, value, `POST requires exactly one '${name}' field per request.`));
    };

    // A part may have no name, although the parser's types do not say so.
    parser.on('field', (name: string | undefined, value, info) => {
      if (settled) return;
      if (name === undefined) fail(new S3Error('MalformedPOSTRequest'));
      else if (name.toLowerCase() !== 'file') onField(name, value);
      else if (info.valueTruncated) fail(notImplemented('A file of more than 1 MB in a part without file name'));
      else succeed(undefined, Readable.from([Buffer.from(value)]));
    });
    parser.on('file', (name: string | undefined, file, info) => {
      // An error destroys the parser and this stream. Without a listener, that would end the process.
      file.on('error', () => undefined);
      if (settled) file.resume();
      else if (name?.toLowerCase() === 'file') succeed(info.filename, file);
      else fail(noFile());
    });
    parser.on('error', () => fail(new S3Error('MalformedPOSTRequest')));
    parser.on('close', () => fail(noFile()));
    request.on('error', onDisconnect).on('aborted', onDisconnect);
    request.pipe(parser);
  });
}

export const missingField = (name: string): S3Error =>
  // S3 writes two spaces.
  invalidArgument(
    name,
    '',
    `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
  );

const fieldsTooLarge = (): S3Error =>
  new S3Error('MaxPostPreDataLengthExceeded', { details: { MaxPostPreDataLengthBytes: maxFieldsBytes } });

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
      limits: { fieldSize: maxUnnamedFileBytes, fieldNameSize: maxFieldsBytes + 1, headerPairs: 100 },
    });
  } catch {
    // The content type has no boundary.
    throw new S3Error('MalformedPOSTRequest');
  }
}

/** A form that ends in the middle of its file is malformed. */
async function* errorsAsMalformed(file: Readable): AsyncGenerator<Buffer> {
  try {
    yield* file;
  } catch {
    throw new S3Error('MalformedPOSTRequest');
  }
}
