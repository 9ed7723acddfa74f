// Files from a picker or a drop, folders walked to their end: [{ name, blob }].

export function filesFromInput(input) {
  return Array.from(input.files, (file) => ({ name: file.webkitRelativePath || file.name, blob: file }));
}

/** The entries must be asked for before the first await: a drop is over when its event is. */
export async function filesFromDrop(transfer) {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return filesFromInput({ files: transfer.files });
  const files = [];
  for (const entry of entries) await walk(entry, files);
  return files;
}

async function walk(entry, files) {
  if (entry.isFile) {
    const blob = await new Promise((resolve, reject) => entry.file(resolve, reject)).catch(() => null);
    if (blob) files.push({ name: entry.fullPath.replace(/^\//, ""), blob });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    // A reader gives at most a hundred entries at a time and ends with an empty list.
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)).catch(() => []);
    if (batch.length === 0) return;
    for (const child of batch) await walk(child, files);
  }
}
