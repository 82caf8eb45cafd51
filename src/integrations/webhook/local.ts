/** A receiver of webhooks on this machine, which is told the secret that the demo's integration shows. */
import type { LocalKind } from "../../core/local";
import { createReceiver } from "./emulator";

export const local: LocalKind<null> = {
  port: 3,
  page: { label: "Receiver", path: "/?refresh=2" },
  credentials: [],
  isWanted: ({ FORMLOG_WEBHOOK_ALLOW_LOCAL }) => FORMLOG_WEBHOOK_ALLOW_LOCAL !== "0",
  makeSecrets: () => null,
  emulate: (_, journal) => createReceiver({ journal }),
  variables: () => ({ FORMLOG_WEBHOOK_ALLOW_LOCAL: "1" }),
  demo: {
    name: "webhook",
    config: (url) => ({ url: `${url}/hook` }),
    async tell(url, { secret }) {
      const told = await fetch(`${url}/_emulator/keys`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ key: secret }),
      });
      if (!told.ok) throw new Error(`The demo could not be made: the receiver answered ${told.status}`);
    },
  },
};
