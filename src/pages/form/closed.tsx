/** A form that takes no responses now: closed, full, or not open yet. Called by routes.tsx. */
import type { FormSettings } from "../../core/form-settings";
import { sayTime } from "./clock";
import { WaitingNotice } from "./inbox-page";
import type { ShownForm } from "./language";
import { Layout, lookOf } from "./layout";
import type { Kept } from "./paths";
import { inputName, type Typed } from "./read";

interface ClosedPageProps extends ShownForm {
  readonly kept: Kept;
  /** It has all the responses that it takes. */
  readonly full: boolean;
  /** When it takes responses again, in milliseconds since the epoch; null: never, as far as is known. */
  readonly opensAt: number | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What was typed in a form that closed meanwhile. */
  readonly typed?: Typed | undefined;
  /** Responses that wait in the inbox of the link. */
  readonly waiting?: number;
}

/** Why, and from when on it takes responses; what was typed is shown, so that it can be copied. */
export const ClosedPage = ({ form, speech, kept, full, opensAt, now, typed, waiting = 0 }: ClosedPageProps) => {
  const { definition, settings } = form;
  const words = speech.words.closed;
  const heading = full ? words.full : isBefore(settings, now) ? words.notYet : words.closed;
  const texts = definition.questions.flatMap(({ ref, title }) => {
    const values = typed?.get(inputName(ref))?.filter((value) => value !== "") ?? [];
    return values.length > 0 ? [{ title, text: values.join(", ") }] : [];
  });
  return (
    <Layout title={`${heading}: ${definition.title}`} language={definition.language} look={lookOf(form, kept)}>
      <div class="message">
        <h1 dir="auto">{definition.title}</h1>
        <p class="state">
          <strong>{heading}.</strong> {typed && words.notStored}
        </p>
        {settings.closedMessage && (
          <p class="lead" dir="auto">
            {settings.closedMessage}
          </p>
        )}
        <WaitingNotice form={form.id} kept={kept} words={speech.words} waiting={waiting} />
        <p>{full ? words.fullText : <Opening opensAt={opensAt} settings={settings} speech={speech} />}</p>
        {texts.length > 0 && (
          <>
            <p>{words.typed}</p>
            <dl>
              {texts.map(({ title, text }) => (
                <>
                  <dt dir="auto">{title}</dt>
                  <dd dir="auto">{text}</dd>
                </>
              ))}
            </dl>
          </>
        )}
      </div>
    </Layout>
  );
};

const isBefore = ({ opensAt }: FormSettings, now: number) => opensAt !== undefined && Date.parse(opensAt) > now;

interface OpeningProps extends Pick<ClosedPageProps, "opensAt" | "speech"> {
  readonly settings: FormSettings;
}

const Opening = ({ opensAt, settings, speech: { tag, words } }: OpeningProps) => {
  if (opensAt === null) return <>{words.closed.noMore}</>;
  const at = new Date(opensAt);
  const [before = "", after = ""] = words.closed.opens.split("{time}");
  return (
    <>
      {before}
      <time datetime={at.toISOString()}>{sayTime(at, tag, settings)}</time>
      {after}
    </>
  );
};
