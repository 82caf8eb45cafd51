/** After somebody else removed what was being edited: what was typed, to be copied. */
import type { WorkingCopy } from "../../../services/working-copy";
import { TOKEN_INPUT } from "../token";
import { EditorPage } from "./head";
import { editPath } from "./paths";

/** What the page sends besides what somebody typed. */
const OWN = new Set([TOKEN_INPUT, "revision", "do", "sure", "asked"]);

export const GonePage = ({ copy, sent }: { readonly copy: WorkingCopy; readonly sent: URLSearchParams }) => (
  <EditorPage form={copy.form} title="Somebody else removed this meanwhile">
    <div class="box bad" id="problem" role="alert" tabindex={-1}>
      <p>Nothing was saved. What you typed is below, to be copied.</p>
    </div>
    <section class="card" aria-labelledby="typed">
      <h2 id="typed">What you typed</h2>
      <dl class="facts">
        {[...sent]
          .filter(([name, text]) => !OWN.has(name) && text !== "")
          .map(([name, text]) => (
            <div>
              <dt>{name}</dt>
              <dd class="text" dir="auto">
                {text}
              </dd>
            </div>
          ))}
      </dl>
    </section>
    <a class="button" href={editPath(copy.form.id)}>
      To the form
    </a>
  </EditorPage>
);
