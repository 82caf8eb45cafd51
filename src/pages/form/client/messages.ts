/** What a framed page and the site around it tell each other. */
export const HEIGHT = "formlog:height";
export const SENT = "formlog:sent";

export interface HeightMessage {
  readonly type: typeof HEIGHT;
  /** In CSS pixels. */
  readonly height: number;
}

export interface SentMessage {
  readonly type: typeof SENT;
  readonly receipt: string | null;
}
