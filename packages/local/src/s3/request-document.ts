import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import type { Caller } from './authenticate.ts';
import { S3Error } from './errors.ts';
import { readPayload } from './payload.ts';

/**
 * Reads the XML document of a request's body, and verifies its length, hash and checksum as those of an upload.
 * @param limit bytes of the document
 * @param schema of an object with the root element; an element that occurs once is no list
 * @param isChecked false if the request's checksum is not that of the document
 * @throws S3Error MalformedXML, also for a longer document; the errors of `readPayload`
 */
export async function readDocument<Schema extends z.ZodType>(
  { request, query }: { request: IncomingMessage; query: URLSearchParams },
  caller: Caller,
  { limit, schema, isChecked = true }: { limit: number; schema: Schema; isChecked?: boolean },
): Promise<z.output<Schema>> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of readPayload(request, query, caller, isChecked).stream) {
    size += piece.length;
    if (size <= limit) pieces.push(piece);
  }
  const document = size > limit ? undefined : await parse(Buffer.concat(pieces).toString());
  const result = schema.safeParse(document);
  if (!result.success) throw new S3Error('MalformedXML');
  return result.data;
}

async function parse(text: string): Promise<unknown> {
  // Loaded when it is needed, because most starts do not need it.
  const { parseXML } = await import('@aws-sdk/xml-builder');
  try {
    return parseXML(text);
  } catch {
    return undefined;
  }
}
