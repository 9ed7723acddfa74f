import { describe, expect, it } from 'vitest';
import { failureOfStatus, toViewerError } from '../src/domain/failure';
import { firstPart, headerParameter } from '../src/domain/multipart';
import { prefetchLimit, prefetchOrder } from '../src/domain/prefetch';
import { setCatalogue, t } from '../src/domain/text';
import { framePath } from '../src/domain/urls';
import { image } from './datasets';

const latin = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const TYPE = 'multipart/related; type="application/octet-stream"; boundary="b 1"';
const HEADER = '--b 1\r\nContent-Type: application/octet-stream; transfer-syntax=1.2.840.10008.1.2.4.80\r\n';

describe('firstPart', () => {
  it('finds the body by its length, also when it looks like a boundary', () => {
    const body = 'x\r\n--b 1--\r\ny';
    const part = firstPart(TYPE, latin(`${HEADER}Content-Length: ${body.length}\r\n\r\n${body}\r\n--b 1--\r\n`));
    expect(part && String.fromCharCode(...part.body)).toBe(body);
    expect(headerParameter(part?.headers['content-type'] ?? '', 'transfer-syntax')).toBe('1.2.840.10008.1.2.4.80');
  });

  it('finds the body by the boundary when no length is stated', () => {
    const part = firstPart(TYPE, latin(`preamble\r\n${HEADER}\r\n\x00\xff\r\n--b 1--`));
    expect(part && [...part.body]).toEqual([0, 255]);
  });

  it('refuses what was cut short', () => {
    expect(firstPart(TYPE, latin(`${HEADER}Content-Length: 10\r\n\r\nabc`))).toBeUndefined();
    expect(firstPart(TYPE, latin(`${HEADER}\r\nabc`))).toBeUndefined();
    expect(firstPart('multipart/related', latin(`${HEADER}\r\nabc\r\n--b 1--`))).toBeUndefined();
  });
});

describe('failures', () => {
  it('tell apart what the reader can do', () => {
    expect([401, 404, 410, 500].map((status) => failureOfStatus(status).kind)).toEqual(['session', 'not-found', 'not-found', 'server']);
    expect(toViewerError(new Error('bad stream'))).toMatchObject({ kind: 'decode', message: 'bad stream' });
  });
});

describe('prefetchOrder', () => {
  it('goes two ahead for one behind, and to both ends', () => {
    expect(prefetchOrder(4, 8, 1)).toEqual([5, 6, 3, 7, 2, 1, 0]);
    expect(prefetchOrder(4, 8, -1)).toEqual([3, 2, 5, 1, 0, 6, 7]);
    expect(prefetchOrder(0, 1, 1)).toEqual([]);
  });

  it('stays within the memory there is', () => {
    expect(prefetchLimit(512 * 1024, 10 * 1024 * 1024)).toBe(20);
    expect(prefetchLimit(1e9, 1e6)).toBe(1);
  });
});

describe('texts', () => {
  it('are translated and filled in', () => {
    expect(t('Image {index}/{count}', { index: 2, count: 5 })).toBe('Image 2/5');
    setCatalogue({ 'Image {index}/{count}': 'Bild {index} von {count}' });
    expect(t('Image {index}/{count}', { index: 2, count: 5 })).toBe('Bild 2 von 5');
    setCatalogue({});
  });
});

describe('framePath', () => {
  it('escapes what is no UID', () => {
    const instance = image({ StudyInstanceUID: '1', SeriesInstanceUID: '2', SOPInstanceUID: '../3?' });
    expect(framePath({ instance, number: 4 })).toBe('/studies/1/series/2/instances/..%2F3%3F/frames/4');
  });
});
