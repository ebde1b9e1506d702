import { z } from 'zod';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** As S3 does, control characters in keys become character references. */
export const escapeXml = (text: string): string =>
  text
    .replace(/[&<>"]/g, (character) => escapes[character] ?? character)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: keys may contain them, XML may not
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, (character) => `&#x${character.charCodeAt(0).toString(16)};`);

/** The schema of an element of a parsed document that may be repeated: one is no list. */
export const oneOrMore = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((found) => (Array.isArray(found) ? found : [found]), z.array(item));

export type XmlContent = string | number | boolean | undefined | readonly Xml[];
export type Xml = readonly [name: string, content: XmlContent];

/** Omits elements whose content is undefined. */
export function renderXml(elements: readonly Xml[]): string {
  return elements
    .filter(([, content]) => content !== undefined)
    .map(([name, content]) => {
      const inner = Array.isArray(content) ? renderXml(content) : escapeXml(String(content));
      return `<${name}>${inner}</${name}>`;
    })
    .join('');
}

/** An XML document. S3 uses the namespace for results, but not for errors and responses to forms. */
export function xmlDocument(root: string, content: string | readonly Xml[], namespace = true): string {
  const attribute = namespace ? ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"' : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${typeof content === 'string' ? escapeXml(content) : renderXml(content)}</${root}>`;
}
