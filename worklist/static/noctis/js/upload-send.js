// One file in one request. XMLHttpRequest, because fetch tells nothing of what it has sent.

/**
 * @returns {{abort: () => void, finished: Promise<null | {message: string, retry: boolean, fatal: boolean}>}}
 *   `finished` gives null when the server answered for every object, else what went wrong.
 */
export function sendFile(address, token, file, { progressed, answered }) {
  const request = new XMLHttpRequest();
  request.open("POST", address);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("X-CSRFToken", token);
  request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
  request.upload.addEventListener("progress", (event) => progressed(Math.min(event.loaded, file.blob.size)));
  const lines = new LineReader(answered);
  request.addEventListener("progress", () => request.status === 200 && lines.read(request.responseText));
  const finished = new Promise((resolve) => {
    request.addEventListener("load", () => resolve(conclude(request, lines)));
    request.addEventListener("error", () => resolve(broken("offline")));
    request.addEventListener("abort", () => resolve(broken("stopped")));
    request.addEventListener("timeout", () => resolve(broken("offline")));
  });
  request.send(file.blob);
  return { abort: () => request.abort(), finished };
}

class LineReader {
  constructor(answered) {
    this.answered = answered;
    this.position = 0;
    this.count = 0;
  }

  read(text) {
    for (let end = text.indexOf("\n", this.position); end >= 0; end = text.indexOf("\n", this.position)) {
      this.answered(JSON.parse(text.slice(this.position, end)));
      this.position = end + 1;
      this.count += 1;
    }
  }
}

function conclude(request, lines) {
  if (request.status === 200) {
    lines.read(request.responseText);
    return lines.count > 0 ? null : broken("offline");
  }
  return refusal(request);
}

function refusal(request) {
  let message = "";
  try {
    message = JSON.parse(request.responseText).detail;
  } catch {
    message = `${request.status} ${request.statusText}`;
  }
  const isOver = [401, 403, 507].includes(request.status);
  return { message, retry: isOver || request.status >= 500 || request.status === 429, fatal: isOver };
}

function broken(word) {
  return { message: "", word, retry: true, fatal: false };
}
