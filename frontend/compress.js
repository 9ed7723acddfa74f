/** After the build: beside each of its text files one in Brotli and one in gzip, which servers send as they are. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const FOLDER = join(import.meta.dirname, '../viewer/static/viewer/assets');
const COMPRESSED = /\.(js|css|wasm|svg)$/;
/** Below a packet or so there is nothing to win. */
const SMALLEST_BYTES = 1024;

async function compress(path) {
  const bytes = await readFile(path);
  if (bytes.length < SMALLEST_BYTES) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, { params }));
  await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
}

const names = await readdir(FOLDER);
await Promise.all(names.filter((name) => COMPRESSED.test(name)).map((name) => compress(join(FOLDER, name))));
