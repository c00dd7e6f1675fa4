import { expect, it } from "vitest";
import { readPage } from "./markdown.ts";

const page = `# Into \`files\`, at night

See [the guide](guides/at-night.md#when-it-waits), \`src/config.ts\` and \`src/*.ts\`.

1. First:

   \`\`\`sh
   kubectl get
     --all
   \`\`\`

\`\`\`text
[not a link](nowhere.md)
# no heading
\`\`\`
`;

it("a page is read as its blocks, links, paths and anchors", () => {
  expect(readPage(page)).toEqual({
    blocks: [
      { language: "sh", text: "kubectl get\n  --all", line: 7 },
      { language: "text", text: "[not a link](nowhere.md)\n# no heading", line: 12 },
    ],
    links: ["guides/at-night.md#when-it-waits"],
    paths: ["src/config.ts"],
    anchors: new Set(["into-files-at-night"]),
  });
});

it("a block without an end is told", () => {
  expect(() => readPage("a\n```sh\nb\n")).toThrow("the block at line 2 has no end");
});
