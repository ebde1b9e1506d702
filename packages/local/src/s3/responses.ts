import type { IncomingMessage, ServerResponse } from 'node:http';
import type { S3Error } from './errors.ts';
import { encodeUserValue } from './metadata.ts';
import type { StoredObject, StoredVersion } from './stored.ts';
import { type Xml, xmlDocument } from './xml.ts';

export const quotedEtag = (object: Pick<StoredObject, 'etag'>): string => `"${object.etag}"`;

export function sendXml(response: ServerResponse, status: number, document: string): void {
  const body = Buffer.from(document);
  response.writeHead(status, { 'content-type': 'application/xml', 'content-length': body.length }).end(body);
}

export function sendResult(response: ServerResponse, root: string, elements: string | readonly Xml[]): void {
  sendXml(response, 200, xmlDocument(root, elements));
}

/** Sends S3's error document. The response to HEAD has no body. */
export function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  error: S3Error,
  at: { readonly requestId: string; readonly resource: string },
): void {
  if (request.method === 'HEAD') {
    response.writeHead(error.status).end();
    return;
  }
  const elements: Xml[] = [
    ['Code', error.code],
    ['Message', error.message],
    ...Object.entries(error.details),
    ['Resource', at.resource],
    ['RequestId', at.requestId],
  ];
  sendXml(response, error.status, xmlDocument('Error', elements, false));
}

/** S3's times are whole seconds. @returns like `2009-10-12T17:50:30.000Z` */
export const xmlTime = (milliseconds: number): string => new Date(Math.floor(milliseconds / 1000) * 1000).toISOString();

/** Only buckets that keep versions tell which one it is. */
export function setVersionHeader(response: ServerResponse, { version }: Pick<StoredVersion, 'version'>): void {
  if (version !== undefined) response.setHeader('x-amz-version-id', version);
}

/** The object's headers in the responses to GET and HEAD, except its length. */
export function setObjectHeaders(response: ServerResponse, object: StoredObject): void {
  response.setHeader('etag', quotedEtag(object));
  response.setHeader('last-modified', new Date(object.lastModified).toUTCString());
  response.setHeader('accept-ranges', 'bytes');
  setVersionHeader(response, object);
  response.setHeader('content-type', object.contentType);
  response.setHeader('x-amz-server-side-encryption', 'AES256');
  for (const [name, value] of Object.entries(object.headers)) response.setHeader(name, value);
  for (const [name, value] of Object.entries(object.user)) {
    response.setHeader(`x-amz-meta-${name}`, encodeUserValue(value));
  }
}

/**
 * Reads and discards the rest of a request's body. Otherwise a client that is still sending would see a broken connection instead of the
 * error.
 */
export function discardBody(request: IncomingMessage): void {
  // Deferred, because a reader that has just ended is only detached in the next turn.
  setImmediate(() => request.resume());
}
