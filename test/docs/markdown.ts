/** A fenced block of a page. */
export interface Block {
  /** `sh`, `yaml`, `text`, ...; empty where the fence says nothing. */
  readonly language: string;
  readonly text: string;
  /** Of its fence, from 1. */
  readonly line: number;
}

/** A Markdown page, as far as it can be tested. */
export interface Page {
  readonly blocks: readonly Block[];
  /** Where its links and pictures point to, as written. */
  readonly links: readonly string[];
  /** Files and folders of the repository that its prose names. */
  readonly paths: readonly string[];
  /** What a link to it may have behind `#`. */
  readonly anchors: ReadonlySet<string>;
}

/** Reads a page. A fence may be indented, as in a list; then so is what it holds. */
export function readPage(markdown: string): Page {
  const blocks: Block[] = [];
  const prose: string[] = [];
  let open: { indent: number; language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split("\n").entries()) {
    const fence = /^( *)```(\S*)\s*$/.exec(line);
    if (open === undefined) {
      if (fence === null) prose.push(line);
      else open = { indent: fence[1]?.length ?? 0, language: fence[2] ?? "", line: index + 1, lines: [] };
    } else if (fence === null) {
      open.lines.push(line.slice(open.indent));
    } else {
      blocks.push({ language: open.language, text: open.lines.join("\n"), line: open.line });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`the block at line ${open.line} has no end`);
  const links = [...prose.join("\n").matchAll(/\]\(([^()\s]+)\)/g)].map(([, to = ""]) => to);
  const named = /`((?:deploy|docs|scripts|src|test)\/[\w./-]+)`/g;
  const paths = [...prose.join("\n").matchAll(named)].map(([, path = ""]) => path);
  return { blocks, links, paths, anchors: new Set(prose.flatMap((line) => anchorOf(line))) };
}

/** As GitHub makes it from a heading. */
function anchorOf(line: string): string[] {
  const heading = /^#{1,6} +(.*?) *$/.exec(line)?.[1];
  if (heading === undefined) return [];
  const kept = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "");
  return [kept.replaceAll(/\s/g, "-")];
}
