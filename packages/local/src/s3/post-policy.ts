import { S3Error } from './errors.ts';

/**
 * The policy of a browser upload: until when, and what every field of the form must be.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
export interface PostPolicy {
  /** Milliseconds since the epoch. */
  readonly expiration: number;
  readonly conditions: readonly Condition[];
}

type Condition =
  | {
      readonly kind: 'eq' | 'starts-with' /** As written, with its `$`. */;
      readonly name: string;
      readonly value: string;
    }
  | { readonly kind: 'content-length-range'; readonly min: number; readonly max: number }
  /** One that nothing can fulfil. */
  | { readonly kind: 'never'; readonly shown: string };

/** Bytes, both ends allowed. */
export interface SizeRange {
  readonly min: number;
  readonly max: number;
}

const invalid = (what: string): S3Error => new S3Error('InvalidPolicyDocument', { message: `Invalid Policy: ${what}` });
const denied = (what: string): S3Error =>
  new S3Error('AccessDenied', { message: `Invalid according to Policy: ${what}` });

/** @param encoded the form's `policy`, base64. @throws S3Error InvalidPolicyDocument */
export function parsePostPolicy(encoded: string): PostPolicy {
  const document = parseJson(Buffer.from(encoded, 'base64').toString('utf8'));
  if (typeof document !== 'object' || document === null || Array.isArray(document)) throw invalid('Invalid JSON.');
  const { expiration, conditions }: { expiration?: unknown; conditions?: unknown } = document;
  if (expiration === undefined) throw invalid('Policy missing expiration.');
  if (typeof expiration !== 'string' || Number.isNaN(Date.parse(expiration))) {
    throw invalid(`Invalid 'expiration' value: '${String(expiration)}'`);
  }
  if (!Array.isArray(conditions)) throw invalid('Policy missing conditions.');
  return { expiration: Date.parse(expiration), conditions: conditions.map(parseCondition) };
}

/**
 * Holds the form against the policy: not expired, every condition fulfilled, every field named by one.
 * @param fields lower-case names, `${filename}` already put in; `bucket` is the addressed one
 * @returns what the file's size must be within
 * @throws S3Error AccessDenied with S3's `Invalid according to Policy: …`
 */
export function checkPostPolicy(policy: PostPolicy, fields: ReadonlyMap<string, string>, now: number): SizeRange {
  if (now >= policy.expiration) throw denied('Policy expired.');
  const covered = new Set(['bucket', 'file', 'policy', 'x-amz-signature']);
  const range = { min: 0, max: Number.POSITIVE_INFINITY };
  for (const condition of policy.conditions) {
    if (condition.kind === 'never') throw denied(`Policy Condition failed: ${condition.shown}`);
    if (condition.kind === 'content-length-range') {
      range.min = Math.max(range.min, condition.min);
      range.max = Math.min(range.max, condition.max);
      continue;
    }
    const field = condition.name.slice(1).toLowerCase();
    covered.add(field);
    if (!holds(condition, field, fields.get(field))) {
      throw denied(`Policy Condition failed: ${show([condition.kind, condition.name, condition.value])}`);
    }
  }
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && !name.startsWith('x-ignore-'));
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(', ')}`);
  return range;
}

/** An absent field fulfils nothing, not even `starts-with ""`. */
function holds(condition: { kind: 'eq' | 'starts-with'; value: string }, field: string, given?: string): boolean {
  if (given === undefined) return false;
  if (condition.kind === 'eq') return given === condition.value;
  // Only a Content-Type with commas is a list, each member of which must fit.
  const values = field === 'content-type' ? given.split(',').map((value) => value.trim()) : [given];
  return values.every((value) => value.startsWith(condition.value));
}

function parseCondition(condition: unknown): Condition {
  if (Array.isArray(condition)) return parseList(condition);
  if (typeof condition !== 'object' || condition === null)
    throw invalid('Invalid Condition: must be a List or Object.');
  const [property, ...more] = Object.entries(condition);
  if (!property || more.length > 0) {
    throw invalid('Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.');
  }
  const [name, value]: [string, unknown] = property;
  if (typeof value !== 'string') throw invalid('Invalid Simple-Condition: value must be a string.');
  return { kind: 'eq', name: `$${name}`, value };
}

function parseList(list: readonly unknown[]): Condition {
  const [operation, first, second] = list;
  if (typeof operation !== 'string') throw invalid('Invalid Condition: missing operation identifier.');
  const kind = operation.toLowerCase();
  if (kind !== 'eq' && kind !== 'starts-with' && kind !== 'content-length-range') {
    throw invalid(`Invalid Condition: unknown operation '${operation}'.`);
  }
  if (list.length !== 3) throw invalid(`Invalid ${operation}: wrong number of arguments.`);
  if (kind === 'content-length-range') {
    const [min, max] = [Number(first), Number(second)];
    const fits = Number.isSafeInteger(min) && Number.isSafeInteger(max);
    return fits ? { kind, min, max } : { kind: 'never', shown: show(list) };
  }
  if (typeof first !== 'string' || typeof second !== 'string') throw invalid('Invalid JSON.');
  return first.startsWith('$') ? { kind, name: first, value: second } : { kind: 'never', shown: show(list) };
}

const show = (list: readonly unknown[]): string => `[${list.map((item) => JSON.stringify(item)).join(', ')}]`;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
