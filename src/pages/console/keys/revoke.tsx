/** Before a key is revoked. */
import type { AppError } from "../../../core/errors";
import type { KeyView } from "../../../services/keys";
import { useVisit } from "../env";
import { ConfirmPage } from "../parts/confirm";
import { Time } from "../parts/time";
import { KEYS, keyPath } from "../paths";
import { sayScopes } from "./scopes";

interface RevokeProps {
  readonly shown: KeyView;
  readonly error?: AppError | undefined;
}

export const RevokeKeyPage = ({ shown, error }: RevokeProps) => (
  <ConfirmPage
    title={`Revoke “${shown.name}”?`}
    crumbs={[{ name: "Keys", path: KEYS }]}
    action={keyPath(shown.id, "revoke")}
    verb="Revoke the key"
    back={KEYS}
    error={error}
  >
    <p>
      It may: {sayScopes(shown.scopes)}. {shown.lastUsedAt === null ? "It was never used." : <LastUse of={shown} />}
    </p>
    <p>Whatever uses it stops working within 30 seconds. It can't be brought back; a new one takes its place.</p>
    {shown.id === useVisit()?.key.id && (
      <p>
        <strong>You are signed in with this key:</strong> you will be signed out.
      </p>
    )}
  </ConfirmPage>
);

const LastUse = ({ of: { lastUsedAt } }: { readonly of: KeyView }) => (
  <>
    It was last used on <Time at={lastUsedAt ?? ""} /> UTC, to the hour.
  </>
);
