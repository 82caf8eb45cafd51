/** One collector link, to be handed out; and before it is withdrawn. */
import { raw } from "hono/html";
import type { AppError } from "../../../core/errors";
import type { LinkView } from "../../../services/links";
import { qrSvg } from "../../form/qr";
import { FORMS, type FormHead } from "../forms/head";
import { Ends } from "../keys/list";
import { Page } from "../layout";
import { Card } from "../parts/card";
import { ConfirmPage } from "../parts/confirm";
import { Copyable } from "../parts/copyable";
import { Facts } from "../parts/facts";
import { Time } from "../parts/time";
import { formPath, linkPath } from "../paths";
import { Used } from "./list";

interface LinkProps {
  readonly form: FormHead;
  readonly link: LinkView;
  /** Milliseconds. */
  readonly now: number;
}

const crumbsOf = (form: FormHead) => [FORMS, { name: form.title, path: formPath(form.id, "links") }];

export const LinkPage = ({ form, link, now }: LinkProps) => (
  <Page
    title={`Link of ${link.name}`}
    crumbs={crumbsOf(form)}
    actions={
      <a class="button quiet" href={linkPath(form.id, link.id, "revoke")}>
        Withdraw…
      </a>
    }
  >
    <div class="split">
      <Card title="To hand out" id="hand-out">
        <Copyable label="Link" name="link" text={link.url} />
        <p class="hint">Whoever has it can submit by it. It can be looked up here again.</p>
        <div class="qr" role="img" aria-label={`QR code of the link of ${link.name}`}>
          {raw(qrSvg(link.url))}
        </div>
      </Card>
      <Card title="Details" id="details">
        <Facts
          facts={[
            ["Collector", <span dir="auto">{link.name}</span>],
            ["Responses", <Used of={link} />],
            ["Made", <Time at={link.createdAt} />],
            ["Ends", <Ends at={link.expiresAt} now={now} />],
            ...Object.entries(link.metadata).map(
              ([name, value]) => [<code>{name}</code>, <span dir="auto">{String(value)}</span>] as const,
            ),
          ]}
        />
      </Card>
    </div>
  </Page>
);

interface WithdrawProps extends Omit<LinkProps, "now"> {
  readonly error?: AppError | undefined;
}

export const WithdrawPage = ({ form, link, error }: WithdrawProps) => (
  <ConfirmPage
    title={`Withdraw the link of ${link.name}?`}
    crumbs={crumbsOf(form)}
    action={linkPath(form.id, link.id, "revoke")}
    verb="Withdraw the link"
    back={linkPath(form.id, link.id)}
    error={error}
  >
    <p>
      Within 30 seconds nothing more is taken by it, anywhere. What a collector typed and has not sent stays on their
      device, and can be sent by another link. Responses that came by it stay, with the collector's name.
    </p>
    <p>It can't be brought back; a new link takes its place.</p>
  </ConfirmPage>
);
