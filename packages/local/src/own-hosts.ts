/**
 * By which hosts a request may ask for this runtime. A browser sends a page's own host with every request, also when the page's name has just
 * been pointed at 127.0.0.1 to reach programs on its reader's machine (DNS rebinding). So other names are refused.
 */

/** Is a `Host` header, or the host of an `Origin`, one of this machine's? */
export type IsOwnHost = (host: string | undefined) => boolean;

/** @param others names besides the loopback's own; `*` allows every host */
export function createOwnHosts(others: readonly string[] = []): IsOwnHost {
  const allowed = new Set(others.map((name) => name.toLowerCase()));
  return (host) => {
    const name = hostnameOf(host);
    return name !== undefined && (allowed.has('*') || isLoopback(name) || allowed.has(name));
  };
}

/** Parses a list like `chat.test,192.168.1.5`. Empty or undefined: none. */
export function parseHosts(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** The host of an `Origin` header; undefined for `null` and for what is no address. */
export function hostOfOrigin(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host || undefined : undefined;
}

function hostnameOf(host: string | undefined): string | undefined {
  const address = `http://${host}/`;
  // Anything but a host and a port would be another part of the address.
  if (host === undefined || !/^[\w.:[\]-]+$/.test(host) || !URL.canParse(address)) return undefined;
  return new URL(address).hostname;
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(\.\d+){3}$/.test(name);
}
