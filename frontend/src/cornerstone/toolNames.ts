/** Names of tools under which Cornerstone keeps annotations; those of its own stay as they are. */
export const MARK_TOOL_NAMES = { circle: 'CircleROI', text: 'Label', magnify: 'Magnify', eraser: 'NoctisEraser' } as const;
