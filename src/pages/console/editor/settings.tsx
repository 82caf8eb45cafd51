import type { AppError } from "../../../core/errors";
import type { FormView } from "../../../services/form-view";
import { FORMS, FormState, formTabs, OpenForm } from "../forms/head";
import { Page } from "../layout";
import { Card } from "../parts/card";
import { ActionForm, Button, Hidden } from "../parts/controls";
import { ProblemBox } from "../parts/problem";
import { formPath } from "../paths";
import { DEEDS, deedsOf } from "./deeds";
import { problemsBelow } from "./head";
import type { Fields, Inputs } from "./inputs";
import { ForPrograms, Look, Says, Sites, When, Who } from "./settings-parts";
import { sayProblem } from "./words";

export interface SettingsProps {
  readonly form: FormView;
  readonly inputs: Inputs;
  /** What the page shows, to tell later what was touched. */
  readonly seen: Fields;
  readonly error?: AppError | undefined;
}

export const SettingsPage = (props: SettingsProps) => {
  const { form, error, seen } = props;
  const problems = error?.details.errors ?? [];
  const problem = (setting: string) => {
    const found = problemsBelow(problems, `/${setting}`);
    const one = problems.find(({ pointer }) => pointer === `/${setting}`);
    return one ? sayProblem(one) : [...found.values()][0];
  };
  const part = { ...props, problem };
  return (
    <Page
      title={form.title}
      crumbs={[FORMS]}
      tabs={formTabs(form.id)}
      beside={<FormState form={form} />}
      actions={<OpenForm form={form} />}
    >
      <ProblemBox error={error} />
      <div class="split">
        <ActionForm action={formPath(form.id, "settings")} class="column">
          <Hidden name="seen" value={JSON.stringify(seen)} />
          <Who {...part} />
          <When {...part} />
          <Says {...part} />
          <Look {...part} />
          <Sites {...part} />
          <ForPrograms {...part} />
          <div class="row">
            <Button>Save the settings</Button>
          </div>
        </ActionForm>
        <Deeds form={form} />
      </div>
    </Page>
  );
};

const Deeds = ({ form }: { form: FormView }) => (
  <Card title="The form as a whole" id="deeds">
    <ul class="plain">
      {deedsOf(form).map((deed) => (
        <li>
          <a class="button quiet" href={formPath(form.id, `settings/${deed}`)}>
            {`${DEEDS[deed].verb}…`}
          </a>
          <p class="hint">{DEEDS[deed].hint}</p>
        </li>
      ))}
    </ul>
  </Card>
);
