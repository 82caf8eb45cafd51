/**
 * The form of an integration, drawn from its kind's manifest: what is to be done elsewhere, and what is to be told
 * here.
 */
import type { AppError } from "../../../core/errors";
import type { Preview } from "../../../core/integration";
import type { ConnectionView } from "../../../services/connections";
import type { KindView } from "../../../services/kinds";
import type { FormHead } from "../forms/head";
import { Page } from "../layout";
import { Card } from "../parts/card";
import { ActionForm, Button, Hidden, Input, Select } from "../parts/controls";
import { FormEnd } from "../parts/form-end";
import { Markdown } from "../parts/markdown";
import { count, counted } from "../words";
import { ConnectionFields } from "./connection-fields";
import { Fields } from "./fields/fields";
import type { Mistakes } from "./fields/mistakes";
import { MistakesBox } from "./fields/mistakes-box";
import { crumbsOf } from "./head";
import type { Controls, Setup } from "./setup";

export interface SetupProps {
  readonly form: FormHead;
  readonly kind: KindView;
  readonly controls: Controls;
  /** Those of the kind; null: the visitor's key is for one form, and sees none. */
  readonly connections: readonly ConnectionView[] | null;
  readonly setup: Setup;
  /** Id of the integration that is changed; undefined: it is made. */
  readonly integration?: string | undefined;
  /** Nothing was filled in yet. */
  readonly fresh: boolean;
  /** An index has all responses: nobody chooses where it starts. */
  readonly index: boolean;
  readonly mistakes: Mistakes;
  readonly error?: AppError | undefined;
  readonly preview?: Preview | undefined;
  readonly action: string;
  readonly back: string;
}

export const SetupPage = (props: SetupProps) => {
  const { form, kind, integration, error, mistakes } = props;
  const crumbs = crumbsOf(form, integration === undefined ? undefined : { id: integration, kind: kind.kind });
  return (
    <Page title={integration === undefined ? `Add ${kind.title}` : `Change ${kind.title}`} crumbs={crumbs}>
      <MistakesBox error={error} mistakes={mistakes} />
      <div class="split guide">
        <Card title="How to set it up" id="steps">
          <Markdown text={kind.setup} />
        </Card>
        <SetupForm {...props} />
      </div>
    </Page>
  );
};

const SetupForm = (props: SetupProps) => {
  const { kind, controls, setup, integration, fresh, mistakes, preview, action, back } = props;
  const texts = controls.config.some(({ type }) => type === "template");
  return (
    <Card title={integration === undefined ? "What it needs to know" : "What it knows"} id="setup">
      <ActionForm action={action}>
        {kind.credentials !== "none" && <ConnectionFields {...props} />}
        <Fields controls={controls.config} values={setup.config} mistakes={mistakes} fresh={fresh} />
        <Reach {...props} />
        {preview && <PreviewBox preview={preview} />}
        <FormEnd verb={integration === undefined ? "Add the integration" : "Save the changes"} back={back}>
          {texts && (
            <Button tone="quiet" name="look" value="yes">
              See the text
            </Button>
          )}
        </FormEnd>
      </ActionForm>
    </Card>
  );
};

/** Which responses it gets. */
const Reach = ({ setup, integration, index, mistakes }: SetupProps) => (
  <>
    <Input
      label="Only responses for which this holds"
      name="filter"
      value={setup.filter}
      maxlength={2_000}
      mistake={mistakes.of("filter")}
      hint={
        <>
          All of them when left empty. An expression over the answers, such as <code>city == "pune"</code>.
        </>
      }
    />
    {integration === undefined && !index && (
      <Select
        label="Starts with"
        name="start"
        value={setup.start}
        options={[
          { value: "now", label: "The next response" },
          { value: "beginning", label: "All responses, also those that are there" },
        ]}
      />
    )}
    {integration !== undefined && index && (
      <p class="hint">After a change it begins anew, with all responses that are there.</p>
    )}
    {index && <Hidden name="start" value="beginning" />}
  </>
);

const PreviewBox = ({ preview: { text, segments, encoding } }: { readonly preview: Preview }) => (
  <section class="preview" id="preview" aria-label="What would be sent" tabindex={-1}>
    <p class="bubble text" dir="auto">
      {text}
    </p>
    <p class="hint">
      {counted([...text].length, "character")}, {counted(segments, "segment")} ({encoding}): each text is billed as{" "}
      {segments === 1 ? "one message" : `${count(segments)} messages`}. With the answers of the newest response, where
      there is one.
    </p>
  </section>
);
