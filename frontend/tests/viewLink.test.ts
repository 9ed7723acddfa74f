import { describe, expect, it } from 'vitest';
import { formatView, LONGEST_VIEW, parseView, viewOfFragment, type SharedView } from '../src/domain/viewLink';
import { nearestFrame, placeOf, readMessage, strangers, windowNumber, type Presence } from '../src/domain/windowTalk';
import { slice } from './datasets';

const VIEW: SharedView = {
  layout: { rows: 2, columns: 3 },
  active: 4,
  linked: true,
  mpr: { centre: [-12.25, 1e-7, 300.1] },
  viewports: [
    { viewport: 0, set: '1.2.3', sop: '1.2.3.4', frame: 1, standing: undefined },
    { viewport: 4, set: '1.2.3/4.5', sop: '4.5', frame: 17, standing: { voi: { lower: -160.5, upper: 239.49999999999997, shape: 'LINEAR_EXACT' }, curve: false, invert: true, flipHorizontal: true, flipVertical: false, rotation: 270, zoom: 1.3333333333333333, at: [0.123456789, -0.5] } },
    { viewport: 5, set: '9', sop: '9.1', frame: 2, standing: { voi: undefined, curve: true, invert: false, flipHorizontal: false, flipVertical: true, rotation: 0, zoom: 1, at: [0.5, 0.5] } },
  ],
};

describe('a view as text', () => {
  it('comes back as it was, to the last digit', () => {
    expect(parseView(formatView(VIEW))).toEqual(VIEW);
    const bare: SharedView = { layout: { rows: 1, columns: 1 }, active: 0, linked: false, mpr: undefined, viewports: [] };
    expect(parseView(formatView(bare))).toEqual(bare);
    expect(parseView(formatView({ ...bare, mpr: { centre: undefined } }))?.mpr).toEqual({ centre: undefined });
  });

  it('needs no escaping in an address and comes out of one', () => {
    const address = new URL('https://pacs.example/viewer/?StudyInstanceUIDs=1.2');
    address.hash = `view=${formatView(VIEW)}`;
    expect(address.hash).toBe(`#view=${formatView(VIEW)}`);
    expect(viewOfFragment(address.hash)).toEqual(VIEW);
    expect(viewOfFragment(`#view=${encodeURIComponent(formatView(VIEW))}`)).toEqual(VIEW);
    for (const other of ['', '#', '#view=', '#view=%E0%A4%A', '#other=v1;1x1']) expect(viewOfFragment(other)).toBeUndefined();
  });

  it('is refused or read in part when it is not whole, and never throws', () => {
    for (const wrong of ['', 'v2;1x1', 'v1', 'v1;0x1', 'v1;5x1', 'v1;1x1x1', `v1;1x1${'~'.repeat(LONGEST_VIEW)}`]) expect(parseView(wrong)).toBeUndefined();
    const part = parseView('v1;1x2;active=7~0;set=1.2;sop=1.2.3;frame=1;zoom=nan;at=0,0~1;set=<b>;sop=1;frame=1~9;set=1;sop=1;frame=1');
    expect(part).toMatchObject({ active: 0, viewports: [{ viewport: 0, set: '1.2', standing: undefined }] });
    expect(part?.viewports).toHaveLength(1);
  });

  it('stands any change of its characters', () => {
    const text = formatView(VIEW);
    const pieces = ['~', ';', '=', ',', '.', 'x', '-', 'e', '0', '919', 'v1', '#', '%', '<', '\u0000', 'é', ''];
    let state = 99;
    const random = (most: number): number => (state = (state * 1103515245 + 12345) % 2147483648) % most;
    const change = (whole: string): string => {
      const place = random(whole.length);
      return `${whole.slice(0, place)}${pieces[random(pieces.length)] ?? ''}${whole.slice(place + random(4))}`;
    };
    for (let round = 0; round < 3000; round += 1) {
      const read = parseView(change(change(change(text))));
      if (read) expect(isSound(read)).toBe(true);
    }
  });
});

function isSound(read: SharedView): boolean {
  const count = read.layout.rows * read.layout.columns;
  expect(parseView(formatView(read))).toEqual(read);
  return read.active < count && read.viewports.every(({ viewport, set, standing }) => viewport < count && /^[0-9./]+$/.test(set) && (standing === undefined || standing.zoom > 0));
}

describe('windows', () => {
  const presence = (window: string, since: number, patients: string[]): Presence => ({ kind: 'here', user: '1', window, since, studies: ['1.2'], patients, asks: false });

  it('hear messages and nothing else', () => {
    const here = presence('a', 1, ['p']);
    expect(readMessage(structuredClone(here))).toEqual(here);
    const place = { kind: 'place', user: '1', window: 'a', frameOfReference: '1.2', position: [0, 0, 1], normal: [0, 0, 1] };
    expect(readMessage(place)).toEqual(place);
    for (const other of [undefined, null, 7, 'here', {}, { ...here, user: 7 }, { ...here, patients: [1] }, { ...place, normal: [0, Number.NaN, 1] }, { ...place, frameOfReference: '' }, { ...place, kind: 'else' }]) expect(readMessage(other)).toBeUndefined();
  });

  it('are numbered as they were opened, and know strangers', () => {
    const [a, b, c] = [presence('a', 5, ['x']), presence('b', 2, ['x', 'y']), presence('c', 5, [])];
    expect([a, b, c].map(({ window }) => windowNumber(window, [a, b, c]))).toEqual([2, 1, 3]);
    expect(strangers(['x'], [a, b, c])).toEqual([b]);
    expect(strangers([], [a, b, c])).toEqual([]);
  });

  it('go to the nearest slice of the same frame of reference', () => {
    const frames = [0, 5, 10, 15].map((z, index) => ({ instance: slice(index, [0, 0, z]), number: 1 }));
    expect(placeOf(frames[0] as never)).toBeUndefined();
    const [named] = frames.map(({ instance }) => ({ instance: { ...instance, dataset: { ...instance.dataset, '00200052': { vr: 'UI', Value: ['1.5'] } } }, number: 1 }));
    expect(placeOf(named as never)).toEqual({ frameOfReference: '1.5', position: [0, 0, 0], normal: [0, 0, 1] });
    const all = frames.map(({ instance }) => ({ instance: { ...instance, dataset: { ...instance.dataset, '00200052': { vr: 'UI', Value: ['1.5'] } } }, number: 1 }));
    expect(nearestFrame({ frameOfReference: '1.5', position: [9, 9, 12], normal: [0, 0, 1] }, all)).toBe(2);
    expect(nearestFrame({ frameOfReference: '1.5', position: [0, 0, 12], normal: [0, 0, -1] }, all)).toBe(2);
    expect(nearestFrame({ frameOfReference: '1.6', position: [0, 0, 0], normal: [0, 0, 1] }, all)).toBeUndefined();
    expect(nearestFrame({ frameOfReference: '1.5', position: [0, 0, 0], normal: [1, 0, 0] }, all)).toBeUndefined();
  });
});
