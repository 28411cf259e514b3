// Lists the packages in the bundles and next to them, with their licences: writes
// dist/THIRD-PARTY-NOTICES.txt, and with --debian prints Debian's copyright file. The packages are taken from
// esbuild's list of each bundle (dist/meta.json) and from the folders that production.mjs names, so that none
// is forgotten.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { production } from './production.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path) => readFileSync(root + path, 'utf8');

/** Licence texts that are part of Debian; lintian requires a reference to them. */
const COMMON = { 'Apache-2.0': 'Apache-2.0', 'LGPL-3.0-or-later': 'LGPL-3' };

/** Folders of the packages that a bundle is made of. @param {{ inputs: object }} metafile */
export const bundledIn = ({ inputs }) =>
  [
    ...new Set(
      Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
    ),
  ].sort();

/** @returns {{ name: string, version: string, licence: string, holders: string[], text: string }} */
function licenceOf(folder) {
  const { name, version, license, licenses, author, maintainers } = JSON.parse(
    read(`${folder}/package.json`),
  );
  const licence = license?.type ?? license ?? licenses?.[0]?.type;
  if (licence === undefined) throw new Error(`${folder} names no licence`);
  const files = readdirSync(root + folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const text = files.map((file) => read(`${folder}/${file}`).replace(/\r/g, '').trim()).join('\n\n');
  const holders = text.match(
    /^[^a-z\n]{0,6}(?:Portions )?Copyright (?!notice|owner|license|holder|\[|and|statement).*$/gim,
  );
  const person = author ?? maintainers?.[0];
  const by = person?.name ?? person ?? `the authors of ${name}`;
  return {
    ...{ name, version, licence, text },
    holders: holders?.map((line) => line.replace(/^.*?Copyright\s*(?:\(c\)|©)?[\s:,]*/i, '').trim()) ?? [by],
  };
}

/** @param {Readonly<Record<string, { inputs: object }>>} meta by the name of the bundle */
export function notices(meta) {
  const bundles = Object.entries(meta).map(([name, metafile]) => [name, bundledIn(metafile)]);
  const all = [...new Set(bundles.flatMap(([, folders]) => folders))].sort().map(licenceOf);
  const lists = bundles.map(([name, folders]) => {
    const packages = folders.map(licenceOf).map((one) => `  ${one.name} ${one.version}`);
    return `${name}\n${[...new Set(packages)].join('\n')}`;
  });
  const texts = all.map(({ name, version, licence, holders, text }) =>
    [
      `${name} ${version}: ${licence}`,
      text ||
        `Copyright ${holders.join(', ')}\n\nIts package has no text of the licence ${licence}; see https://spdx.org/licenses/${licence}.html.`,
    ].join('\n\n'),
  );
  return `${['Packages of others in these programs, and their licences', ...lists, ...texts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/ */
export function debianCopyright(meta) {
  const texts = new Map(); // by the text
  const paragraph = (files, folders) => {
    const all = folders.map(licenceOf);
    const short = all.map(({ licence, text }) => shortName(texts, licence, text));
    const packages = all.map(({ name, version }, n) => `${name} ${version}: ${short[n]}`);
    return [
      `Files: ${files}`,
      `Copyright: ${[...new Set(all.flatMap(({ holders }) => holders))].join('\n ')}`,
      `License: ${[...new Set(short)].sort().join(' and ')}`,
      `Comment: ${[...new Set(packages)].join('\n ')}`,
    ].join('\n');
  };
  // scripts/install leaves the server for tests out.
  const { 'waserver.cjs': _left, ...rest } = meta;
  const installed = Object.values(rest);
  const own = read('LICENSE').trim();
  const paragraphs = [
    `Files: *\nCopyright: ${/^Copyright (?:\(c\) )?(.*)$/im.exec(own)?.[1]}\nLicense: ${shortName(texts, 'MIT', own)}`,
    // The bundles contain our own code as well.
    paragraph('usr/lib/wad/dist/*', ['.', ...new Set(installed.flatMap(bundledIn))].sort()),
    ...production().map(({ folder }) => paragraph(`usr/lib/wad/${folder}/*`, [folder])),
  ];
  const format = 'https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/';
  return `${[
    `Format: ${format}\nUpstream-Name: wad`,
    ...paragraphs,
    ...[...texts.values()].map(({ name, text }) => `License: ${name}\n${field(text)}`),
  ].join('\n\n')}\n`;
}

function shortName(texts, licence, text) {
  const common = COMMON[licence];
  // Without title and holders, which have their own fields, many texts are equal.
  const from = text.search(/permission is hereby granted|permission to use, copy|redistribution and use/i);
  const body =
    common !== undefined
      ? `On Debian systems the text is in /usr/share/common-licenses/${common}.`
      : text.slice(Math.max(0, from)) || `See https://spdx.org/licenses/${licence}.html.`;
  const key = `${licence} ${body.toLowerCase().replace(/[^a-z]+/g, ' ')}`;
  if (!texts.has(key)) {
    const same = [...texts.values()].filter((one) => one.licence === licence).length;
    texts.set(key, { licence, name: same === 0 ? licence : `${licence}-variant-${same}`, text: body });
  }
  return texts.get(key).name;
}

/** A field with several lines, in which an empty line is a dot. */
const field = (text) =>
  text
    .split('\n')
    .map((line) => ` ${line.trim() || '.'}`)
    .join('\n');

if (process.argv[2] === '--debian') process.stdout.write(debianCopyright(JSON.parse(read('dist/meta.json'))));
