/** Stanzas: nodes with a tag, attributes and content, in WhatsApp's binary form. The codec and its dictionary are Baileys'. */
import { decodeBinaryNode } from 'baileys/lib/WABinary/decode.js';
import { encodeBinaryNode } from 'baileys/lib/WABinary/encode.js';

export interface Node {
  readonly tag: string;
  readonly attrs: Readonly<Record<string, string>>;
  /** children, or bytes, or a text that the dictionary or a packed form can hold */
  readonly content?: Node[] | Uint8Array | string;
}
/** Attributes that are undefined are left out. */
export type Attributes = Readonly<Record<string, string | undefined>>;

export function node(tag: string, attrs: Attributes = {}, content?: Node['content']): Node {
  const given = Object.entries(attrs).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { tag, attrs: Object.fromEntries(given), ...(content === undefined ? {} : { content }) };
}

export const children = (of: Node | undefined, tag?: string): Node[] =>
  Array.isArray(of?.content) ? of.content.filter((one) => tag === undefined || one.tag === tag) : [];

export const child = (of: Node | undefined, tag: string): Node | undefined => children(of, tag)[0];

/** The content as bytes; without content, or with children, it is empty. */
export function bytes(of: Node | undefined): Buffer {
  const content = of?.content;
  return content === undefined || Array.isArray(content)
    ? Buffer.alloc(0)
    : Buffer.from(content as Uint8Array);
}

export const text = (of: Node | undefined): string => bytes(of).toString();

/** A big-endian number in the content. */
export const uint = (of: Node | undefined): number => bytes(of).reduce((sum, byte) => sum * 256 + byte, 0);

/** A number as big-endian bytes. */
export function bigEndian(value: number, length: number): Buffer {
  const out = Buffer.alloc(length);
  out.writeUIntBE(value, 0, length);
  return out;
}

export const encodeNode = (one: Node): Buffer =>
  encodeBinaryNode(one as Parameters<typeof encodeBinaryNode>[0]);
export const decodeNode = (encoded: Buffer): Promise<Node> => decodeBinaryNode(encoded);
