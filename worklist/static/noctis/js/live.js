// Server-sent events, one connection for all of a browser's tabs.
//
// A browser opens six connections to a server over HTTP/1.1, and a stream keeps one for good: with
// a stream in each tab the seventh tab would never load. So one tab holds the stream (whoever holds
// the lock) and tells the others.

const CHANNEL = "noctis-events";
// What pages listen to; whatever is published under another name is not for them.
const TOPICS = [
  ...["received", "updated", "changed", "rejected", "accepted"].map((what) => `study.${what}`),
  ...["changed", "assigned", "stat"].map((what) => `reading.${what}`),
  ...["preliminary", "final", "addended", "corrected", "withdrawn"].map((what) => `report.${what}`),
  ...["reported", "reminded", "escalated", "acknowledged"].map((what) => `critical.${what}`),
  "draft.taken_over",
  ...["added", "removed"].map((what) => `attachment.${what}`),
  "notice.new",
  "notice.read",
  "reset",
];

export class LiveEvents {
  /** @param {(event: {topic: string}) => void} heard  @param {(connected: boolean) => void} state */
  constructor(address, lastEventId, heard, state) {
    this.address = address;
    this.lastEventId = lastEventId;
    this.heard = heard;
    this.state = state;
    this.channel = new BroadcastChannel(CHANNEL);
    this.channel.addEventListener("message", ({ data }) => this.receive(data));
  }

  start() {
    this.channel.postMessage({ kind: "who" });
    // The lock is kept until this tab goes: the promise never settles.
    void navigator.locks.request(CHANNEL, () => new Promise((resolve) => this.open(resolve)));
  }

  open(release) {
    const separator = this.address.includes("?") ? "&" : "?";
    const source = new EventSource(`${this.address}${separator}last_event_id=${this.lastEventId}`);
    this.source = source;
    const tell = (message) => {
      this.channel.postMessage(message);
      this.receive(message);
    };
    for (const topic of TOPICS) {
      source.addEventListener(topic, (event) =>
        tell({ kind: "event", topic, id: event.lastEventId, data: JSON.parse(event.data) }),
      );
    }
    source.addEventListener("open", () => tell({ kind: "state", connected: true }));
    source.addEventListener("error", () => tell({ kind: "state", connected: false }));
    source.addEventListener("end", () => {
      source.close();
      tell({ kind: "end" });
      release();
    });
  }

  receive(message) {
    if (message.kind === "event") {
      if (message.id) this.lastEventId = message.id;
      this.heard({ ...message.data, topic: message.topic });
    }
    if (message.kind === "state") this.state(message.connected);
    if (message.kind === "end") location.reload();
    if (message.kind === "who" && this.source) {
      this.channel.postMessage({ kind: "state", connected: this.source.readyState === EventSource.OPEN });
    }
  }
}
