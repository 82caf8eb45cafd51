/** Metrics as the text that Prometheus reads (OpenMetrics 1.0, section 5.2). */

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  /** A counter's samples end in `_total`. */
  readonly type: "gauge" | "counter";
  readonly unit?: "seconds" | "bytes";
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** The content type of the text. */
export const METRICS_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const escapeText = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

/** The families, each under its name once, ended as the format asks. */
export function formatMetrics(families: readonly Family[]): string {
  const lines = families.flatMap(({ name, type, unit, help, samples }) => [
    `# TYPE ${name} ${type}`,
    ...(unit ? [`# UNIT ${name} ${unit}`] : []),
    `# HELP ${name} ${escapeText(help)}`,
    ...samples.map(
      (sample) => `${name}${type === "counter" ? "_total" : ""}${formatLabels(sample.labels ?? {})} ${sample.value}`,
    ),
  ]);
  return [...lines, "# EOF", ""].join("\n");
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeText(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(",")}}` : "";
}
