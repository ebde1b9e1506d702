/**
 * Hides what looks like a secret in a text that functions have written: tokens in three parts, access keys, and the values of names like
 * `password`, `token`, `secret`, `ticket` and `signature`. The files themselves keep them.
 */
export function redact(text: string): string {
  return text
    .replace(/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, hidden)
    .replace(/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, hidden)
    .replace(
      /((?:password|passwd|token|secret|ticket|signature|authorization|api[_-]?key|credential)\w*\\?["']?\s*[:=]\s*(?:\\?["'])?(?:Bearer |Basic )?)[^\s"'\\,;&}]{4,}/gi,
      `$1${hidden}`,
    );
}

const hidden = '[hidden]';
