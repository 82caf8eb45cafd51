/** /f/{form}/share: the link of a form, its QR code, and how to put it on a website. Mounted by routes.tsx. */
import { type Context, Hono } from "hono";
import { keptOf, type PageVariables, show } from "./answer";
import { ASSET_PATHS } from "./assets";
import type { ShownForm } from "./language";
import { Layout, lookOf } from "./layout";
import { formPath, type Kept } from "./paths";
import { qrSvg } from "./qr";
import type { FormServices } from "./services";

/** The page and /f/{form}/qr.svg. `load` finds the form of an address. */
export function createShare<Ctx>(
  services: FormServices<Ctx>,
  load: (c: Context) => Promise<ShownForm>,
): Hono<{ Variables: PageVariables<Ctx> }> {
  const pages = new Hono<{ Variables: PageVariables<Ctx> }>();
  const origin = (c: Context) => services.publicUrl(c.get("ctx")) ?? new URL(c.req.url).origin;
  /** A form that needs a link is shared with the link that it was opened by. */
  const admitted = async (c: Context): Promise<ShownForm> => {
    const shown = await load(c);
    await services.admitVisitor(c.get("ctx"), shown.form, keptOf(c).link);
    return shown;
  };

  pages.get("/f/:form/qr.svg", async (c) => {
    const { form } = await admitted(c);
    c.set("beyond", { picture: true });
    return c.body(qrSvg(origin(c) + formPath(form.id, keptOf(c))), 200, {
      "Content-Type": "image/svg+xml",
      "Cache-Control": "no-store",
    });
  });

  pages.get("/f/:form/share", async (c) => {
    const shown = await admitted(c);
    return show(c, <SharePage {...shown} kept={keptOf(c)} origin={origin(c)} />);
  });
  return pages;
}

type SharePageProps = ShownForm & { readonly kept: Kept; readonly origin: string };

const SharePage = ({ form, speech, kept, origin }: SharePageProps) => {
  const words = speech.words.share;
  const { definition, settings } = form;
  const address = origin + formPath(form.id, kept);
  const code = formPath(form.id, kept, "qr.svg");
  return (
    <Layout title={`${words.title}: ${definition.title}`} language={definition.language} look={lookOf(form, kept)}>
      <div class="share" data-share>
        <h1>{words.title}</h1>
        <p class="lead" dir="auto">
          {definition.title}
        </p>
        <h2 id="share_link">{words.link}</h2>
        <Copyable label="share_link" text={address} copy={words.copy} copied={speech.words.script.copied}>
          <button type="button" class="quiet" data-share-url={address} data-title={definition.title} hidden>
            {words.share}
          </button>
        </Copyable>
        <h2>{words.code}</h2>
        <p class="hint">{words.codeHint}</p>
        <img class="code" src={code} alt={`${words.code}: ${address}`} width={232} height={232} />
        <p>
          <a href={code} download={`${form.id}.svg`}>
            {words.download}
          </a>
        </p>
        {settings.embedOn && (
          <>
            <h2 id="share_embed">{words.embed}</h2>
            <p class="hint">{words.embedHint}</p>
            <Copyable
              label="share_embed"
              text={`<script src="${origin}${ASSET_PATHS.embed}" data-form="${form.id}" async></script>`}
              copy={words.copy}
              copied={speech.words.script.copied}
            />
            <p class="hint">
              {words.embedSites} <span dir="ltr">{settings.embedOn.join(", ")}</span>
            </p>
          </>
        )}
      </div>
    </Layout>
  );
};

interface CopyableProps {
  /** The id of the heading that says what it is. */
  readonly label: string;
  readonly text: string;
  readonly copy: string;
  readonly copied: string;
  readonly children?: unknown;
}

/** A text with a button that copies it, which the script shows. */
const Copyable = ({ label, text, copy, copied, children }: CopyableProps) => (
  <div class="copyable">
    <textarea readonly rows={text.length > 90 ? 3 : 2} dir="ltr" aria-labelledby={label} spellcheck={false}>
      {`\n${text}`}
    </textarea>
    <div class="buttons">
      <button type="button" class="quiet" data-copy data-copied={copied} hidden>
        {copy}
      </button>
      {children}
      <span role="status" />
    </div>
  </div>
);
