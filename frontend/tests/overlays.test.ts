import { describe, expect, it } from 'vitest';
import type { Dataset } from '../src/domain/dataset';
import { displaySetsOf, readSeries } from '../src/domain/displaySet';
import { curve, graphicShape, textShape } from '../src/domain/graphic';
import { after, apply, gridToGrid, gridOf, sizeToSize, sliceDistance } from '../src/domain/grid';
import { readInstance, type Instance } from '../src/domain/instance';
import { cutOut, outline } from '../src/domain/mask';
import { colourOfLab } from '../src/domain/overlayColour';
import { imagesFor, placesOf, readOverlay, shapesOf, type OverlayObject } from '../src/domain/overlayObject';
import { OverlayTag } from '../src/domain/overlayTags';
import { displayedArea, isPresented, presentedWindow, readPresentationState } from '../src/domain/presentationState';
import { masksOn, readSegmentation } from '../src/domain/segmentation';
import { readShutter } from '../src/domain/shutter';
import { contoursOn, readStructureSet } from '../src/domain/structureSet';
import { Tag } from '../src/domain/tags';
import { image } from './datasets';

const ALL = { ...Tag, ...OverlayTag };
type Values = Partial<Record<keyof typeof ALL, unknown>>;

const data = (values: Values): Dataset =>
  Object.fromEntries(Object.entries(values).map(([keyword, value]) => [ALL[keyword as keyof typeof ALL], { vr: 'UN', Value: Array.isArray(value) ? value : [value] }]));

const instance = (values: Values): Instance => readInstance(data(values));

const STORAGE = '1.2.840.10008.5.1.4.1.1.';
const SLICES = [0, 1, 2, 3].map((index) =>
  image({ SOPInstanceUID: `1.${index}`, ImagePositionPatient: [-10, -20, 5 * index], ImageOrientationPatient: [1, 0, 0, 0, 1, 0], PixelSpacing: [2, 1], FrameOfReferenceUID: '9', Rows: 64, Columns: 64 }),
);
const FRAMES = SLICES.map((slice) => ({ instance: slice, number: 1 }));
const shown = (index: number): { frame: (typeof FRAMES)[0]; stack: typeof FRAMES; index: number } => ({ frame: FRAMES[index] as (typeof FRAMES)[0], stack: FRAMES, index });

const maskFrame = (segment: number, z: number, source: string | undefined): Dataset =>
  data({
    SegmentIdentificationSequence: data({ ReferencedSegmentNumber: segment }),
    PlanePositionSequence: data({ ImagePositionPatient: [-10, -20, z] }),
    ...(source === undefined ? {} : { DerivationImageSequence: data({ SourceImageSequence: data({ ReferencedSOPInstanceUID: source }) }) }),
  });

const segmentation = (frames: readonly Dataset[], values: Values = {}): Instance =>
  instance({
    SOPClassUID: `${STORAGE}66.4`,
    SOPInstanceUID: '2.1',
    FrameOfReferenceUID: '9',
    SegmentationType: 'BINARY',
    NumberOfFrames: frames.length,
    Rows: 32,
    Columns: 64,
    BitsAllocated: 1,
    PixelData: 1,
    SegmentSequence: [data({ SegmentNumber: 1, SegmentLabel: 'Liver' }), data({ SegmentNumber: 2, SegmentLabel: 'Lump' })],
    SharedFunctionalGroups: data({ PixelMeasuresSequence: data({ PixelSpacing: [4, 1], SliceThickness: 5 }), PlaneOrientationSequence: data({ ImageOrientationPatient: [1, 0, 0, 0, 1, 0] }) }),
    PerFrameFunctionalGroups: frames,
    ...values,
  });

describe('grid', () => {
  it('carries pixels of one raster to another, whatever their axes', () => {
    const turned = image({ ImagePositionPatient: [10, 20, 0], ImageOrientationPatient: [0, -1, 0, -1, 0, 0], PixelSpacing: [1, 2], FrameOfReferenceUID: '9' });
    const [from, to] = [gridOf({ instance: turned, number: 1 }), gridOf(FRAMES[0] as (typeof FRAMES)[0])];
    if (!from || !to) throw new Error('no grid');
    // Column 3, row 4 of the turned one lies at x = 10 - 4, y = 20 - 6: column 16, row 17.
    expect(apply(gridToGrid(from, to), [3, 4])).toEqual([16, 17]);
    expect(apply(after(gridToGrid(to, from), gridToGrid(from, to)), [3, 4])).toEqual([3, 4]);
  });

  it('lays rasters of different size edge on edge', () => {
    const half = sizeToSize([32, 32], [64, 64]);
    expect([apply(half, [-0.5, 31.5]), apply(half, [0, 0])]).toEqual([[-0.5, 63.5], [0.5, 0.5]]);
  });

  it('knows how far slices lie apart', () => {
    expect(sliceDistance(FRAMES, 2)).toBe(5);
  });
});

describe('mask', () => {
  const box = cutOut(6, 5, (index) => (index % 6 >= 2 && index % 6 <= 3 && index >= 6 && index < 24 ? 255 : 0));

  it('is cut down to where there is anything', () => {
    expect(box).toMatchObject({ column: 2, row: 1, columns: 2, rows: 3 });
    expect(cutOut(4, 4, () => 0)).toBeUndefined();
  });

  it('has its border along the edges of its pixels', () => {
    if (!box) throw new Error('empty');
    expect(outline(box)).toEqual([[0, 0, 2, 0], [0, 3, 2, 3], [0, 0, 0, 3], [2, 0, 2, 3]]);
  });

  it('has a border around a hole too', () => {
    const ring = cutOut(3, 3, (index) => (index === 4 ? 0 : 255));
    expect(ring && outline(ring)).toHaveLength(8);
  });
});

describe('colour', () => {
  it.each([
    [[46598, 16455, 45213], [40, 200, 80]],
    [[31533, 49995, 44731], [220, 40, 40]],
    [[65535, 32897, 32893], [255, 255, 255]],
  ])('of CIELab %j is %j', (lab, rgb) => {
    const found = colourOfLab(lab) ?? [0, 0, 0];
    expect(Math.max(...found.map((value, index) => Math.abs(value - (rgb[index] ?? 0))))).toBeLessThanOrEqual(1);
  });
});

describe('segmentation', () => {
  it('lies on the image that it was made of', () => {
    const read = readSegmentation(segmentation([maskFrame(1, 5, '1.1'), maskFrame(2, 10, '1.2')]));
    expect(masksOn(read, shown(1).frame, 5).map(({ frame }) => frame.number)).toEqual([1]);
    // Rows of 4 mm lie over rows of 2 mm.
    expect(masksOn(read, shown(1).frame, 5)[0]?.toImage).toEqual([1, 0, 0, 2, 0, 0]);
  });

  it('else on the nearest plane, within half a slice', () => {
    const read = readSegmentation(segmentation([maskFrame(1, 6, undefined), maskFrame(1, 4.5, undefined), maskFrame(2, 8, undefined)]));
    expect(masksOn(read, shown(1).frame, 5).map(({ frame }) => frame.number)).toEqual([2]);
    expect(masksOn(read, shown(2).frame, 5).map(({ frame }) => frame.number)).toEqual([3]);
    expect(masksOn(read, shown(0).frame, 5)).toEqual([]);
  });

  it('lies on nothing in another frame of reference', () => {
    const read = readSegmentation(segmentation([maskFrame(1, 5, undefined)], { FrameOfReferenceUID: '8' }));
    expect(masksOn(read, shown(1).frame, 5)).toEqual([]);
  });

  it('is no picture of its own, and finds its images', () => {
    const series = readSeries(data({ SeriesInstanceUID: '7', Modality: 'CT' }), '6');
    const seg = segmentation([maskFrame(1, 5, '1.1'), maskFrame(1, 10, '1.2'), maskFrame(2, 10, '1.2')]);
    const sets = displaySetsOf(series, [...SLICES, seg]);
    expect(sets.map((set) => (set.kind === 'message' ? set.reason : set.frames.length))).toEqual([4, 'overlay']);
    const overlay = readOverlay(seg) as OverlayObject;
    expect(imagesFor(overlay, sets)?.id).toBe('7');
    expect([placesOf(overlay, FRAMES), placesOf(overlay, FRAMES, '2')]).toEqual([[1, 2], [2]]);
    const mask = cutOut(64, 32, () => 255);
    const shapes = shapesOf(overlay, shown(2), new Set(['2']), ({ segment }) => (mask ? new Map([[segment ?? 0, mask]]) : undefined));
    expect(shapes.map((shape) => shape.kind)).toEqual(['mask']);
  });
});

describe('structure set', () => {
  const contour = (kind: string, points: readonly number[], source?: string): Dataset =>
    data({ ContourGeometricType: kind, ContourData: points, ...(source ? { ContourImageSequence: data({ ReferencedSOPInstanceUID: source }) } : {}) });
  const read = readStructureSet(
    instance({
      SOPClassUID: `${STORAGE}481.3`,
      StructureSetROISequence: [data({ ROINumber: 4, ROIName: 'Heart', ReferencedFrameOfReferenceUID: '9' })],
      ROIContourSequence: [
        data({
          ReferencedROINumber: 4,
          ROIDisplayColor: [1, 2, 3],
          ContourSequence: [
            contour('CLOSED_PLANAR', [-10, -20, 5, -8, -20, 5, -8, -16, 5], '1.1'),
            contour('CLOSED_PLANAR', [0, 0, 9, 1, 0, 9, 1, 1, 9]),
            contour('CLOSED_PLANAR', [0, 0, 10.5, 1, 0, 10.5, 1, 1, 10.5]),
            contour('POINT', [0, 0, 14]),
            contour('OPEN_NONPLANAR', [0, 0, 0, 1, 1, 1]),
          ],
        }),
      ],
      RTROIObservationsSequence: [data({ ReferencedROINumber: 4, RTROIInterpretedType: 'ORGAN' })],
    }),
  );
  const [heart] = read.regions;
  if (!heart) throw new Error('no region');

  it('has regions with name, type and colour, and counts what it does not draw', () => {
    expect([heart.name, heart.type, heart.colour, read.leftOut]).toEqual(['Heart', 'ORGAN', [1, 2, 3], 1]);
  });

  it('lies on the image named, in its pixels', () => {
    expect(contoursOn(heart, shown(1).frame, 5)).toEqual([{ kind: 'closed', points: [[0, 0], [2, 0], [2, 2]] }]);
  });

  it('else only its nearest plane within half a slice', () => {
    expect(contoursOn(heart, shown(2).frame, 5).map(({ points }) => points[0])).toEqual([[10, 10]]);
    expect(contoursOn(heart, shown(2).frame, 5)).toHaveLength(1);
    expect(contoursOn(heart, shown(3).frame, 5).map(({ kind }) => kind)).toEqual(['point']);
    expect(contoursOn(heart, shown(0).frame, 5)).toEqual([]);
  });
});

describe('presentation state', () => {
  const state = readPresentationState(
    instance({
      SOPClassUID: `${STORAGE}11.1`,
      ReferencedSeriesSequence: data({ ReferencedImageSequence: data({ ReferencedSOPInstanceUID: '1.1' }) }),
      SoftcopyVOILUTSequence: data({ WindowCenter: 50, WindowWidth: 100 }),
      DisplayedAreaSelectionSequence: data({ DisplayedAreaTopLeftHandCorner: [1, 1], DisplayedAreaBottomRightHandCorner: [32, 64], PresentationSizeMode: 'TRUE SIZE' }),
      PresentationLUTShape: 'INVERSE',
      ImageRotation: -90,
    }),
  );

  it('holds for the images that it names', () => {
    expect([isPresented(state, shown(1).frame), isPresented(state, shown(2).frame)]).toEqual([true, false]);
    expect(presentedWindow(state, shown(1).frame)).toMatchObject({ center: 50, width: 100 });
    expect([state.invert, state.rotation, state.flip]).toEqual([true, 270, false]);
    expect(state.unsupported).toHaveLength(1);
  });

  it('places graphics by pixel from the outer corner, and by share of the displayed area', () => {
    const area = { ...displayedArea(state, shown(1).frame), rotation: 0 };
    const point = (units: string, x: number, y: number, turn = 0): unknown =>
      graphicShape(data({ GraphicType: 'POINT', GraphicAnnotationUnits: units, GraphicData: [x, y] }), { ...area, rotation: turn }, [0, 0, 0]);
    expect(point('PIXEL', 1, 2)).toMatchObject({ at: [0.5, 1.5] });
    expect(point('DISPLAY', 0.5, 1)).toMatchObject({ at: [15.5, 63.5] });
    // Turned clockwise, what is seen at the upper left is the lower left of the picture.
    expect(point('DISPLAY', 0, 0, 90)).toMatchObject({ at: [-0.5, 63.5] });
    expect(point('MATRIX', 1, 1)).toBeUndefined();
  });

  it('draws circles and ellipses through the points given, and curves through theirs', () => {
    const area = displayedArea(state, shown(1).frame);
    const circle = graphicShape(data({ GraphicType: 'CIRCLE', GraphicAnnotationUnits: 'PIXEL', GraphicData: [10.5, 10.5, 13.5, 14.5] }), area, [0, 0, 0]);
    const radii = circle?.kind === 'path' ? circle.lines[0]?.map(([x, y]) => Math.hypot(x - 10, y - 10)) : [];
    expect(Math.max(...(radii ?? []).map((radius) => Math.abs(radius - 5)))).toBeLessThan(1e-9);
    expect(curve([[0, 0], [4, 4], [8, 0]])).toContainEqual([4, 4]);
  });

  it('keeps text at its anchor or in its box', () => {
    const area = displayedArea(state, shown(1).frame);
    const words = textShape(data({ UnformattedTextValue: 'Here', AnchorPointAnnotationUnits: 'PIXEL', AnchorPoint: [5, 6], AnchorPointVisibility: 'Y' }), area, [0, 0, 0]);
    expect(words).toMatchObject({ text: 'Here', anchor: [4.5, 5.5], anchorVisible: true, box: undefined });
    expect(textShape(data({ UnformattedTextValue: 'Nowhere' }), area, [0, 0, 0])).toBeUndefined();
  });

  it('has shutters of all shapes, whose rows and columns count from 1', () => {
    const shutter = readShutter(
      data({ ShutterShape: ['RECTANGULAR', 'CIRCULAR', 'POLYGONAL'], ShutterLeftVerticalEdge: 11, ShutterRightVerticalEdge: 20, ShutterUpperHorizontalEdge: 1, ShutterLowerHorizontalEdge: 5, CenterOfCircularShutter: [3, 4], RadiusOfCircularShutter: 2, VerticesOfPolygonalShutter: [1, 1, 1, 9, 9, 9], ShutterPresentationValue: 65535 }),
    );
    expect(shutter?.grey).toBe(255);
    expect(shutter?.openings[0]).toEqual([[9.5, -0.5], [19.5, -0.5], [19.5, 4.5], [9.5, 4.5]]);
    expect(shutter?.openings[1]?.[0]).toEqual([5, 2]);
    expect(shutter?.openings[2]).toEqual([[0, 0], [8, 0], [8, 8]]);
  });
});
