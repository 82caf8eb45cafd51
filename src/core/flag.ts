/**
 * Flags of a response: what somebody should look at again. The form's own rules set them when a response comes and when
 * it is edited; integrations set theirs afterwards. Whoever sets flags replaces only their own. Pure.
 */

/** Flags of a response at most, whoever set them. */
export const FLAGS_MAX = 100;
export const FLAG_MESSAGE_MAX = 1_000;
export const FLAG_QUESTIONS_MAX = 50;

export interface Flag {
  /** Name of the rule that does not hold. */
  readonly rule: string;
  /** In the language of the form. */
  readonly message: string;
  /** Refs of the questions that it concerns. */
  readonly questions: readonly string[];
  /** Id of the integration that set it; none: the form's own rules. */
  readonly source?: string;
  /**
   * The message by language (BCP 47), of integrations that have more than one; the form's own are found by its rules.
   */
  readonly translations?: Readonly<Record<string, string>>;
}

/** Whose flags: an integration's id, or null for the form's own rules. */
export type FlagSource = string | null;

const sourceOf = (flag: Flag): FlagSource => flag.source ?? null;

/** The flags after a source has said which ones it sets now; those of all others stay. */
export function replaceFlags(flags: readonly Flag[], source: FlagSource, own: readonly Flag[]): readonly Flag[] {
  const others = flags.filter((flag) => sourceOf(flag) !== source);
  const named = own.map(({ rule, message, questions, translations }) => ({
    rule,
    message,
    questions,
    ...(source !== null && { source, ...(translations && { translations }) }),
  }));
  // The form's own first, so that they are never what is left out.
  return (source === null ? [...named, ...others] : [...others, ...named]).slice(0, FLAGS_MAX);
}

/** Whether there is a flag that was not there before. */
export function flagsAppeared(before: readonly Flag[], after: readonly Flag[]): boolean {
  return after.some((flag) => !before.some((one) => one.rule === flag.rule && sourceOf(one) === sourceOf(flag)));
}

/** As they are stored: JSON, or null when there is none. */
export const flagsToJson = (flags: readonly Flag[]): string | null => (flags.length > 0 ? JSON.stringify(flags) : null);
export const flagsFromJson = (json: string | null): readonly Flag[] =>
  json === null ? [] : (JSON.parse(json) as Flag[]);
