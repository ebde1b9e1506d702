const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text for XML. Control characters become references, as S3 writes them for keys that contain them. */
export const escapeXml = (text: string): string =>
  text
    .replace(/[&<>"]/g, (character) => escapes[character] ?? character)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: keys may contain them, XML may not
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, (character) => `&#x${character.charCodeAt(0).toString(16)};`);

export type XmlContent = string | number | boolean | undefined | readonly Xml[];
export type Xml = readonly [name: string, content: XmlContent];

/** Elements in the order given; one whose content is `undefined` is left out. */
export function renderXml(elements: readonly Xml[]): string {
  return elements
    .filter(([, content]) => content !== undefined)
    .map(([name, content]) => {
      const inner = Array.isArray(content) ? renderXml(content) : escapeXml(String(content));
      return `<${name}>${inner}</${name}>`;
    })
    .join('');
}

/** A whole document as S3 answers it; results (not errors, not form answers) stand in S3's namespace. */
export function xmlDocument(root: string, elements: readonly Xml[], namespace = true): string {
  const attribute = namespace ? ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"' : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${renderXml(elements)}</${root}>`;
}
