import { BlockedError } from "../errors.ts";
import { sha256 } from "../outputs/keystore-record.ts";
import { type Mark, markId, readMark, writeMark } from "./mark.ts";
import { ownFolder, type Tree } from "./tree.ts";

const volumeFile = `${ownFolder}/volume`;

/** The id of the volume that the directory lies on; undefined where no store has written there. */
export async function readVolumeId(tree: Tree): Promise<string | undefined> {
  const text = (await read(tree, volumeFile))?.trim();
  if (text === undefined || /^[0-9a-z-]{1,64}$/.test(text)) return text;
  const message = `${ownFolder}/volume in the store's directory does not read as the id of a volume; put there what place.address says after "filesystem:" in the status of those that deliver there.`;
  throw new BlockedError("VolumeUnreadable", message);
}

export async function writeVolumeId(tree: Tree, id: string): Promise<void> {
  await write(tree, volumeFile, `${id}\n`);
}

/** @param id of the mark (`markId`) */
export async function readMarkOf(tree: Tree, id: string): Promise<Mark | undefined> {
  const text = await read(tree, markFile(id));
  return text === undefined ? undefined : readMark(text, id);
}

/** Whether the write of a mark was cut short: the next one takes away what is left of it. */
export async function isMarkCutShort(tree: Tree, id: string): Promise<boolean> {
  const found = await tree.find(markFile(id));
  return (await found?.folder.has(restOf(found.name))) ?? false;
}

/** A mark without files goes. */
export async function storeMark(tree: Tree, mark: Mark): Promise<void> {
  const file = markFile(markId(mark.mark));
  await (Object.keys(mark.files).length > 0 ? write(tree, file, writeMark(mark)) : remove(tree, file));
}

/**
 * Who was the last to write a file: the id of a mark, which says whether it still names the file. Undefined where it does not
 * read as one: others may write into the directory, too.
 */
export async function readHolder(tree: Tree, path: string): Promise<string | undefined> {
  const id = (await read(tree, holderFile(path)))?.trim();
  return id !== undefined && /^[0-9a-f]{32}$/.test(id) ? id : undefined;
}

export async function storeHolder(tree: Tree, path: string, id: string): Promise<void> {
  await write(tree, holderFile(path), `${id}\n`);
}

export async function removeHolder(tree: Tree, path: string): Promise<void> {
  await remove(tree, holderFile(path));
}

function markFile(id: string): string {
  return `${ownFolder}/marks/${id}.json`;
}

function holderFile(path: string): string {
  return `${ownFolder}/paths/${sha256(path).slice(0, 32)}`;
}

async function read(tree: Tree, file: string): Promise<string | undefined> {
  const found = await tree.find(file);
  return (await found?.folder.read(found.name))?.bytes.toString("utf8");
}

/** Always the same name: the next write finds what a killed process has left. */
function restOf(name: string): string {
  return `${name}.tmp`;
}

/** Whole or not at all, also when the process or the machine ends in between. */
async function write(tree: Tree, file: string, text: string): Promise<void> {
  const { folder, name } = await tree.make(file);
  const temporary = restOf(name);
  try {
    await folder.remove(temporary);
    await folder.write(temporary, Buffer.from(text), 0o600);
    await folder.rename(temporary, name);
  } catch (error) {
    await folder.remove(temporary).catch(() => {});
    throw error;
  }
  await folder.sync();
}

async function remove(tree: Tree, file: string): Promise<void> {
  const found = await tree.find(file);
  await found?.folder.remove(found.name);
  await found?.folder.sync();
}
