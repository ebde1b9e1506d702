/** The types of HTTP handlers, derived from the table of operations: what a handler gets, and what it must answer. */
import type * as z from 'zod/mini';
import type { Conversation } from '#protocol/names';
import type { HttpOperation, operations } from '#protocol/operations';
import type { Caller } from '../chat/require-membership.ts';
import type { Services } from '../runtime/services.ts';
import type { User } from '../store/user.ts';

/** What every handler gets. */
export interface RequestBase {
  readonly caller: Caller;
  /** The caller's user item as it was at the start of the request: the token's own, not deleted, not signed out since. */
  readonly user: User;
  /** The caller's name as the identity provider writes it. */
  readonly account: string;
  /** The address that was asked for: where links to further pages start. */
  readonly address: { readonly path: string; readonly query: Readonly<Record<string, string>> };
}

type Declared = typeof operations;
type Parsed<Schema> = Schema extends z.ZodMiniType ? z.infer<Schema> : never;
type Field<Row, Name extends string> = Row extends { readonly [N in Name]: infer Schema }
  ? { readonly [N in Name]: Parsed<Schema> }
  : unknown;

/** The parsed request of an operation: its conversation, path parameters, query and body, as far as it is declared with them. */
export type HttpRequest<Name extends HttpOperation> = RequestBase &
  (Declared[Name] extends { readonly inConversation: true } ? { readonly conversation: Conversation } : unknown) &
  (Declared[Name] extends { readonly path: infer Path }
    ? { readonly path: { readonly [Parameter in keyof Path]: Parsed<Path[Parameter]> } }
    : unknown) &
  Field<Declared[Name], 'query'> &
  Field<Declared[Name], 'body'>;

/** The declared answer: a body; nothing for 204; the address for 302. */
type Answer<Row> =
  | (Row extends { readonly answer: { readonly schemas: readonly (infer Schema)[] } } ? Parsed<Schema> : never)
  | (Row extends { readonly answer: { readonly status: 204 } | { readonly noContent: string } } ? undefined : never)
  | (Row extends { readonly answer: { readonly status: 302 } } ? string : never);

export type HttpHandler<Name extends HttpOperation> = (
  services: Services,
  request: HttpRequest<Name>,
) => Promise<Answer<Declared[Name]>>;

/** One handler for each operation: the compiler refuses a missing one. */
export type HttpHandlers<Names extends HttpOperation = HttpOperation> = {
  readonly [Name in Names]: HttpHandler<Name>;
};
