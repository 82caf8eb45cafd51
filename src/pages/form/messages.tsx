/**
 * The pages that are not the form: thanks, kept, closed, and why something can't be shown or taken. Each says what happened
 * to the answers and what to do now. Called by routes.tsx.
 */
import type { Definition } from "../../core/form";
import { Layout } from "./layout";
import { inputName, type Typed } from "./read";

/** After a response was stored. Needs nothing but the address: it can be reloaded and kept. */
export const ThanksPage = ({ form, receipt }: { form: string; receipt: string }) => (
  <Layout title="Thank you">
    <div class="message thanks">
      <h1>Thank you</h1>
      <p class="lead">Your answers are stored.</p>
      <p>Your receipt number:</p>
      <p class="receipt">
        <code>{receipt}</code>
      </p>
      <p class="hint">Keep it if you may want to ask about your answers later.</p>
      <p>
        <a href={`/f/${encodeURIComponent(form)}`}>Send another response</a>
      </p>
    </div>
  </Layout>
);

/** After a response was taken while the store was down. Needs nothing but the address, which works during the outage. */
export const KeptPage = ({ form, receipt }: { form: string; receipt: string }) => (
  <Layout title="Thank you">
    <div class="message thanks">
      <h1>Thank you</h1>
      <p class="lead">Your answers are kept safe, and will be stored as soon as our database is back.</p>
      <p>You need not do anything, and need not send them again. Your receipt:</p>
      <p class="receipt">
        <a href={`/v1/receipts/${encodeURIComponent(receipt)}`}>
          <code>{receipt}</code>
        </a>
      </p>
      <p class="hint">Keep it if you may want to ask about your answers later.</p>
      <p>
        <a href={`/f/${encodeURIComponent(form)}`}>Send another response</a>
      </p>
    </div>
  </Layout>
);

/** A sentence or two about why there is no form here. */
export const MessagePage = ({ title, text }: { title: string; text: string }) => (
  <Layout title={title}>
    <div class="message">
      <h1>{title}</h1>
      <p class="lead">{text}</p>
    </div>
  </Layout>
);

interface ClosedPageProps {
  readonly definition: Definition;
  /** What was typed in a form that closed meanwhile. */
  readonly typed?: Typed;
}

/** A form that takes no more responses; what was typed is shown, so that it can be copied. */
export const ClosedPage = ({ definition, typed }: ClosedPageProps) => {
  const kept = definition.questions.flatMap(({ ref, title }) => {
    const values = typed?.get(inputName(ref))?.filter((value) => value !== "") ?? [];
    return values.length > 0 ? [{ title, text: values.join(", ") }] : [];
  });
  return (
    <Layout title={`Closed: ${definition.title}`}>
      <div class="message">
        <h1 dir="auto">{definition.title}</h1>
        <p class="lead">This form is closed. It takes no more responses{typed ? ", and yours was not stored" : ""}.</p>
        {kept.length > 0 && (
          <>
            <p>Here is what you typed, in case you want to copy it:</p>
            <dl>
              {kept.map(({ title, text }) => (
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
