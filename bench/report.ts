/** Figures and how they are printed: as the tables of bench/README.md. */

/** One thing that was measured. */
export interface Figure {
  readonly what: string;
  readonly measured: string;
  /** What it must stay within; none: it is only told. */
  readonly limit?: string;
  readonly good: boolean;
}

/** Prints figures as a table in Markdown. Returns whether all are good. */
export function printTable(figures: readonly Figure[]): boolean {
  console.log("| | measured | limit |\n|---|---|---|");
  for (const { what, measured, limit = "", good } of figures) {
    console.log(`| ${what} | ${measured} | ${limit}${good ? "" : " **exceeded**"} |`);
  }
  return figures.every(({ good }) => good);
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Says how far something long is, once in a tenth of it. */
export function progress(what: string, total: number) {
  const started = Date.now();
  let told = 0;
  return (done: number): void => {
    if (Math.floor((done * 10) / total) <= told) return;
    told = Math.floor((done * 10) / total);
    console.log(`${what}: ${done} of ${total}, ${Math.round((Date.now() - started) / 1000)} s`);
  };
}
