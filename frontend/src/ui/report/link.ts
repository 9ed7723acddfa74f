/** The line between the windows of one browser: viewer, panel, own window. */
import { CHANNEL, readMessage, type ReportMessage } from '../../domain/report/messages';

export class WindowLink {
  private readonly channel = new BroadcastChannel(CHANNEL);
  private readonly listeners = new Set<(message: ReportMessage) => void>();

  constructor(private readonly study: string) {
    this.channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      const message = readMessage(data);
      if (message?.study === this.study) for (const listener of this.listeners) listener(message);
    });
  }

  listen(listener: (message: ReportMessage) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  send(message: ReportMessage): void {
    this.channel.postMessage(message);
  }

  close(): void {
    this.listeners.clear();
    this.channel.close();
  }
}
