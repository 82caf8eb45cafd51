import { indexProvider } from "../../../test/contracts/index.provider";
import { describeContract } from "../../../test/contracts/integration.case";
import { summary } from "./index";

describeContract({
  kind: summary,
  config: {},
  definition: {
    title: "Contract",
    questions: [
      { ref: "name", type: "short_text", title: "Name" },
      { ref: "city", type: "dropdown", title: "City", choices: ["pune", "delhi"].map((id) => ({ id, label: id })) },
    ],
  },
  answers: (n) => ({ name: `Person Secretsson ${n}`, city: n % 2 === 0 ? "pune" : "delhi" }),
  ordered: true,
  secretWords: ["Secretsson"],
  provider: () => indexProvider(),
});
