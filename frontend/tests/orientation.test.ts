import { describe, expect, it } from 'vitest';
import { directionLetters, edgesInImage, edgesInPatient } from '../src/domain/orientation';

describe('directionLetters', () => {
  it.each([
    [[1, 0, 0], 'L'],
    [[-1, 0, 0], 'R'],
    [[0, 1, 0], 'P'],
    [[0, 0, -1], 'F'],
    [[0.8, 0.6, 0], 'LP'],
    [[0.1, 0.2, 0.97], 'H'],
    [[0.58, -0.57, 0.58], 'LH'],
  ] as const)('%j is %s', (direction, letters) => {
    expect(directionLetters(direction)).toBe(letters);
  });
});

describe('edges', () => {
  it('of an axial slice seen from the feet', () => {
    expect(edgesInPatient({ right: [1, 0, 0], down: [0, 1, 0] })).toEqual({ right: 'L', left: 'R', bottom: 'P', top: 'A' });
  });

  it('of a radiograph follow rotation and mirror', () => {
    const stated = ['L', 'F'] as const;
    expect(edgesInImage({ right: [1, 0, 0], down: [0, 1, 0] }, stated)).toEqual({ right: 'L', left: 'R', bottom: 'F', top: 'H' });
    // A quarter turn clockwise: the screen's right is the image's up.
    expect(edgesInImage({ right: [0, -1, 0], down: [1, 0, 0] }, stated)).toEqual({ right: 'H', left: 'F', bottom: 'L', top: 'R' });
    expect(edgesInImage({ right: [-1, 0, 0], down: [0, 1, 0] }, stated)).toEqual({ right: 'R', left: 'L', bottom: 'F', top: 'H' });
  });

  it('of an oblique view keep both letters', () => {
    expect(edgesInImage({ right: [1, 0, 0], down: [0, 1, 0] }, ['AL', 'FR']).left).toBe('PR');
  });
});
