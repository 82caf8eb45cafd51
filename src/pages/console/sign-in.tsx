/** Signing in with a key of a workspace, and out. The only pages that need no session. */
import { Hono } from "hono";
import { AppError } from "../../core/errors";
import { signIn, signOut } from "../../services/session";
import { deleteBookmarkCookie, deleteSessionCookie, writeSessionCookie } from "./cookies";
import type { ConsoleEnv } from "./env";
import { limitBody, readFields, requireOwnSite } from "./guard";
import { Page } from "./layout";
import { Button, Hidden, Input } from "./parts/controls";
import { ProblemBox } from "./parts/problem";
import { ownPath, SIGN_IN, SIGN_OUT } from "./paths";
import { show, statusOf } from "./show";

interface SignInProps {
  /** Where to go afterwards. */
  readonly next: string;
  readonly error?: AppError;
  readonly note?: string | undefined;
}

const SignInPage = ({ next, error, note }: SignInProps) => (
  <Page title="Sign in to Formlog">
    <ProblemBox error={error} />
    {note && !error && (
      <p class="box" role="status">
        {note}
      </p>
    )}
    <form method="post" action={SIGN_IN} class="card" data-action>
      <Hidden name="next" value={next} />
      <Input
        label="Key"
        name="key"
        type="password"
        required
        autocomplete="current-password"
        maxlength={512}
        hint="A key of your workspace: it starts with fl_. What it may do is what you may do here."
      />
      <Button>Sign in</Button>
    </form>
  </Page>
);

const NOTES: Readonly<Record<string, string>> = {
  over: "Your session is over. Sign in again.",
  out: "You are signed out.",
};

/** Before the guard of all other pages. */
export const signInPages = new Hono<ConsoleEnv>()
  .get(SIGN_IN, (c) => {
    const why = Object.keys(NOTES).find((name) => c.req.query(name) !== undefined) ?? "";
    return show(c, <SignInPage next={ownPath(c.req.query("next"))} note={NOTES[why]} />);
  })
  .post(SIGN_IN, limitBody, async (c) => {
    requireOwnSite(c);
    const sent = await readFields(c);
    const next = ownPath(sent.get("next"));
    const ctx = c.get("ctx");
    try {
      const key = sent.get("key")?.trim() ?? "";
      writeSessionCookie(c, await signIn(ctx, { key, address: c.req.header("cf-connecting-ip") }));
      return c.redirect(next, 303);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return show(c, <SignInPage next={next} error={error} />, statusOf(c, error));
    }
  });

/** Behind it. */
export const signOutPages = new Hono<ConsoleEnv>().post(SIGN_OUT, async (c) => {
  await signOut(c.get("ctx"), c.get("session"));
  deleteSessionCookie(c);
  deleteBookmarkCookie(c);
  return c.redirect(`${SIGN_IN}?out=1`, 303);
});
