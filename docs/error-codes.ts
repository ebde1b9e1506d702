import { type ErrorCode, errorStatus } from '#protocol/errors';
import { errorTexts } from './descriptions.ts';
import type { JsonObject } from './json-schema.ts';

/** The closed list as an extension field of both files: status over HTTP, cause, remedy. */
export function errorCodeTable(): JsonObject {
  return Object.fromEntries(
    Object.entries(errorTexts).map(([code, text]) => [code, { status: errorStatus[code as ErrorCode], ...text }]),
  );
}
