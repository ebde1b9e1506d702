/** Values that a schema of `protocol/` accepts, or nearly: its shape is followed, and now and then something in it is broken. */
import fc from 'fast-check';
import type * as z from 'zod/mini';

type Value = fc.Arbitrary<unknown>;

/** Texts that have broken something somewhere: bounds of bytes, half characters, parts of keys, of addresses and of code. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\0',
  '\ud800',
  'x\udc00y',
  '\u202ereversed',
  '\u200b',
  '\u00ad',
  '\ufeff',
  '\r\nset-cookie: a=b',
  '.',
  '..',
  '../../etc/passwd',
  '%',
  '%2e%2e',
  '%00',
  '#',
  'CONV#x',
  'a_b',
  '_',
  ':',
  'room:',
  'group:',
  'null',
  'undefined',
  'NaN',
  '-1',
  '0',
  '1e999',
  '999999999999',
  '9'.repeat(400),
  '__proto__',
  'constructor',
  'toString',
  '$connect',
  '{}',
  '[]',
  '"',
  "';--",
  '<script>alert(1)</script>',
  'e\u0301',
  'İ',
  'ß',
  'Σς',
  `a${'\u0301'.repeat(2_000)}`,
  '👩‍👩‍👧‍👦',
  '\u{e0001}'.repeat(40),
];

/** One more than some bound: of a name, of a key of DynamoDB or S3 (1,024 and 2,048 bytes), of a text. */
const longTexts = [
  'x'.repeat(65),
  'x'.repeat(1_025),
  'ж'.repeat(600),
  '😀'.repeat(300),
  'x'.repeat(2_049),
  'x'.repeat(8_001),
];

const hostile = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...hostileTexts) },
  { weight: 1, arbitrary: fc.constantFrom(...longTexts) },
);
const anyText = fc.oneof(
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
  { weight: 3, arbitrary: hostile },
  // A pair of surrogates whose half was lost, anywhere in a text.
  { weight: 1, arbitrary: fc.tuple(fc.string(), fc.constantFrom('\ud83d', '\ude00')).map((parts) => parts.join('')) },
);
const anything: Value = fc.oneof(
  hostile,
  fc.jsonValue({ maxDepth: 2 }),
  fc.double(),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, 2 ** 53, -1, 0, 1.5, 1e300, true, null),
);

/** Makes the arbitraries of one world: `texts` are names and ids that exist there, by the name of the field that they fit. */
export function createFromSchema(texts: Readonly<Record<string, readonly string[]>>) {
  const known = fc.constantFrom(...new Set(Object.values(texts).flat()));

  function text(field: string, checks: readonly z.core.$ZodCheck[]): fc.Arbitrary<string> {
    const fitting = texts[field] ? fc.constantFrom(...texts[field]) : known;
    const pattern = checks.flatMap((check) => {
      const { pattern } = check._zod.def as { readonly pattern?: unknown };
      return pattern instanceof RegExp ? [pattern] : [];
    })[0];
    return fc.oneof(
      { weight: 16, arbitrary: pattern && !texts[field] ? fc.stringMatching(pattern) : fitting },
      { weight: 1, arbitrary: known },
      { weight: 3, arbitrary: anyText },
    );
  }

  /** @param field the name under which the value is sent */
  function like(schema: z.core.$ZodType, field = ''): Value {
    const { def } = (schema as z.core.$ZodTypes)._zod;
    switch (def.type) {
      case 'string':
        return text(field, def.checks ?? []);
      case 'number':
        return fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: -2, max: 1_000 }), fc.maxSafeNat());
      case 'boolean':
        return fc.boolean();
      case 'literal':
        return fc.constantFrom(...def.values);
      case 'enum':
        return fc.constantFrom(...Object.values(def.entries));
      case 'array':
        return fc.oneof(fc.constant([]), fc.array(like(def.element, field), { maxLength: 7 }));
      case 'record':
        return fc.dictionary(like(def.keyType, field) as fc.Arbitrary<string>, like(def.valueType, field), {
          maxKeys: 4,
        });
      case 'union':
        return fc.oneof(...def.options.map((option) => like(option, field)));
      case 'nullable':
        return fc.option(like(def.innerType, field));
      case 'optional':
      case 'default':
        return like(def.innerType, field);
      case 'pipe':
        return like(def.in, field);
      case 'object':
        return object(def.shape);
      default:
        throw new Error(`unable to make up a value of the type ${def.type}; add it to test/fuzz/from-schema.ts`);
    }
  }

  /** Optional fields are there in most objects. One object in three has a wrong value, lacks something, or has more than it should. */
  function object(shape: Readonly<Record<string, z.core.$ZodType>>): Value {
    const fields = Object.fromEntries(
      Object.entries(shape).map(([name, schema]) => {
        const { type } = (schema as z.core.$ZodTypes)._zod.def;
        const value = like(schema, name);
        const isOptional = type === 'optional' || type === 'default';
        return [name, isOptional ? fc.option(value, { nil: undefined, freq: 3 }) : value];
      }),
    );
    const whole = fc.record(fields);
    const names = Object.keys(shape);
    const broken = fc
      .tuple(whole, fc.constantFrom(...names, 'more', '__proto__'), anything)
      .map(([value, name, wrong]) => ({ ...value, [name]: wrong }));
    const lacking = fc.tuple(whole, fc.subarray(names)).map(([value, without]) => {
      return Object.fromEntries(Object.entries(value).filter(([name]) => !without.includes(name)));
    });
    return fc.oneof(
      { weight: 6, arbitrary: whole },
      { weight: 2, arbitrary: broken },
      { weight: 1, arbitrary: lacking },
    );
  }

  return { like, text: anyText, known, anything };
}
