/**
 * The tables of other programs' routes agree with the OpenAPI documents of those programs, and with the descriptions that the
 * n8n node makes its requests from. WAD_COMPAT_DOCS is a directory with any of: the unpacked npm package
 * @devlikeapro/n8n-nodes-waha, a checkout of it, WAHA's openapi.json, and wwebjs-api's swagger.json.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { isServed, type Row } from '../../src/gateway/compat/row.js';
import { WAHA_ROWS } from '../../src/gateway/compat/waha.js';
import { WWEBJS_ROWS } from '../../src/gateway/compat/wwebjs-api.js';
import { Fault } from '../../src/protocol/fault.js';
import { METHODS } from '../../src/protocol/methods/index.js';
import { exampleDoor, play } from '../harness/compat-door.js';

type Json = Record<string, unknown>;

interface Operation {
  readonly parameters?: readonly Json[];
  readonly requestBody?: {
    readonly content?: Record<string, { schema?: Json; examples?: Record<string, Json> }>;
  };
}

interface Document {
  readonly file: string;
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components?: {
    readonly schemas?: Record<string, Json>;
    readonly securitySchemes?: Record<string, Json>;
  };
}

const directory = process.env.WAD_COMPAT_DOCS;
const skip =
  directory === undefined && 'WAD_COMPAT_DOCS names no directory with the documents of the other programs';

const documents: readonly Document[] = directory === undefined ? [] : documentsIn(directory);

function documentsIn(from: string): Document[] {
  return readdirSync(from, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /^(?:.*openapi.*|swagger)\.json$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ file, ...(JSON.parse(readFileSync(file, 'utf8')) as Omit<Document, 'file'>) }))
    .filter(({ openapi, paths }) => openapi !== undefined && paths !== undefined);
}

const rowsOf = ({ paths }: Document): readonly Row[] =>
  Object.keys(paths).some((path) => path.startsWith('/client/')) ? WWEBJS_ROWS : WAHA_ROWS;

const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, operation]) => ({ name: `${verb.toUpperCase()} ${path}`, operation })),
  );

/** `2024.9.2` is before `2026.1`. */
function isBefore(version: string, since: string): boolean {
  const [parts, wanted] = [version.split('.').map(Number), since.split('.').map(Number)];
  const at = wanted.findIndex((part, n) => part !== parts[n]);
  return at >= 0 && (parts[at] ?? 0) < (wanted[at] ?? 0);
}

/** A value that a client would send, from the schema's example, default, or type. */
function sample(document: Document, schema: Json = {}, depth = 0): unknown {
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return sample(document, document.components?.schemas?.[name], depth + 1);
  }
  const [choice] = (schema.oneOf ?? schema.anyOf ?? schema.allOf ?? []) as Json[];
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  // The second choice of a file is base64; the first is a url, which would be fetched.
  if (choice !== undefined) return sample(document, ((schema.oneOf as Json[]) ?? [choice]).at(-1), depth);
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (schema.properties !== undefined && depth < 6)
    return Object.fromEntries(
      Object.entries(schema.properties as Record<string, Json>).map(([name, inner]) => [
        name,
        sample(document, inner, depth + 1),
      ]),
    );
  if (schema.type === 'array') return [sample(document, schema.items as Json, depth + 1)];
  return schema.type === 'number' || schema.type === 'integer'
    ? 1
    : schema.type === 'boolean'
      ? true
      : 'text';
}

/** The requests that the document describes for one operation: its examples, else one from its schema. */
function requestsOf(document: Document, name: string, { parameters = [], requestBody }: Operation) {
  const [verb = '', path = ''] = name.split(' ');
  const valueFor = ({ example, schema }: Json) =>
    sample(document, { ...(schema as Json), ...(example !== undefined && { example }) });
  const names = parameters.filter(({ in: place }) => place === 'path');
  const target = names.reduce<string>(
    (text, parameter) =>
      text.replace(`{${String(parameter.name)}}`, encodeURIComponent(String(valueFor(parameter)))),
    path,
  );
  const query = new URLSearchParams(
    parameters
      .filter(({ in: place }) => place === 'query')
      .map((parameter): [string, string] => [String(parameter.name), String(valueFor(parameter))]),
  );
  const content = requestBody?.content?.['application/json'];
  const examples = Object.values(content?.examples ?? {}).map(({ value }) => value as Json);
  const bodies =
    examples.length > 0
      ? examples
      : [content === undefined ? {} : (sample(document, content.schema) as Json)];
  return bodies.map((body) => ({ request: `${verb} ${target.replaceAll(/[{}]/g, '')}?${query}`, body }));
}

const PERSON = '6281288888888@c.us';

/** wwebjs-api's document describes bodies of other routes here; these fields are read by its source (src/controllers). */
const UNDOCUMENTED: Readonly<Record<string, Json>> = {
  'POST /client/getInviteInfo/{sessionId}': { inviteCode: 'AbCdEfGhIjKlMnOpQrStUv' },
  'POST /client/setDisplayName/{sessionId}': { displayName: 'Shop' },
};

/** Some examples of wwebjs-api's document are empty. */
const filled = (body: Json): Json =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      if (value === '') return [name, /Id$/.test(name) ? PERSON : 'text'];
      return [name, Array.isArray(value) && value.length === 0 ? [PERSON] : value];
    }),
  );

/** Instead of what the documents' urls lead to. */
async function* someFile(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('89504e470d0a1a0a', 'hex');
}

/** A picture of the size of media.read's example, and a message that is known. */
const ANSWERS = {
  'contact.profile': {
    ...METHODS['contact.profile'].example.result,
    picture: { id: 'f', mimetype: 'image/jpeg', name: 'picture.jpg', size: 3 },
  },
  'message.get': {
    ...METHODS['message.get'].example.result,
    message: METHODS['chat.messages'].example.result.messages[0],
  },
};

/** Values of the documents' samples that are placeholders, or that no table serves; the reason is that of the fault. */
const REFUSED_SAMPLES = ['not_served', 'invalid_recipient', 'no_such_label'];

t.test('every operation of the documents has a row', { skip }, async (t) => {
  t.ok(documents.length > 0, 'there are documents');
  for (const document of documents) {
    const names = operationsOf(document).map(({ name }) => name);
    const rows = rowsOf(document);
    const of = (row: Row) => `${row.verb} ${row.path}`;
    t.same(
      names.filter((name) => !rows.some((row) => of(row) === name)),
      [],
      `${document.file}: no row`,
    );
    const older = rows.filter(({ since }) => since === undefined || !isBefore(document.info.version, since));
    // Routes that a newer document has given up are still served to older clients.
    const gone = older.map(of).filter((name) => !names.includes(name));
    t.comment(
      `${document.file} ${document.info.version}: ${names.length} operations; rows it lacks: ${gone.join(', ')}`,
    );
  }
});

t.test('the key is sent in X-Api-Key', { skip }, async (t) => {
  for (const { file, components } of documents) {
    const keys = Object.values(components?.securitySchemes ?? {}).filter(({ type }) => type === 'apiKey');
    t.ok(
      keys.some(({ in: place, name }) => place === 'header' && /^x-api-key$/i.test(String(name))),
      file,
    );
  }
});

t.test(
  'each request that the documents describe becomes calls that our methods accept',
  { skip },
  async (t) => {
    for (const document of documents) {
      const rows = rowsOf(document);
      for (const { name, operation } of operationsOf(document)) {
        const row = rows.find(({ verb, path }) => `${verb} ${path}` === name);
        if (row === undefined || !isServed(row)) continue;
        for (const { request, body } of requestsOf(document, name, operation)) {
          const door = { ...exampleDoor(ANSWERS), fetchFile: someFile };
          try {
            await play([row], request, door, { body: { ...filled(body), ...UNDOCUMENTED[name] } });
            t.pass(name);
          } catch (error) {
            const kind = error instanceof Fault ? error.kind : String(error);
            t.ok(
              REFUSED_SAMPLES.includes(kind),
              `${name} ${JSON.stringify(body).slice(0, 200)}: ${kind} ${(error as Error).message.slice(0, 300)}`,
            );
          }
        }
      }
    }
  },
);
