/**
 * The pages that are not the form: thanks, kept, and why something can't be shown or taken. Each says what happened to
 * the answers and what to do now. Called by routes.tsx and answer.tsx.
 */
import type { Child } from "hono/jsx";
import type { FormSettings } from "../../core/form-settings";
import type { ShownForm } from "./language";
import { Layout, type Look, lookOf } from "./layout";
import { formPath, type Kept } from "./paths";
import type { Speech } from "./words";

interface AfterProps {
  /** The id in the address. */
  readonly id: string;
  readonly receipt?: string | undefined;
  readonly kept: Kept;
  readonly speech: Speech;
  /** Undefined while the store is down: these pages need nothing but their address. */
  readonly shown: ShownForm | undefined;
}

/** After a response was stored. It can be reloaded and kept. A robot gets no receipt. */
export const ThanksPage = ({ children, ...props }: AfterProps & { readonly children?: Child }) => {
  const { receipt, speech, shown } = props;
  const words = speech.words.after;
  const settings: FormSettings = shown?.form.settings ?? {};
  return (
    <After {...props} lead={words.stored} message={settings.thanksMessage}>
      {receipt !== undefined && (
        <div class="receipt">
          <p>{words.receipt}</p>
          <p>
            <code dir="ltr">{receipt}</code>
          </p>
          <p class="hint">{words.keepReceipt}</p>
        </div>
      )}
      {children}
    </After>
  );
};

/** After a response was taken while the store was down. */
export const KeptPage = (props: AfterProps & { receipt: string }) => {
  const { receipt, speech } = props;
  const words = speech.words.after;
  return (
    <After {...props} lead={words.kept}>
      <div class="receipt">
        <p>{words.keptReceipt}</p>
        <p>
          <a href={`/v1/receipts/${encodeURIComponent(receipt)}`}>
            <code dir="ltr">{receipt}</code>
          </a>
        </p>
        <p class="hint">{words.keepReceipt}</p>
      </div>
    </After>
  );
};

interface FrameProps extends AfterProps {
  readonly lead: string;
  /** In the owner's words. */
  readonly message?: string | undefined;
  readonly children: Child;
}

/** The script forgets what it kept of this form when it sees `data-sent`, and tells the site around it. */
const After = ({ id, receipt, kept, speech, shown, lead, message, children }: FrameProps) => {
  const words = speech.words.after;
  const leadsTo = kept.embed ? shown?.form.settings.redirectUrl : undefined;
  return (
    <Layout
      title={words.thanks}
      language={shown?.form.definition.language ?? speech.tag}
      look={shown && lookOf(shown.form, kept)}
    >
      <div class="message thanks" data-sent={id} data-receipt={receipt}>
        <h1>{words.thanks}</h1>
        <p class="lead">{lead}</p>
        {message && (
          <p class="lead" dir="auto">
            {message}
          </p>
        )}
        {children}
        <p>
          {leadsTo === undefined ? (
            <a href={formPath(id, kept)}>{words.again}</a>
          ) : (
            // A site that is led to is seldom one that lets itself be framed.
            <a href={leadsTo} target="_top">
              {words.goOn}
            </a>
          )}
        </p>
      </div>
    </Layout>
  );
};

interface MessageProps {
  readonly title: string;
  readonly text: string;
  readonly speech: Speech;
  readonly look?: Look | undefined;
  readonly children?: Child;
}

/** A sentence or two about why there is no form here. */
export const MessagePage = ({ title, text, speech, look, children }: MessageProps) => (
  <Layout title={title} language={speech.tag} look={look}>
    <div class="message">
      <h1>{title}</h1>
      <p class="lead" dir="auto">
        {text}
      </p>
      {children}
    </div>
  </Layout>
);
