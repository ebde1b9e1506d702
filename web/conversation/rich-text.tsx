import type { ComponentChildren } from 'preact';
import { splitMentions } from '../state/mentions.ts';
import type { Block, Inline } from '../text/parse.ts';
import { IconButton } from '../ui/button.tsx';
import { copyText } from '../ui/copy-text.ts';
import { t } from '../words/words.ts';

/** A text with the user names that it mentions. */
export interface Written {
  readonly text: string;
  readonly mentions: readonly string[];
  readonly me: string;
  nameOf(username: string): string;
}

/** Shows a parsed text. Each block finds its own direction. */
export function richText(written: Written, blocks: readonly Block[]): ComponentChildren {
  return blocks.map((block, index) => {
    switch (block.kind) {
      case 'text':
        // Without an element of its own, so that the time of the message stands on its last line.
        return block.parts.map((part) => inline(written, part));
      case 'code':
        return <CodeBlock key={index} text={block.text} />;
      case 'quote':
        return (
          <blockquote key={index} dir="auto">
            {richText(written, block.blocks)}
          </blockquote>
        );
      default: {
        const items = block.items.map((item, at) => (
          <li key={at} dir="auto">
            {richText(written, item)}
          </li>
        ));
        return block.start === undefined ? (
          <ul key={index}>{items}</ul>
        ) : (
          <ol key={index} start={block.start}>
            {items}
          </ol>
        );
      }
    }
  });
}

function inline(written: Written, part: Inline): ComponentChildren {
  if (typeof part === 'string') return mentioned(written, part);
  switch (part.kind) {
    case 'code':
      return <code dir="auto">{part.text}</code>;
    case 'link':
      return (
        <a
          href={part.href}
          target={staysHere(part.href) ? undefined : '_blank'}
          dir="auto"
          rel="noopener noreferrer nofollow"
        >
          {part.text}
        </a>
      );
    default: {
      const parts = part.parts.map((inner) => inline(written, inner));
      if (part.kind === 'bold') return <strong>{parts}</strong>;
      return part.kind === 'italic' ? <em>{parts}</em> : <s>{parts}</s>;
    }
  }
}

/** Mail, and links into this chat, such as those to a message. */
function staysHere(address: string): boolean {
  return address.startsWith('mailto:') || address.startsWith(`${location.origin}${location.pathname}#/`);
}

function mentioned({ mentions, me, nameOf }: Written, text: string): ComponentChildren {
  return splitMentions(text, mentions).map((piece) =>
    piece.kind === 'text' ? (
      piece.text
    ) : (
      <bdi class="mention" data-me={piece.username === me}>
        @{nameOf(piece.username)}
      </bdi>
    ),
  );
}

function CodeBlock({ text }: { readonly text: string }) {
  return (
    <span class="code-block">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled, also by keyboard */}
      <pre dir="ltr" tabIndex={0}>
        <code>{text}</code>
      </pre>
      <IconButton icon="copy" label={t('Copy code')} onClick={() => copyText(text)} />
    </span>
  );
}
