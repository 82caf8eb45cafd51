/** How a form gets to people: its address, the code of it, and what a website needs to show it. */
import type { FormView } from "../../../services/form-view";
import { ASSET_PATHS } from "../../form/assets";
import { formPath as hostedPath } from "../../form/paths";
import { FORMS, FormState, formTabs, OpenForm } from "../forms/head";
import { Page } from "../layout";
import { Card } from "../parts/card";
import { Empty } from "../parts/empty";
import { formPath } from "../paths";

interface ShareProps {
  readonly form: FormView;
  /** Where the installation is reached from outside. */
  readonly origin: string;
}

export const SharePage = ({ form, origin }: ShareProps) => (
  <Page
    title={form.title}
    crumbs={[FORMS]}
    tabs={formTabs(form.id)}
    beside={<FormState form={form} />}
    actions={<OpenForm form={form} />}
  >
    {whyNot(form) === null ? (
      <Ways form={form} origin={origin} />
    ) : (
      <Empty title="There is no page to share">{whyNot(form)}</Empty>
    )}
  </Page>
);

function whyNot({ id, state, access }: FormView) {
  if (state === "draft") return <p>Publish the form first.</p>;
  if (access === "key") {
    return (
      <p>
        It takes responses with a key only. Change that in its <a href={formPath(id, "settings")}>settings</a>.
      </p>
    );
  }
  if (access === "link") return <p>It takes responses by collector links: each collector gets a link of their own.</p>;
  return null;
}

const Ways = ({ form, origin }: ShareProps) => {
  const address = origin + hostedPath(form.id, {});
  const code = hostedPath(form.id, {}, "qr.svg");
  return (
    <div class="split">
      <div class="column">
        <Card title="Address" id="address">
          <Copied label="Address of the form" text={address} />
          <p class="hint">
            <a href={hostedPath(form.id, {}, "share")}>A page to pass on or print</a>, with the code.
          </p>
        </Card>
        <Card title="On a website" id="website">
          {form.embedOn === undefined ? (
            <p class="hint">
              Name the site in the <a href={formPath(form.id, "settings")}>settings</a>; the form shows in frames of no
              other.
            </p>
          ) : (
            <>
              <Copied
                label="For the page of the site"
                text={`<script src="${origin}${ASSET_PATHS.embed}" data-form="${form.id}" async></script>`}
              />
              <p class="hint">{`Works on: ${form.embedOn.join(", ")}`}</p>
            </>
          )}
        </Card>
      </div>
      <Card title="Code for a camera" id="code">
        <img class="qr" src={code} alt={`QR code of ${address}`} width={232} height={232} />
        <p class="hint">
          <a href={code} download={`${form.id}.svg`}>
            Download
          </a>
        </p>
      </Card>
    </div>
  );
};

/** A text to be copied: all of it is chosen at once. */
const Copied = ({ label, text }: { label: string; text: string }) => (
  <textarea class="code" readonly rows={2} dir="ltr" aria-label={label} spellcheck={false}>
    {`\n${text}`}
  </textarea>
);
