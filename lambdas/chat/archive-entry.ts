import { gzipSync } from 'node:zlib';
import { Header } from 'tar/header';
import { Pax } from 'tar/pax';

/** A file of an archive. */
export interface ArchiveFile {
  readonly path: string;
  readonly content: Uint8Array;
  /** ms */
  readonly at: number;
}

const blockBytes = 512;

/**
 * A file as a piece of a `.tar.gz`: pieces in a row, and `archiveEnd`, are an archive. So an archive can be made piece by piece, by different
 * processes. A gzip file may have many members: https://www.rfc-editor.org/rfc/rfc1952#section-2.2
 */
export function archivePiece({ path, content, at }: ArchiveFile): Buffer {
  const entry = { path, size: content.length, mtime: new Date(at), mode: 0o644, type: 'File' } as const;
  const header = new Header(entry);
  // Long names do not fit into the header.
  const pax = header.encode() ? [new Pax({ path }).encode()] : [];
  const padding = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
  return gzipSync(Buffer.concat([...pax, header.block ?? Buffer.alloc(0), content, padding]));
}

/** Two blocks of zeros. */
export function archiveEnd(): Buffer {
  return gzipSync(Buffer.alloc(2 * blockBytes));
}

/** A name as part of a path on any system. */
export function pathPart(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Windows refuses them, like the others
  return name.replace(/[\u0000-\u001f<>:"/\\|?*\u007f]/g, '_').replace(/[. ]+$/, '_');
}
