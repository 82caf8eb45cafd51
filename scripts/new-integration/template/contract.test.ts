import { describeContract } from "../../../test/contracts/integration.case";
import { createEmulator } from "./emulator";
import { myKind } from "./index";

const TOKEN = "contract-token-0123456789";

describeContract({
  kind: myKind,
  config: { list: "Contract" },
  definition: { title: "Contract", questions: [{ ref: "name", type: "long_text", title: "Name" }] },
  answers: (n) => ({ name: `Person Secretsson ${n}` }),
  // What fails alone comes after the others.
  ordered: false,
  secretWords: ["Secretsson", TOKEN],
  // Larger than the other side takes.
  refused: { name: "bad ".repeat(1_000) },
  provider() {
    const emulator = createEmulator({ token: TOKEN });
    return {
      fetch: emulator.fetch,
      settings: { MY_KIND_URL: "https://my-kind.test", MY_KIND_TOKEN: TOKEN },
      effects: () => emulator.records.map(({ id }) => id),
      fail: (mode, times) => void emulator.faults.push({ mode, ...(times !== undefined && { times }) }),
      heal: () => void emulator.faults.splice(0),
    };
  },
});
