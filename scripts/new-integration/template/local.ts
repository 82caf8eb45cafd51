/** My Kind on this machine: an account whose token only the emulator knows. */
import type { LocalKind } from "../../../src/core/local";
import { createEmulator } from "./emulator";

export const local: LocalKind<{ readonly token: string }> = {
  port: 0,
  page: { label: "My Kind", path: "/_emulator/records" },
  credentials: ["MY_KIND_TOKEN"],
  address: "MY_KIND_URL",
  makeSecrets: () => ({ token: crypto.randomUUID() }),
  emulate: ({ token }, journal) => createEmulator({ token, journal }),
  variables: ({ token }, url) => ({ MY_KIND_TOKEN: token, ...(url !== null && { MY_KIND_URL: url }) }),
  demo: { name: "my_kind", config: () => ({ list: "Demo" }) },
};
