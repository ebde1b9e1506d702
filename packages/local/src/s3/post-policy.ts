import { S3Error } from './errors.ts';

/**
 * The policy of a browser upload: its expiration and the conditions for the form's fields.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
export interface PostPolicy {
  /** Milliseconds since the epoch. */
  readonly expiration: number;
  readonly conditions: readonly Condition[];
}

type Condition =
  | {
      readonly kind: 'eq' | 'starts-with';
      /** With its `$`. */
      readonly name: string;
      readonly value: string;
    }
  | { readonly kind: 'content-length-range'; readonly min: number; readonly max: number }
  /** A condition that always fails. */
  | { readonly kind: 'never'; readonly text: string };

/** Bytes, inclusive. */
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
 * Checks that the policy has not expired, that all conditions hold, and that each field has a condition.
 * @param fields by lower-case name, with `${filename}` replaced; `bucket` is the bucket of the URL
 * @returns the limits of the file's size
 * @throws S3Error AccessDenied with S3's `Invalid according to Policy: …`
 */
export function checkPostPolicy(policy: PostPolicy, fields: ReadonlyMap<string, string>, now: number): SizeRange {
  if (now >= policy.expiration) throw denied('Policy expired.');
  const covered = new Set(['bucket', 'file', 'policy', 'x-amz-signature']);
  const range = { min: 0, max: Number.POSITIVE_INFINITY };
  for (const condition of policy.conditions) {
    if (condition.kind === 'never') throw denied(`Policy Condition failed: ${condition.text}`);
    if (condition.kind === 'content-length-range') {
      range.min = Math.max(range.min, condition.min);
      range.max = Math.min(range.max, condition.max);
      continue;
    }
    const field = condition.name.slice(1).toLowerCase();
    covered.add(field);
    if (!holds(condition, field, fields.get(field))) {
      throw denied(`Policy Condition failed: ${conditionText([condition.kind, condition.name, condition.value])}`);
    }
  }
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && !name.startsWith('x-ignore-'));
  if (extra.length > 0) throw denied(`Extra input fields: ${extra.join(', ')}`);
  return range;
}

/** No condition holds for an absent field, not even `starts-with ""`. */
function holds(condition: { kind: 'eq' | 'starts-with'; value: string }, field: string, given?: string): boolean {
  if (given === undefined) return false;
  if (condition.kind === 'eq') return given === condition.value;
  // Only a Content-Type with commas is a list. Each member must match.
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
    const valid = Number.isSafeInteger(min) && Number.isSafeInteger(max);
    return valid ? { kind, min, max } : { kind: 'never', text: conditionText(list) };
  }
  if (typeof first !== 'string' || typeof second !== 'string') throw invalid('Invalid JSON.');
  return first.startsWith('$') ? { kind, name: first, value: second } : { kind: 'never', text: conditionText(list) };
}

const conditionText = (list: readonly unknown[]): string => `[${list.map((item) => JSON.stringify(item)).join(', ')}]`;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
